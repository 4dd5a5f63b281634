/** What a character of a shell command is part of. */
export type ShellContext = 'plain' | 'single' | 'double' | 'comment' | 'heredoc';

/**
 * The context of every character of a command: enough of the shell's grammar to tell a redirect from a quoted text, a
 * comment or a line of a here-document. Quote marks count as inside; an escaped character is `single`.
 */
export function scanShell(text: string): readonly ShellContext[] {
  const contexts: ShellContext[] = [];
  const waiting: HereDocument[] = [];
  let quote: 'plain' | 'single' | 'double' = 'plain';
  let at = 0;
  const take = (count: number, context: ShellContext) => {
    for (let taken = 0; taken < count && at < text.length; taken++, at++) contexts.push(context);
  };
  while (at < text.length) {
    const character = text[at];
    if (quote === 'single') {
      if (character === "'") quote = 'plain';
      take(1, 'single');
    } else if (character === '\\') {
      take(1, quote);
      take(1, 'single');
    } else if (character === '"') {
      take(1, 'double');
      quote = quote === 'double' ? 'plain' : 'double';
    } else if (quote === 'double') {
      take(1, 'double');
    } else if (character === "'") {
      quote = 'single';
      take(1, 'single');
    } else if (character === '#' && (at === 0 || /[\s;&|(]/.test(text[at - 1] ?? ''))) {
      take(lineEnd(text, at) - at, 'comment');
    } else if (character === '\n' && waiting.length > 0) {
      take(1, 'plain');
      for (const document of waiting.splice(0)) take(endOfDocument(text, at, document) - at, 'heredoc');
    } else {
      const document = hereDocumentAt(text, at);
      if (document) waiting.push(document);
      take(document?.length ?? 1, 'plain');
    }
  }
  return contexts;
}

interface HereDocument {
  readonly word: string;
  readonly tabs: boolean;
  readonly length: number;
}

function hereDocumentAt(text: string, at: number): HereDocument | undefined {
  if (text[at - 1] === '<') return undefined;
  const found = /^<<(-?)(?!<)[ \t]*(?:'([^'\n]+)'|"([^"\n]+)"|\\?([^\s'"<>|;&()]+))/.exec(text.slice(at, at + 200));
  if (!found) return undefined;
  return { word: found[2] ?? found[3] ?? found[4] ?? '', tabs: found[1] === '-', length: found[0].length };
}

function endOfDocument(text: string, from: number, { word, tabs }: HereDocument): number {
  for (let start = from; start < text.length; start = lineEnd(text, start) + 1) {
    const line = text.slice(start, lineEnd(text, start));
    if ((tabs ? line.replace(/^\t+/, '') : line) === word) return start + line.length;
  }
  return text.length;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
