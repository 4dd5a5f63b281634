import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { hasGaps } from '../advance';
import type { CellMark, CompareState } from '../contract';
import type { Panel } from '../panel';

const cellWidth = 33;

/** All cells in small; of a long session those around the current one. */
export function strip(panel: Panel, state: CompareState): Node {
  const fitting = Math.max(5, Math.floor((document.documentElement.clientWidth - 24) / cellWidth));
  const shown = Math.min(state.cellCount, fitting);
  const current = state.cell?.index ?? 0;
  const first = Math.max(state.firstCell, Math.min(current - Math.floor(shown / 2), state.cellCount - shown));
  return h(
    'nav',
    { class: 'film', 'aria-label': 'Cells', on: { keydown: (event) => onArrows(panel, event as KeyboardEvent) } },
    h('ol', { style: { '--cells': String(Math.max(shown, Math.min(fitting, 40))) } }, state.cells.slice(first - state.firstCell, first - state.firstCell + shown).map((mark, offset) => cell(panel, mark, first + offset, !panel.local.sheet && first + offset === current))),
  );
}

function cell(panel: Panel, mark: CellMark, index: number, current: boolean): Node {
  const full = !hasGaps(mark) && mark.outputs > 0;
  const partly = !full && mark.partly;
  const states = [full ? 'rated' : partly ? `partly rated, ${mark.rated} of ${mark.outputs}` : 'not rated', current ? 'current' : '', mark.flagged ? 'flagged' : ''];
  return h(
    'li',
    { key: `cell-${index}` },
    h(
      'button',
      { class: full || partly || current ? '' : 'todo', tabindex: current || (panel.local.sheet && index === 0) ? 0 : -1, 'data-cell': index, 'aria-label': `Cell ${index + 1}, ${states.filter((word) => word !== '').join(', ')}`, ...(current && { 'aria-current': 'step' }), on: { click: () => panel.go(index) } },
      panel.stage.thumbnail(mark.thumbnail),
      mark.flagged && h('span', { class: 'st fl' }, icon('flag')),
      h('span', { class: 'n' }, full && icon('check'), partly && icon('half'), String(index + 1)),
    ),
  );
}

/** Arrows move the focus among the cells; a press goes there. */
function onArrows(panel: Panel, event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const focused = document.activeElement?.closest<HTMLElement>('[data-cell]');
  if (step === undefined || !focused) return;
  event.preventDefault();
  event.stopPropagation();
  const next = document.querySelector<HTMLElement>(`[data-cell="${Number(focused.dataset.cell) + step}"]`);
  if (next) next.focus();
  else panel.go(Number(focused.dataset.cell) + step);
}
