import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { keyHelp } from '../../ui/keyHelp';
import { control } from '../../ui/toolkit';
import type { DecideState } from '../contract';
import type { Decide, View } from '../decide';
import { keyGroups } from '../keys';
import { choice } from './choice';
import { options } from './options';
import { preview } from './preview';

/** The whole panel for its present state. */
export function page(decide: Decide): readonly Child[] {
  const { state } = decide;
  if (!state) return [h('main', { class: 'decision', 'aria-busy': true, 'aria-label': 'Decision' })];
  return [
    h('main', { class: 'decision', 'aria-label': 'Decision', key: 'main' }, header(decide, state), bar(decide, state), h('div', { class: 'view', role: 'tabpanel', id: 'view', 'aria-label': titles[decide.view], key: decide.view }, view(decide, state))),
    decide.help && keyHelp(keyGroups, () => decide.toggleHelp()),
  ];
}

const titles: Readonly<Record<View, string>> = { weigh: 'Weigh', preview: 'Preview' };

function view(decide: Decide, state: DecideState): readonly Child[] {
  return decide.view === 'weigh' ? [h('div', { class: 'weigh' }, options(decide, state), choice(decide, state))] : preview(decide);
}

function header(decide: Decide, { title, draft, busy, options: offered }: DecideState): Node {
  const tabs = Object.entries(titles) as [View, string][];
  const state = draft ? 'Draft kept, in no document yet' : 'All of it is in the documents';
  return h(
    'header',
    { class: 'top' },
    h('div', {}, h('h1', {}, title), h('p', { class: 'mute' }, `${offered.length === 0 ? 'The plan offers no options' : `${offered.length} options of the plan`} · ${state}`)),
    h(
      'div',
      { class: 'switch', role: 'tablist', 'aria-label': 'View', on: { keydown: (event) => otherTab(decide, event as KeyboardEvent) } },
      tabs.map(([name, label], index) => {
        const on = decide.view === name;
        return h('button', { role: 'tab', 'aria-selected': on, 'aria-controls': 'view', tabindex: on ? 0 : -1, title: `${label} (${index + 1})`, on: { click: () => decide.show(name) } }, label);
      }),
    ),
    h(control.button, { appearance: 'secondary', disabled: !draft || busy !== undefined, on: { click: () => decide.send({ type: 'discard' }) } }, 'Discard Draft'),
    decide.view === 'weigh'
      ? h(control.button, { key: 'preview', disabled: busy !== undefined, title: 'Ctrl+Enter', on: { click: () => decide.show('preview') } }, 'Preview…')
      : h(control.button, { key: 'write', disabled: !draft || busy !== undefined, title: 'Ctrl+Enter', on: { click: () => decide.send({ type: 'write' }) } }, 'Write Decision'),
    h('button', { class: 'icon-btn', 'aria-label': 'All keys', title: 'All keys (?)', on: { click: () => decide.toggleHelp() } }, icon('open')),
  );
}

function otherTab(decide: Decide, event: KeyboardEvent): void {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
  event.preventDefault();
  decide.show(decide.view === 'weigh' ? 'preview' : 'weigh');
  (event.currentTarget as HTMLElement).querySelector<HTMLElement>('[aria-selected=true]')?.focus();
}

function bar(decide: Decide, { said, busy, document: file }: DecideState): Child {
  if (busy) return h('div', { class: 'bar', role: 'status', key: 'bar' }, h(control.progressRing, { 'aria-label': 'Working' }), busy === 'write' ? 'Writing…' : 'Finding out what would change…');
  if (!said) return undefined;
  return h(
    'div',
    { class: `bar ${said.tone}`, key: 'bar' },
    icon(said.tone === 'good' ? 'pass' : 'warn'),
    h('span', {}, said.text),
    said.tone === 'good' && h('button', { class: 'link', on: { click: () => decide.send({ type: 'document' }) } }, `Open ${file}`),
  );
}
