import type { Dialect, Legend, Step, StepState } from './plan';

/** What a box's mark means; `undefined` for a mark that nobody has given a meaning. */
export function meaningOf(mark: string, dialect: Dialect, legend: LegendMeanings | undefined): StepState | undefined {
  const fromLegend = legend?.get(mark);
  if (fromLegend) return fromLegend;
  const plain = withoutVariation(mark);
  return common.get(plain) ?? (plain === '-' || plain === '~' ? dashMeaning(plain, dialect) : undefined);
}

/** Every mark that a legend explains, also where two stand for the same state. */
export type LegendMeanings = ReadonlyMap<string, StepState>;

/** Which characters a file is to get; `undefined` where its notation has none for a state. */
export function marksToWrite(steps: readonly Pick<Step, 'mark'>[], dialect: Dialect, legend: Legend | undefined, extended: boolean): WrittenMarks {
  if (legend) return { todo: ' ', done: doneFor(legend), ...(extended ? extendedMarks : {}), ...legend.marks };
  const found: Partial<Record<StepState, string>> = {};
  let more = extended;
  for (const { mark } of steps) {
    if (mark === ' ' || mark === '\t' || mark === 'x' || mark === 'X') continue;
    const meaning = meaningOf(mark, dialect, undefined);
    if (!meaning || meaning === 'todo') continue;
    more = true;
    found[meaning] ??= mark;
  }
  return { todo: ' ', done: 'x', ...(more ? extendedMarks : {}), ...(more && dialect === 'kiro' ? { doing: '-' } : {}), ...found };
}

export type WrittenMarks = Readonly<Partial<Record<StepState, string>> & { todo: string; done: string }>;

/** Marks that stand before words, as in `**Deliverable**: ✓ 17 models`. */
export function withoutLeadingMark(text: string): string {
  return text.replace(/^(?:[✓✔☑√✗✘→✅❌]\uFE0F?|\[[^\]]{1,4}\])\s+/u, '');
}

const common: ReadonlyMap<string, StepState> = new Map<string, StepState>([
  [' ', 'todo'],
  ['\t', 'todo'],
  ['\u00A0', 'todo'],
  ['x', 'done'],
  ['X', 'done'],
  ['✓', 'done'],
  ['✔', 'done'],
  ['☑', 'done'],
  ['√', 'done'],
  ['→', 'doing'],
  ['/', 'doing'],
  ['✗', 'failed'],
  ['✘', 'failed'],
]);

const extendedMarks = { doing: '→', failed: '✗', deferred: '-' } as const;

/** Kiro: running and queued. Obsidian calls both cancelled; elsewhere they are put off. Never done. */
function dashMeaning(mark: '-' | '~', dialect: Dialect): StepState {
  if (dialect !== 'kiro') return 'deferred';
  return mark === '-' ? 'doing' : 'todo';
}

/** `✔` followed by a variation selector is still `✔`. */
function withoutVariation(mark: string): string {
  return mark.length > 1 && /^.[\uFE0E\uFE0F]$/u.test(mark) ? mark.slice(0, -1) : mark;
}

/** For a legend that forgot to say what done looks like: the first usual mark that it does not use otherwise. */
function doneFor({ marks }: Legend): string {
  const taken = new Set(Object.values(marks));
  return ['x', '✓', '✔'].find((mark) => !taken.has(mark)) ?? 'x';
}
