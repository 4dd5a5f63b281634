import type { StateBlock } from 'markdown-it';
import { foundOf, headingLevel, relativeIndent, textStart } from './blockRules';

/**
 * HTML comments, and the elements whose content is no Markdown. One that never ends reaches to the next heading; so does a
 * comment when what would end it belongs to another comment below that heading. Other HTML is left alone: `<details>` may
 * well hold steps.
 */
export function hiddenRule(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const indent = relativeIndent(state, startLine);
  const start = textStart(state, startLine);
  if (indent >= 4 || state.src.charCodeAt(start) !== 60) return false;
  const kind = state.src.startsWith('<!--', start) ? 'comment' : rawElement.test(state.src.slice(start, start + 12)) ? 'raw' : undefined;
  if (!kind) return false;
  if (silent) return true;

  const end = kind === 'comment' ? endOf(state, '-->', start + 2) : endOf(state, rawEnd, start);
  const lastHeading = end < 0 ? state.src.length : kind === 'comment' ? state.src.lastIndexOf('<!--', end) : start;
  let line = startLine;
  let ended = false;
  for (; line < endLine && !ended; line++) {
    if (line > startLine && relativeIndent(state, line) < 0 && !state.isEmpty(line)) break;
    if (line > startLine && textStart(state, line) < lastHeading && headingLevel(state, line) > 0) break;
    ended = end >= 0 && end < (state.eMarks[line] ?? 0);
  }
  foundOf(state).closed.push({ kind, line: startLine, endLine: line, ended, info: '', indent: 0 });
  state.line = line;
  return true;
}

const rawElement = /^<(?:script|pre|style|textarea)(?=[\s>]|$)/i;
const rawEnd = /<\/(?:script|pre|style|textarea)>/gi;

/** The first end at or after `from`, -1 for none; remembered, so that all searches together pass the text once. */
function endOf(state: StateBlock, end: string | RegExp, from: number): number {
  const { ends } = foundOf(state).searches;
  const key = String(end);
  const known = ends.get(key);
  if (known !== undefined && (known < 0 || known >= from)) return known;
  const found = search(state.src, end, from);
  ends.set(key, found);
  return found;
}

function search(text: string, end: string | RegExp, from: number): number {
  if (typeof end === 'string') return text.indexOf(end, from);
  end.lastIndex = from;
  return end.exec(text)?.index ?? -1;
}
