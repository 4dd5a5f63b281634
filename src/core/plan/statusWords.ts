/** What a Status line says of a task, a phase or the whole change. */
export interface Progress {
  readonly unit: 'steps' | 'tasks';
  readonly complete: number;
  readonly total: number;
  readonly doing: boolean;
  readonly failed: boolean;
  /** Something is done, even if no whole unit is. */
  readonly begun: boolean;
  readonly reason: string | undefined;
}

/**
 * The value that a Status line gets: our words in place of the words for a state that it begins with, everything that a
 * person wrote behind them kept. Undefined when it is to stay as it is (or not to be written at all).
 */
export function statusValue(old: string | undefined, progress: Progress): string | undefined {
  const kind = kindOf(progress);
  if (old === undefined) return kind === 'none' ? undefined : wordsFor(kind, progress, undefined);
  const known = knownWords(old);
  const rest = old.slice(known?.length ?? 0);
  if (kind === 'none') return known && !unbegun.test(old) ? `Not started${rest}` : undefined;
  if (kind === 'blocked' && progress.reason === undefined && /^\S*\s*BLOCKED/i.test(old)) return undefined;
  const words = wordsFor(kind, progress, known?.unit);
  const separator = known || rest === '' ? '' : ' - ';
  const value = `${words}${separator}${rest}`;
  return value === old ? undefined : value;
}

type Kind = 'none' | 'doing' | 'blocked' | 'complete' | 'partial';

function kindOf({ doing, failed, complete, total, begun }: Progress): Kind {
  if (total === 0) return 'none';
  if (doing) return 'doing';
  if (failed) return 'blocked';
  if (complete >= total) return 'complete';
  if (complete > 0) return 'partial';
  return begun ? 'doing' : 'none';
}

/** `unit`: what a person counts instead of steps, as in "(3 of 10 models reviewed)". */
function wordsFor(kind: Exclude<Kind, 'none'>, { unit: ownUnit, complete, total, reason }: Progress, unit: string | undefined): string {
  const counted = unit === undefined || ownUnits.test(unit) ? undefined : unit;
  switch (kind) {
    case 'doing':
      return '→ IN PROGRESS';
    case 'blocked':
      return reason === undefined || reason === '' ? '✗ BLOCKED' : `✗ BLOCKED (${inParentheses(reason)})`;
    case 'partial':
      return `✓ PARTIALLY COMPLETE (${complete} of ${total} ${counted ?? ownUnit})`;
    case 'complete':
      if (ownUnit === 'tasks') return `✓ COMPLETE (all ${total} tasks)`;
      return counted === undefined ? '✓ COMPLETE' : `✓ COMPLETE (${complete} of ${total} ${counted})`;
  }
}

/**
 * How far a value consists of a state: mark, words, and of the parentheses only those that Evalmark fills. Without a mark
 * the words must stand alone: "Open questions remain" is no state.
 */
function knownWords(value: string): { readonly length: number; readonly unit: string | undefined } | undefined {
  const mark = /^(?:[✓✔☑✅→✗✘❌⏳🚧]\uFE0F?|\[[^\]]\])\s*/u.exec(value)?.[0] ?? '';
  const words = stateWords.exec(value.slice(mark.length));
  if (!words) return undefined;
  const length = mark.length + words[0].length;
  const standsAlone = /^\s*(?:$|[(,;:.!\u2013\u2014]|- )/.test(value.slice(length));
  return mark !== '' || standsAlone ? { length, unit: words[1] } : undefined;
}

const stateWords =
  /^(?:(?:PARTIALLY\s+COMPLETED?|COMPLETED?|DONE|FINISHED|IN[ -]PROGRESS|STARTED|NOT\s+STARTED|TODO|PENDING|PLANNED|PROPOSED|OPEN)(?![\w-])(?:\s*\((?:all\s+\d+|\d+\s+of\s+\d+)\s+([^()]*)\))?|(?:BLOCKED|FAILED)(?![\w-])(?:\s*\([^()]*\))?)/i;

const unbegun = /^\W*(?:not\s+started|todo|pending|planned|proposed|open)(?![\w-])/i;

const ownUnits = /^(?:steps?|tasks?)$/i;

function inParentheses(reason: string): string {
  const short = reason.length > 120 ? `${reason.slice(0, 119)}…` : reason;
  return short.replace(/\(/g, '[').replace(/\)/g, ']');
}
