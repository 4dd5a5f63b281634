import type { KeyGroup } from '../ui/keyHelp';
import type { Matrix, View } from './matrix';

const views: Readonly<Record<string, View>> = { '1': 'matrix', '2': 'edits', '3': 'gallery' };

/** Keys of the whole panel; those of a table or a menu are with it. */
export function onKeyDown(matrix: Matrix, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { local } = matrix;
  if (event.key === 'Escape') {
    if (local.pictures) return matrix.closePictures();
    if (local.menu !== undefined || local.help) return matrix.update({ menu: undefined, help: false });
    return;
  }
  if (local.pictures || local.help) return;
  const view = views[event.key];
  if (view) return matrix.update({ view });
  if (event.key === '?') return matrix.update({ help: true });
}

/** Arrows go from one element of a group to the next; the group is one stop of Tab. */
export function moveFocus(event: KeyboardEvent, selector: string, columns = 1): void {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY }[event.key];
  if (step === undefined) return;
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(selector)];
  const at = items.findIndex((item) => item === document.activeElement);
  if (at < 0) return;
  const to = Math.min(items.length - 1, Math.max(0, at + step));
  event.preventDefault();
  event.stopPropagation();
  items[at]?.setAttribute('tabindex', '-1');
  items[to]?.setAttribute('tabindex', '0');
  items[to]?.focus();
}

/** When a menu opens. */
export function focusFirst(element: HTMLElement): void {
  if (!element.contains(document.activeElement)) element.querySelector('button')?.focus();
}

export const keyGroups: readonly KeyGroup[] = [
  {
    title: 'Look',
    keys: [
      { keys: ['1', '2', '3'], does: 'matrix, edits and cost, gallery' },
      { keys: ['↑', '↓', '←', '→'], does: 'move in a table' },
      { keys: ['↵'], does: 'the pictures behind a row or a number; on a header sorts' },
      { keys: ['Esc'], does: 'closes what lies on top' },
      { keys: ['?'], does: 'this help' },
    ],
  },
];
