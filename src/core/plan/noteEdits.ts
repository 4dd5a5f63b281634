import { readBox } from './box';
import { oneLine } from './stepEdits';
import type { Task } from './plan';
import type { TextEdits, TextLines } from './textLines';

/**
 * Writes a note between Evalmark's markers at the end of a task, or replaces the one of that name. A note that became
 * shorter leaves blank lines, since edits stay within lines.
 */
export function editNote(task: Task, name: string, written: readonly string[], lines: TextLines, edits: TextEdits): void {
  const begin = `<!-- evalmark:begin ${markerName(name)} -->`;
  const end = `<!-- evalmark:end ${markerName(name)} -->`;
  const first = findLine(lines, begin, task.line, task.endLine);
  const last = first < 0 ? -1 : findLine(lines, end, first + 1, task.endLine);
  const content = written.flatMap((text) => text.split(/\r\n?|\n/)).map(harmless);
  if (last >= 0) {
    const indent = indentOf(lines.line(first));
    replaceLines(first + 1, last, content.map((text) => (text === '' ? '' : indent + text)), first, lines, edits);
    return;
  }
  const box = lines.line(task.line);
  const shift = box.length - box.trimStart().length;
  const bullet = task.steps[0]?.line === task.line ? readBox(box, shift, box.length) : undefined;
  const indent = bullet ? ' '.repeat(shift + bullet.contentOffset) : '';
  const place = Math.max(task.line, task.endLine - 1);
  const lineEnd = lines.lineEnd(place);
  const block = [begin, ...content, end].map((text) => (text === '' ? '' : indent + text)).join(lineEnd);
  edits.insert(place, lines.line(place).length, `${lineEnd}${bullet ? '' : lineEnd}${block}`);
}

/** Brings the lines from `start` to before `end` to a new content; what is too much becomes blank, what is new follows the last. */
function replaceLines(start: number, end: number, content: readonly string[], marker: number, lines: TextLines, edits: TextEdits): void {
  const room = end - start;
  for (let index = 0; index < room; index++) {
    const line = start + index;
    const text = index === room - 1 ? content.slice(index).join(lines.lineEnd(line)) : (content[index] ?? '');
    if (lines.line(line) !== text) edits.replace(line, 0, lines.line(line).length, text);
  }
  if (room === 0 && content.length > 0) edits.insert(marker, lines.line(marker).length, content.map((text) => lines.lineEnd(marker) + text).join(''));
}

function findLine(lines: TextLines, text: string, start: number, end: number): number {
  for (let line = start; line < end; line++) if (lines.line(line).trim() === text) return line;
  return -1;
}

function indentOf(text: string): string {
  return text.slice(0, text.length - text.trimStart().length);
}

function markerName(name: string): string {
  return oneLine(name).replace(/[^\p{L}\p{N}._-]+/gu, '-') || 'note';
}

/** A note's line must begin no heading, fence, comment or step. */
function harmless(text: string): string {
  const plain = text.replace(/<!--/g, '<\\!--').trimEnd();
  if (/^\s*(?:#{1,6}(?:\s|$)|`{3}|~{3}|={3,}\s*$|-{3,}\s*$)/.test(plain)) return plain.replace(/\S/, '\\$&');
  return plain.replace(/^(\s*(?:[-*+]|\d{1,9}[.)])\s+)\[/, '$1\\[');
}
