import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { control } from '../../ui/toolkit';
import type { DecideState, OptionView } from '../contract';
import type { Decide } from '../decide';
import { typed } from './typed';

/** The plan's options, each with what the data say and what the plan asks; the choice is made here. */
export function options(decide: Decide, state: DecideState): Node {
  return h(
    'section',
    { class: 'options', 'aria-label': 'Options' },
    figures(decide, state),
    h('div', { class: 'cards', ...(state.options.length > 0 && { role: 'radiogroup', 'aria-label': 'Which approach do you choose?', on: { keydown: (event) => moveChoice(decide, event as KeyboardEvent) } }) }, state.options.map((option) => card(decide, state, option))),
  );
}

function figures(decide: Decide, { figures: lines }: DecideState): Node {
  return h(
    'div',
    { class: 'figures' },
    h('dl', {}, lines.map(({ name, text }) => h('div', {}, h('dt', {}, name), h('dd', {}, text)))),
    h('button', { class: 'link', on: { click: () => decide.send({ type: 'matrix' }) } }, icon('grid'), 'All figures'),
  );
}

function card(decide: Decide, { parts, options: all }: DecideState, option: OptionView): Node {
  const { letter, title, weighed, facts, questions } = option;
  const chosen = parts.approach === letter;
  const first = !all.some((other) => other.letter === parts.approach) && all[0]?.letter === letter;
  return h(
    'article',
    { class: `card${chosen ? ' chosen' : ''}`, key: letter, 'aria-label': `Option ${letter}: ${title}` },
    h(
      'div',
      { class: 'head' },
      h('button', { class: 'choose', role: 'radio', 'aria-checked': chosen, tabindex: chosen || first ? 0 : -1, 'data-letter': letter, on: { click: () => decide.choose(letter) } }, h('span', { class: 'dot', 'aria-hidden': 'true' }), h('span', { class: 'letter' }, letter), h('span', { class: 'name' }, title)),
      h('span', { class: 'tag quiet' }, weighed ? icon('check') : icon('open'), weighed ? 'weighed' : 'not weighed yet'),
    ),
    h('div', { class: 'facts' }, h('p', { class: 'mute' }, 'What the data say'), h('ul', {}, facts.map((fact) => h('li', {}, fact)))),
    h('div', { class: 'questions' }, questions.map(({ question, text }) => field(decide, letter, question, text))),
  );
}

function field(decide: Decide, letter: string, question: string, text: string): Node {
  const answer = typed((written) => decide.send({ type: 'answer', option: letter, question, text: written }));
  return h(control.textArea, { key: question, rows: 2, resize: 'vertical', value: text, on: answer }, question);
}

/** Arrows choose, as in every group of radio buttons. */
function moveChoice(decide: Decide, event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  const at = (event.target as HTMLElement).dataset.letter;
  const letters = decide.state?.options.map(({ letter }) => letter) ?? [];
  if (step === undefined || at === undefined) return;
  const next = letters[(letters.indexOf(at) + step + letters.length) % letters.length];
  if (next === undefined) return;
  event.preventDefault();
  decide.choose(next);
  (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-letter="${next}"]`)?.focus();
}
