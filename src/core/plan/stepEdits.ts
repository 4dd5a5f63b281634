import { readBox } from './box';
import { linkCommentText } from './linkComment';
import type { Step } from './plan';
import type { TextEdits, TextLines } from './textLines';

/** What is to change in one step's line. */
export interface StepChange {
  readonly mark?: string;
  readonly remark?: string;
  /** The comment to write; null takes it away. */
  readonly link?: { readonly action: string; readonly arguments: Readonly<Record<string, string>> } | null;
}

/** Writes the mark, the remark and the comment of a step; every other character of its line stays. */
export function editStep(step: Step, change: StepChange, lines: () => TextLines, edits: TextEdits): void {
  const { line, start, end } = step.markRange;
  if (change.mark !== undefined && change.mark !== step.mark) edits.replace(line, start, end, change.mark);
  if (change.remark === undefined && change.link === undefined) return;
  const tail = tailOf(step, lines().line(line));
  if (change.remark !== undefined) editRemark(step, tail.end, change.remark, edits);
  if (change.link !== undefined) editLink(step, tail.end, change.link, edits);
}

/** Where a step's text ends in its line, before a comment and before blanks. */
function tailOf(step: Step, line: string): { readonly end: number } {
  const shift = line.length - line.trimStart().length;
  const box = readBox(line, shift, line.length);
  return { end: (box?.textStart ?? line.length) + step.text.length };
}

function editRemark({ text, line }: Step, end: number, written: string, edits: TextEdits): void {
  const remark = oneLine(written);
  if (remark === '') return;
  const earlier = earlierRemark(text, remark);
  if (earlier === undefined) edits.insert(line, end, ` - ${remark}`);
  else if (earlier !== remark) edits.replace(line, end - earlier.length, end, remark);
}

/** What stands behind ` - ` and starts with the same word. A step without words may begin with its remark. */
function earlierRemark(text: string, remark: string): string | undefined {
  const [word] = remark.split(' ', 1);
  const padded = ` ${text}`;
  for (let start = padded.lastIndexOf(' - '); start >= 0; start = start === 0 ? -1 : padded.lastIndexOf(' - ', start - 1)) {
    const found = padded.slice(start + 3);
    if (found.split(' ', 1)[0] === word) return found;
  }
  return undefined;
}

function editLink({ override, line }: Step, end: number, link: NonNullable<StepChange['link']> | null, edits: TextEdits): void {
  if (link === null) {
    if (override) edits.replace(line, end, override.range.end, '');
    return;
  }
  const comment = linkCommentText(oneLine(link.action), link.arguments);
  if (override && linkCommentText(override.action, override.arguments) === comment) return;
  if (override) edits.replace(line, override.range.start, override.range.end, comment);
  else edits.insert(line, end, ` ${comment}`);
}

/** Words that stay on their line and open no comment. */
export function oneLine(text: string): string {
  return text.replace(/<!--|-->/g, ' ').replace(/\s+/g, ' ').trim();
}
