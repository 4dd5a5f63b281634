/**
 * What a person would read on the screen after this output, as plain lines: escape sequences gone, progress bars that
 * were drawn over themselves reduced to their last state.
 */
export function readableText(raw: string): string {
  const lines = raw.replace(escapeSequences, '').replace(/\r+\n/g, '\n').split('\n');
  return lines.map(settled).join('\n');
}

/** CSI, OSC and other string sequences, character sets, single escapes; an unfinished one at the end too. */
const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*(?:[@-~]|$)|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|[ -/]+[0-~]|[0-~])/g;

function settled(line: string): string {
  if (!/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) return line;
  const shown: string[] = [];
  let column = 0;
  for (const character of line) {
    if (character === '\r') column = 0;
    else if (character === '\u0008') column = Math.max(0, column - 1);
    else if (character === '\t' || (character >= ' ' && character !== '\u007f')) shown[column++] = character;
  }
  return shown.join('');
}

/** The last part of a text that only grows, so that a command that prints without end costs no memory without end. */
export class TextTail {
  private chunks: string[] = [];
  private length = 0;

  constructor(private readonly maximum: number) {}

  add(text: string): void {
    this.chunks.push(text);
    this.length += text.length;
    if (this.length > 2 * this.maximum) this.trim();
  }

  text(): string {
    this.trim();
    return this.chunks[0] ?? '';
  }

  clear(): void {
    this.chunks = [];
    this.length = 0;
  }

  private trim(): void {
    const kept = this.chunks.join('').slice(-this.maximum);
    this.chunks = [kept];
    this.length = kept.length;
  }
}
