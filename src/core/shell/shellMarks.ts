/**
 * How the shell tells where a command's output begins and ends: invisible OSC sequences that carry a random word, so
 * that no output can pretend to be one.
 */
export type ShellMark =
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'begin'; readonly id: number }
  | { readonly kind: 'end'; readonly id: number; readonly exitCode: number; readonly folder: string };

/** Cuts a pty's stream into output and marks; a mark may arrive in pieces. */
export class ShellMarkReader {
  private rest = '';
  private readonly start: string;

  constructor(nonce: string) {
    this.start = markStart(nonce);
  }

  read(chunk: string): readonly ShellMark[] {
    const marks: ShellMark[] = [];
    let text = this.rest + chunk;
    this.rest = '';
    for (let at = text.indexOf(this.start); at >= 0; at = text.indexOf(this.start)) {
      const end = text.indexOf(bell, at);
      if (at > 0) marks.push({ kind: 'output', text: text.slice(0, at) });
      if (end < 0) {
        this.rest = text.slice(at);
        return marks;
      }
      const mark = parse(text.slice(at + this.start.length, end));
      if (mark) marks.push(mark);
      text = text.slice(end + 1);
    }
    const held = heldBack(text, this.start);
    this.rest = text.slice(text.length - held);
    if (text.length > held) marks.push({ kind: 'output', text: text.slice(0, text.length - held) });
    return marks;
  }
}

/** `printf` formats for a shell's init file. */
export function markFormats(nonce: string): { readonly begin: string; readonly end: string } {
  const start = `\\033]7717;${nonce};`;
  return { begin: `${start}B;%s\\007`, end: `${start}E;%s;%s;%s\\007` };
}

const bell = '\u0007';

function markStart(nonce: string): string {
  return `\u001b]7717;${nonce};`;
}

function parse(body: string): ShellMark | undefined {
  const [kind, id, exitCode, ...folder] = body.split(';');
  if (kind === 'B') return { kind: 'begin', id: Number(id) };
  if (kind === 'E') return { kind: 'end', id: Number(id), exitCode: Number(exitCode), folder: folder.join(';').replaceAll('\r\n', '\n') };
  return undefined;
}

/** How many characters at the end of the text could be the beginning of a mark. */
function heldBack(text: string, start: string): number {
  for (let length = Math.min(start.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(start.slice(0, length))) return length;
  }
  return 0;
}
