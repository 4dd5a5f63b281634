import { expandBraces, literal } from './braces';

/** The words of one simple command, quotes removed and braces expanded. */
export interface SimpleCommand {
  readonly words: readonly string[];
  /** Words that only the shell can resolve (variables, patterns, `~`) are in `words` as written, and counted here. */
  readonly unresolved: ReadonlySet<string>;
}

/**
 * The simple commands of a line such as `cd x && mkdir -p a/{b,c} # why`: enough to know afterwards what a command was
 * to leave behind. Nothing is run by what this finds.
 */
export function simpleCommands(text: string): readonly SimpleCommand[] {
  const commands: { words: string[]; unresolved: Set<string> }[] = [{ words: [], unresolved: new Set() }];
  for (const token of text.replace(/\\\r?\n/g, ' ').matchAll(tokens)) {
    const [whole, separator, comment] = token;
    if (comment !== undefined) continue;
    if (separator !== undefined) {
      commands.push({ words: [], unresolved: new Set() });
      continue;
    }
    const current = commands.at(-1);
    const { word, open } = unquote(whole);
    for (const expanded of expandBraces(word)) {
      current?.words.push(expanded);
      if (open) current?.unresolved.add(expanded);
    }
  }
  return commands.filter(({ words }) => words.length > 0);
}

/** Folders that the `mkdir` commands of a text make, as written; those that need the shell to be known are left out. */
export function foldersMade(text: string): readonly string[] {
  return simpleCommands(text).flatMap(({ words, unresolved }) => {
    if (words[0] !== 'mkdir') return [];
    return words.slice(1).filter((word, index, all) => !word.startsWith('-') && !/^(?:-m|--mode)$/.test(all[index - 1] ?? '') && !unresolved.has(word));
  });
}

/** A separator, a comment, or a word with its quotes. */
const tokens = /([;&|\n()]+)|((?<=^|\s)#[^\n]*)|(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;&|()'"\\])+/g;

function unquote(token: string): { readonly word: string; readonly open: boolean } {
  let open = /^~/.test(token);
  const word = token.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|[^'"\\]+/g, (part, single?: string, double?: string, escaped?: string) => {
    if (single !== undefined) return literal(single);
    if (escaped !== undefined) return literal(escaped);
    open ||= /[$`]/.test(part) || (double === undefined && /[*?[\]<>]/.test(part));
    return double === undefined ? part : literal(double.replace(/\\(["\\$`])/g, '$1'));
  });
  return { word, open };
}
