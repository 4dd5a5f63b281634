import type { PlanTextEdit } from './planStore';

/** A text by lines, counted as editors count them: `\r\n`, `\n` and `\r` end one. */
export class TextLines {
  private readonly starts: Uint32Array;

  constructor(private readonly text: string) {
    this.starts = textLineStarts(text);
  }

  get count(): number {
    return this.starts.length;
  }

  /** The line's own end: what is inserted there must not join with it to another. Of the last line, that of the first. */
  lineEnd(index: number): string {
    const next = this.starts[index + 1] ?? this.starts[1];
    if (next === undefined) return '\n';
    return this.text.startsWith('\r\n', next - 2) ? '\r\n' : this.text.charAt(next - 1);
  }

  /** Without its line end; empty for a line that does not exist. */
  line(index: number): string {
    const start = this.starts[index];
    if (start === undefined) return '';
    const next = this.starts[index + 1];
    return next === undefined ? this.text.slice(start) : this.text.slice(start, next).replace(/\r?\n$|\r$/, '');
  }
}

/** Collects replacements that do not overlap; insertions at one place follow each other in the order in which they came. */
export class TextEdits {
  private readonly edits = new Map<string, PlanTextEdit>();

  replace(line: number, start: number, end: number, text: string): void {
    const place = `${line}:${start}:${end}`;
    const earlier = start === end ? (this.edits.get(place)?.text ?? '') : '';
    this.edits.set(place, { range: { line, start, end }, text: earlier + text });
  }

  insert(line: number, column: number, text: string): void {
    this.replace(line, column, column, text);
  }

  /** In the order of the text. */
  get all(): readonly PlanTextEdit[] {
    return [...this.edits.values()].sort(({ range: one }, { range: other }) => one.line - other.line || one.start - other.start || one.end - other.end);
  }
}

/** Offsets at which lines begin, counted as editors count them. */
function textLineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 10 || (code === 13 && text.charCodeAt(index + 1) !== 10)) starts.push(index + 1);
  }
  return Uint32Array.from(starts);
}
