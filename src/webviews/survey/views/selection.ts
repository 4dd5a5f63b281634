import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { openDetails, selectRows } from '../commands';
import type { Slot, SurveyRow } from '../contract';
import { sortRows } from '../columns';
import { authorOf, bytesText, nameOf } from '../format';
import type { Panel } from '../panel';
import { picture } from './cells';
import { inSlot, rangeText } from './tray';

/** What was chosen, by what the plan will download it for; and what the download comes to. */
export function selection(panel: Panel): Node | undefined {
  if (!panel.local.selection) return undefined;
  const chosen = sortRows(panel.selected, { column: 'score', descending: true });
  const slots = panel.state?.totals.slots ?? [];
  const placed = new Set(slots.flatMap((slot) => inSlot(chosen, slot)));
  const others = chosen.filter((row) => !placed.has(row));
  return h(
    'section',
    { class: 'selection', 'data-part': 'selection', 'aria-label': 'Selection', key: 'selection' },
    h('header', { class: 'row' }, h('h2', {}, 'Selection'), h('span', {}, h('b', {}, `${chosen.length}${rangeText(panel)}`), ' selected'), h('span', { class: 'space' }), h('button', { class: 'icon-btn', 'aria-label': 'Close selection', on: { click: () => panel.update({ selection: false }) } }, icon('chevron'))),
    h('div', { class: 'slots' }, slots.map((slot) => slotNode(panel, slot, inSlot(chosen, slot))), (others.length > 0 || slots.length === 0) && restNode(panel, others, slots.length), summary(panel)),
  );
}

function slotNode(panel: Panel, slot: Slot, rows: readonly SurveyRow[]): Node {
  const { label, asked, minimum, maximum } = slot;
  const range = minimum === maximum ? String(minimum) : `${minimum}-${maximum}`;
  const fits = rows.length >= minimum && rows.length <= maximum;
  return h(
    'section',
    { class: 'slot', 'aria-label': `${label}, ${rows.length} of ${range}`, key: slot.asked },
    h('h3', {}, h('span', { class: fits ? 'pass' : 'warning' }, icon(fits ? 'pass' : 'warn')), label, h('span', { class: 'mute' }, `${rows.length} of ${range}`)),
    h('p', { class: 'mute', title: asked }, asked),
    rows.map((row) => chosenNode(panel, row)),
    rows.length < minimum && next(panel, slot, minimum - rows.length),
    rows.length > maximum && h('p', { class: 'missing' }, `The plan asks for at most ${maximum}. Take ${rows.length - maximum} away, or change the plan.`),
  );
}

function restNode(panel: Panel, rows: readonly SurveyRow[], slots: number): Node {
  return h('section', { class: 'slot', key: 'rest' }, h('h3', {}, slots === 0 ? 'Selected' : 'Without a place', h('span', { class: 'mute' }, String(rows.length))), h('p', { class: 'mute' }, slots === 0 ? 'The plan asks for no categories.' : 'No download step asks for these; C gives a category.'), rows.map((row) => chosenNode(panel, row)));
}

function chosenNode(panel: Panel, row: SurveyRow): Node {
  return h(
    'div',
    { class: 'chosen', key: row.repository },
    picture(panel, row, 48),
    h('div', {}, h('small', { class: 'mute' }, `${authorOf(row.repository)}/`), h('button', { class: 'plain', on: { click: () => openDetails(panel, row) } }, nameOf(row.repository)), h('small', { class: 'mute', title: row.reason }, [row.here ? `${bytesText(row.bytes)}, here` : bytesText(row.bytes), row.score === undefined ? 'not scored' : `score ${row.score.toFixed(1)}`, row.reason].join(' · '))),
    h('button', { class: 'icon-btn', 'aria-label': `Remove ${nameOf(row.repository)}`, on: { click: () => selectRows(panel, [row], false) } }, icon('close')),
  );
}

/** The best that is not chosen yet and is of that kind, or of none. */
function next(panel: Panel, slot: Slot, missing: number): Node {
  if (slot.repository !== undefined) return h('p', { class: 'missing' }, `The plan downloads ${nameOf(slot.repository)} by name.`);
  const open = (panel.state?.rows ?? []).filter(({ selected, excluded, compatible, category, suggested }) => !selected && excluded === undefined && compatible.sign !== 'error' && compatible.sign !== 'refused' && (category || suggested) === slot.category);
  const [best] = sortRows(open, { column: 'score', descending: true });
  return h(
    'div',
    { class: 'missing' },
    h('p', {}, `The plan asks for ${missing} more.`),
    best ? h('p', {}, 'Next: ', h('button', { class: 'link', on: { click: () => panel.send({ kind: 'place', repository: best.repository, category: slot.category }) } }, `${nameOf(best.repository)}${best.score === undefined ? '' : `, ${best.score.toFixed(1)}`}`)) : h('p', { class: 'mute' }, 'No other candidate has this category; C gives it one.'),
  );
}

function summary(panel: Panel): Node | undefined {
  const totals = panel.state?.totals;
  if (!totals) return undefined;
  const rows: readonly (readonly [string, string])[] = [
    ['To download', bytesText(totals.download)],
    ['Here already', totals.here > 0 ? bytesText(totals.here) : 'nothing'],
    ...(totals.free === undefined ? [] : [['Free', `${bytesText(totals.free)}, ${bytesText(Math.max(0, totals.free - totals.download))} after`] as const]),
    ['Gated', totals.gated === 0 ? 'none' : `${totals.gated}: accept their licences first`],
  ];
  const short = totals.free !== undefined && totals.download > totals.free;
  return h('section', { class: 'slot', key: 'summary' }, h('h3', {}, 'Before the download'), h('dl', {}, rows.flatMap(([name, value]) => [h('dt', {}, name), h('dd', { class: short && name === 'Free' ? 'error' : '' }, value)])), h('p', { class: 'mute' }, 'Only what the engine needs is fetched; the details list the files.'));
}
