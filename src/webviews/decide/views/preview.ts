import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { FileView, LineView } from '../contract';
import { previewText, type Decide } from '../decide';

/** What writing would change, document by document. */
export function preview(decide: Decide): readonly Child[] {
  const { preview: seen } = decide;
  if (!seen) return [h('p', { class: 'quiet-note mute' }, 'Finding out what would change…')];
  if (seen.failure) return [h('div', { class: 'quiet-note' }, h('h2', {}, seen.failure.message), h('p', { class: 'mute' }, seen.failure.advice))];
  return [
    h('p', { class: 'quiet-note mute' }, seen.files.length === 0 ? 'Nothing would change: say something first, or choose an option.' : `${previewText(seen)}. Nothing is written before you press Write Decision.`),
    ...seen.asks.map((ask) => h('div', { class: 'bar', role: 'note' }, icon('warn'), `${ask} You will be asked; until then your text stays.`)),
    ...seen.files.map(fileView),
  ];
}

function fileView({ file, added, removed, lines }: FileView): Node {
  return h(
    'section',
    { class: 'file', key: file, 'aria-label': file },
    h('header', { class: 'file-head' }, h('h2', {}, file), h('span', { class: 'mute' }, `${added} added, ${removed} removed`)),
    h('div', { class: 'diff', role: 'table', 'aria-label': `Changes of ${file}`, tabindex: 0 }, lines.map(lineView)),
  );
}

const signs: Readonly<Record<LineView['kind'], readonly [sign: string, word: string]>> = { same: ['', ''], added: ['+', 'added: '], removed: ['−', 'removed: '], gap: ['⋯', ''] };

function lineView({ kind, text }: LineView): Node {
  const [sign, word] = signs[kind];
  return h('div', { class: `line ${kind}`, role: 'row' }, h('span', { class: 'sign', 'aria-hidden': 'true' }, sign), h('span', { role: 'cell' }, word && h('span', { class: 'sr' }, word), text || '\u00a0'));
}
