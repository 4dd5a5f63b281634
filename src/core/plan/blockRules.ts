import type { StateBlock } from 'markdown-it';
import type { ClosedBlock, Heading } from './blocks';

/** What the rules collect during one pass; travels as markdown-it's environment. */
export interface MarkdownFound {
  readonly headings: Heading[];
  readonly closed: ClosedBlock[];
  /** What earlier searches for an end came to, so that no line is searched twice. */
  readonly searches: {
    /** By fence character and length: no line before this one ends such a fence. */
    readonly fences: Map<number, number>;
    /** Where `-->` and closing tags were last found; -1 when there is none. */
    readonly ends: Map<string, number>;
  };
}

export function markdownFound(): MarkdownFound {
  return { headings: [], closed: [], searches: { fences: new Map(), ends: new Map() } };
}

export function foundOf(state: StateBlock): MarkdownFound {
  return state.env as unknown as MarkdownFound;
}

/** Position of a line's first visible character. */
export function textStart(state: StateBlock, line: number): number {
  return (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
}

/** Columns of a line's text to the right of the container's content. */
export function relativeIndent(state: StateBlock, line: number): number {
  return (state.sCount[line] ?? 0) - state.blkIndent;
}

/** Level of the ATX heading in this line, 0 for none. */
export function headingLevel(state: StateBlock, line: number): number {
  if (relativeIndent(state, line) >= 4) return 0;
  const start = textStart(state, line);
  const end = state.eMarks[line] ?? 0;
  let position = start;
  while (position < end && position - start <= 6 && state.src.charCodeAt(position) === 35) position++;
  const level = position - start;
  if (level === 0 || level > 6) return 0;
  return position >= end || isBlank(state.src.charCodeAt(position)) ? level : 0;
}

export function headingRule(state: StateBlock, line: number, _endLine: number, silent: boolean): boolean {
  const level = headingLevel(state, line);
  if (level === 0) return false;
  if (silent) return true;
  if (state.level === 0) {
    const text = state.src.slice(textStart(state, line) + level, state.eMarks[line]);
    foundOf(state).headings.push({ line, endLine: line + 1, level, text: withoutClosingMarks(text) });
  }
  state.line = line + 1;
  return true;
}

/** Paragraphs, and setext headings of one line; both need the same walk. */
export function paragraphRule(state: StateBlock, startLine: number, endLine: number): boolean {
  const terminators = state.md.block.ruler.getRules('paragraph');
  const oldParentType = state.parentType;
  state.parentType = 'paragraph';
  let line = startLine + 1;
  for (; line < endLine && !state.isEmpty(line); line++) {
    const indent = relativeIndent(state, line);
    if (indent > 3) continue;
    if (line === startLine + 1 && indent >= 0 && isUnderline(state, line) && !isField(state, startLine)) {
      addSetextHeading(state, startLine, line);
      line++;
      break;
    }
    if (terminators.some((rule) => rule(state, line, endLine, true))) break;
  }
  state.line = line;
  state.parentType = oldParentType;
  return true;
}

/** Indented code at the root. Within lists deep indentation is taken for nesting, which it nearly always is. */
export function codeRule(state: StateBlock, startLine: number, endLine: number): boolean {
  if (state.level > 0 || relativeIndent(state, startLine) < 4) return false;
  let end = startLine + 1;
  for (let line = end; line < endLine; line++) {
    if (state.isEmpty(line)) continue;
    if (relativeIndent(state, line) < 4) break;
    end = line + 1;
  }
  foundOf(state).closed.push({ kind: 'code', line: startLine, endLine: end, ended: true, info: '', indent: 0 });
  state.line = end;
  return true;
}

/** markdown-it drops the rest of a text nested deeper than its limit; here it is read as paragraphs before that. */
export function deepRule(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  return !silent && state.level >= deepest && paragraphRule(state, startLine, endLine);
}

/** Each list takes two levels of markdown-it's hundred. */
const deepest = 60;

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function withoutClosingMarks(text: string): string {
  const trimmed = text.trim();
  let end = trimmed.length;
  while (end > 0 && trimmed.charCodeAt(end - 1) === 35) end--;
  if (end === trimmed.length) return trimmed;
  return end === 0 || isBlank(trimmed.charCodeAt(end - 1)) ? trimmed.slice(0, end).trimEnd() : trimmed;
}

function isUnderline(state: StateBlock, line: number): boolean {
  const start = textStart(state, line);
  const mark = state.src.charCodeAt(start);
  if (mark !== 45 && mark !== 61) return false;
  return state.skipSpaces(state.skipChars(start, mark)) >= (state.eMarks[line] ?? 0);
}

/** `**Deliverable**: x` above a `---` is a field above a rule, whatever CommonMark makes of it. */
function isField(state: StateBlock, line: number): boolean {
  const start = textStart(state, line);
  return state.src.charCodeAt(start) === 42 && state.src.charCodeAt(start + 1) === 42;
}

function addSetextHeading(state: StateBlock, startLine: number, underline: number): void {
  if (state.level > 0) return;
  const level = state.src.charCodeAt(textStart(state, underline)) === 61 ? 1 : 2;
  const text = state.src.slice(textStart(state, startLine), state.eMarks[startLine]).trim();
  foundOf(state).headings.push({ line: startLine, endLine: underline + 1, level, text });
}
