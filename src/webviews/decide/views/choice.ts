import { h, type Child, type Node } from '../../ui/dom';
import { control } from '../../ui/toolkit';
import type { DecideState, Part } from '../contract';
import type { Decide } from '../decide';
import { typed } from './typed';

/** The decision itself, in the person's words. */
export function choice(decide: Decide, state: DecideState): Node {
  const { parts, options, document: file } = state;
  const option = options.find(({ letter }) => letter === parts.approach);
  return h(
    'section',
    { class: 'choice', 'aria-label': 'Your decision' },
    h('h2', {}, 'Your decision'),
    options.length > 0
      ? h('p', { class: option ? 'chosen-name' : 'mute' }, option ? `Option ${option.letter}: ${option.title}` : 'No option is chosen yet. Nothing is decided for you.')
      : words(decide, state, 'approach', 'Approach', 2),
    words(decide, state, 'rationale', 'Rationale', 6),
    words(decide, state, 'next', 'Next steps', 5),
    words(decide, state, 'timeline', 'Timeline', 2),
    h('p', { class: 'mute' }, `Markdown. It goes into ${file}, STATUS.md, and the plan, once you have seen the changes.`),
  );
}

function words(decide: Decide, { parts, prompts }: DecideState, part: Part, label: string, rows: number): Child {
  return h(control.textArea, { key: part, placeholder: prompts[part], rows, resize: 'vertical', value: parts[part], on: typed((text) => decide.say(part, text)) }, label);
}
