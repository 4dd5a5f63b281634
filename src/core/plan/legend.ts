import { listContent, readBox } from './box';
import type { Blocks } from './blocks';
import type { LegendMeanings } from './marks';
import type { Legend, StepState } from './plan';

export interface FoundLegend {
  readonly legend: Legend;
  readonly meanings: LegendMeanings;
}

/**
 * The "Mark tasks as:" list that begins in this line, if it is one: boxes (also in code marks) one below the other, each
 * with another mark and with words for a state and nothing else. Two are enough below words that announce a legend,
 * otherwise it takes three.
 */
export function readLegend(blocks: Blocks, line: number, above: string): FoundLegend | undefined {
  if (!legendItem(blocks, line)) return undefined;
  const meanings = new Map<string, StepState>();
  const marks: Partial<Record<StepState, string>> = {};
  let end = line;
  for (; end < blocks.lineCount; end++) {
    const item = legendItem(blocks, end);
    if (!item) break;
    if (meanings.has(item.mark)) return undefined;
    meanings.set(item.mark, item.state);
    marks[item.state] ??= item.mark;
  }
  const announced = announcement.test(above);
  if (meanings.size < (announced ? 2 : 3)) return undefined;
  return { legend: { line, endLine: end, marks }, meanings };
}

/** The state that words such as "In progress" or "Blocked/Failed" stand for; undefined for all other words. */
function stateOfWords(words: string): StepState | undefined {
  const first = words.length > 60 ? undefined : /[a-z']+/i.exec(words)?.[0].toLowerCase();
  if (first === undefined || !firstWords.has(first)) return undefined;
  const plain = words
    .toLowerCase()
    .replace(/\([^)]*\)|[*_`.!]/g, '')
    .replace(/^\s*[-=:\u2013\u2014\u2192]+\s*/, '')
    .replace(/^(?:the )?(?:task|step|item|work)s? (?:is |are )?/, '')
    .trim();
  const parts = plain.split(/\s*(?:\/|,|\bor\b|&)\s*/).filter((part) => part !== '');
  const states = parts.map((part) => stateWords.get(part.replace(/[\s-]+/g, ' ')));
  return states.every((state) => state !== undefined) ? states[0] : undefined;
}

const announcement = /\b(?:mark(?:s|ing|ed)?|legend|status|states?|symbols?|key|notation|checkbox(?:es)?)\b/i;

const stateWords: ReadonlyMap<string, StepState> = new Map(
  (
    [
      ['todo', ['not started', 'todo', 'to do', 'pending', 'open', 'planned', 'not done', 'unstarted', 'queued', 'incomplete', 'not yet started', 'waiting']],
      ['doing', ['in progress', 'doing', 'started', 'running', 'ongoing', 'wip', 'active', 'work in progress', 'partial', 'partially done']],
      ['done', ['complete', 'completed', 'done', 'finished', 'closed', 'passed', 'checked', 'success']],
      ['failed', ['blocked', 'failed', 'failure', 'error', 'broken', 'stuck', 'blocker']],
      ['deferred', ['deferred', 'skipped', 'cancelled', 'canceled', 'postponed', 'on hold', "won't do", 'wont do', 'not needed', 'n', 'a', 'dropped', 'obsolete', 'not applicable']],
    ] as const
  ).flatMap(([state, words]) => words.map((word) => [word, state] as const)),
);

/** Most steps are told from a legend's line by their first word. */
const firstWords = new Set(['the', 'task', 'tasks', 'step', 'steps', 'item', 'items', 'work', ...[...stateWords.keys()].map((words) => words.split(' ')[0] ?? words)]);

function legendItem(blocks: Blocks, line: number): { readonly mark: string; readonly state: StepState } | undefined {
  const { source } = blocks;
  const start = (blocks.starts[line] ?? 0) + (blocks.shifts[line] ?? 0);
  const end = blocks.ends[line] ?? 0;
  if (end - start > 120) return undefined;
  const box = readBox(source, start, end);
  const found = box ? { mark: box.mark, words: source.slice(box.textStart, end) } : inCode(source, start, end);
  const state = found && stateOfWords(found.words);
  return state && { mark: found.mark, state };
}

/** `` - `[x]` Done `` */
function inCode(source: string, start: number, end: number): { readonly mark: string; readonly words: string } | undefined {
  const content = listContent(source, start, end);
  if (content < 0 || source.charCodeAt(content) !== 96) return undefined;
  const [, mark, words] = /^`\[([^\]])\]`\s*(.*)$/u.exec(source.slice(content, end)) ?? [];
  return mark !== undefined && words !== undefined ? { mark, words } : undefined;
}
