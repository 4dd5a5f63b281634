import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { finish } from '../commands';
import type { Slot, SurveyRow } from '../contract';
import { bytesText } from '../format';
import type { Panel } from '../panel';

/** What is selected so far, against what the plan asks for. */
export function tray(panel: Panel): Node {
  const { state, local } = panel;
  const totals = state?.totals;
  const count = panel.selected.length;
  const short = totals?.slots.filter((slot) => inSlot(panel.selected, slot).length < slot.minimum) ?? [];
  const right = totals !== undefined && count >= totals.range.minimum && count <= totals.range.maximum;
  return h(
    'div',
    { class: 'tray', 'data-part': 'tray', role: 'region', 'aria-label': 'Selection' },
    h('span', { class: 'fact' }, h('span', { class: right ? 'pass' : 'warning' }, icon(right ? 'pass' : 'warn')), h('b', {}, `${count}${rangeText(panel)}`), 'selected'),
    totals && h('span', { class: 'fact' }, icon('cloud'), h('b', {}, bytesText(totals.download)), 'to download'),
    totals !== undefined && totals.here > 0 && h('span', { class: 'fact mute wide' }, `${bytesText(totals.here)} of it is here already`),
    short.map((slot) => h('span', { class: 'fact', key: slot.asked }, h('span', { class: 'warning' }, icon('warn')), `${slot.label}: ${inSlot(panel.selected, slot).length} of ${slot.minimum === slot.maximum ? slot.minimum : `${slot.minimum}-${slot.maximum}`}`)),
    h('span', { class: 'space' }),
    h('button', { class: 'sec', 'aria-expanded': local.selection, on: { click: () => panel.update({ selection: !local.selection, details: false }) } }, local.selection ? 'Close Selection' : 'Review Selection'),
    h('button', { class: 'pri', id: 'done', on: { click: () => finish(panel) } }, { list: 'Done Looking', relevance: 'Done Scoring', select: 'Write to Plan' }[state?.page ?? 'list']),
  );
}

export function rangeText({ state }: Panel): string {
  const range = state?.totals.range;
  if (!range || range.maximum >= (state?.rows.length ?? 0)) return '';
  return ` of ${range.minimum === range.maximum ? range.minimum : `${range.minimum}-${range.maximum}`}`;
}

/** Those that a step of the plan means: the one that it names, else those of its category. */
export function inSlot(selected: readonly SurveyRow[], { category, repository }: Slot): readonly SurveyRow[] {
  return selected.filter((row) => (repository === undefined ? row.category === category : row.repository === repository));
}
