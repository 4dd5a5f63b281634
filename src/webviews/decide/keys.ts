import type { KeyGroup } from '../ui/keyHelp';
import type { Decide } from './decide';

/** Keys of the whole panel. Those with Ctrl work also while a person writes. */
export function onKeyDown(decide: Decide, event: KeyboardEvent): void {
  if (decide.help) {
    if (event.key === 'Escape' || event.key === '?') decide.toggleHelp();
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') return inPreview(decide) ? decide.send({ type: 'write' }) : decide.show('preview');
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event)) return;
  if (event.key === 'Escape' && inPreview(decide)) return decide.show('weigh');
  if (event.key === '?') return decide.toggleHelp();
  if (event.key === '1') return decide.show('weigh');
  if (event.key === '2') return decide.show('preview');
  const letter = event.key.toUpperCase();
  if (!inPreview(decide) && decide.state?.options.some((option) => option.letter === letter)) decide.choose(letter);
}

function inPreview({ view }: Decide): boolean {
  return view === 'preview';
}

/** The toolkit's field holds the one that is typed into. */
function isWriting(event: KeyboardEvent): boolean {
  return event.composedPath().some((target) => target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement);
}

export const keyGroups: readonly KeyGroup[] = [
  {
    title: 'Decide',
    keys: [
      { keys: ['A', '…', 'D'], does: 'choose that option' },
      { keys: ['↑', '↓'], does: 'the option before, the option behind, on a choice' },
      { keys: ['Ctrl', '↵'], does: 'see what would be written; there: write it' },
    ],
  },
  { title: 'Look', keys: [{ keys: ['1', '2'], does: 'weigh, preview' }, { keys: ['Esc'], does: 'back' }, { keys: ['?'], does: 'this help' }] },
];
