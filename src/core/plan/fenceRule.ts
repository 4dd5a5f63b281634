import type { StateBlock } from 'markdown-it';
import { foundOf, headingLevel, relativeIndent, textStart } from './blockRules';

/**
 * Fenced code as CommonMark has it, except for a fence that was never closed: that one ends at the next heading, so
 * that it cannot swallow the steps below. A fence counts as never closed, too, when a heading and then another opening
 * fence (one with a language) come before its end: what would close it belongs to that other fence.
 */
export function fenceRule(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const opening = openingAt(state, startLine);
  if (!opening) return false;
  if (silent) return true;
  const { next, ended } = findEnd(state, startLine, endLine, opening);
  foundOf(state).closed.push({
    kind: 'fence',
    line: startLine,
    endLine: next,
    ended,
    info: opening.info,
    indent: state.sCount[startLine] ?? 0,
  });
  state.line = next;
  return true;
}

interface Opening {
  readonly mark: number;
  readonly length: number;
  readonly info: string;
}

interface FenceEnd {
  readonly next: number;
  readonly ended: boolean;
}

const backtick = 96;
const tilde = 126;

function openingAt(state: StateBlock, line: number): Opening | undefined {
  if (relativeIndent(state, line) >= 4) return undefined;
  const start = textStart(state, line);
  const mark = state.src.charCodeAt(start);
  if (mark !== backtick && mark !== tilde) return undefined;
  const end = state.eMarks[line] ?? 0;
  const after = Math.min(state.skipChars(start, mark), end);
  if (after - start < 3) return undefined;
  const info = state.src.slice(after, end).trim();
  return mark === backtick && info.includes('`') ? undefined : { mark, length: after - start, info };
}

function findEnd(state: StateBlock, startLine: number, endLine: number, opening: Opening): FenceEnd {
  const hopeless = isHopeless(state, startLine, opening);
  let heading = -1;
  let line = startLine + 1;
  for (; line < endLine; line++) {
    const indent = relativeIndent(state, line);
    if (indent < 0 && !state.isEmpty(line)) break;
    if (indent >= 4) continue;
    if (heading < 0 && endsUnclosed(state, line, opening)) {
      heading = line;
      if (hopeless) break;
    }
    const start = textStart(state, line);
    const last = start + opening.length - 1;
    if (last >= (state.eMarks[line] ?? 0) || state.src.charCodeAt(start) !== opening.mark || state.src.charCodeAt(last) !== opening.mark) continue;
    const other = openingAt(state, line);
    if (!other || other.mark !== opening.mark || other.length < opening.length) continue;
    if (other.info === '') return { next: line + 1, ended: true };
    if (heading >= 0 && !isMarkdown(opening)) return { next: heading, ended: false };
  }
  if (!hopeless) foundOf(state).searches.fences.set(searchKey(opening.mark, opening.length), line);
  return { next: heading >= 0 ? heading : line, ended: false };
}

/** Whether an earlier search has shown that nothing ends this fence; all searches together stay linear that way. */
function isHopeless(state: StateBlock, startLine: number, { mark, length }: Opening): boolean {
  const { fences } = foundOf(state).searches;
  if (fences.size === 0) return false;
  for (let shorter = 3; shorter <= length; shorter++) {
    if (startLine < (fences.get(searchKey(mark, shorter)) ?? 0)) return true;
  }
  return false;
}

function searchKey(mark: number, length: number): number {
  return mark * 0x1_0000_0000 + length;
}

/** A `# line` right below commands is rather a comment of the shell's than a heading. */
function endsUnclosed(state: StateBlock, line: number, opening: Opening): boolean {
  const level = headingLevel(state, line);
  if (level === 0) return false;
  return level > 1 || opening.info === '' || state.isEmpty(line - 1);
}

function isMarkdown({ info }: Opening): boolean {
  return /^(?:markdown|md)\b/i.test(info);
}
