export type HubCommand =
  | { readonly kind: 'login' }
  | {
      readonly kind: 'download';
      readonly repository: string;
      readonly revision?: string;
      /** Files and patterns, as they stand on the line. */
      readonly include: readonly string[];
      readonly exclude: readonly string[];
    };

/**
 * Reads `huggingface-cli …` and `hf …` lines, so that Evalmark does what they ask itself: `huggingface-cli` is gone from
 * huggingface_hub 1.0 on, and neither resumes a killed download. Where a line wants a folder of its own (`--local-dir`), the
 * cache serves as well.
 */
export function hubCommandOf(line: string): HubCommand | undefined {
  const [tool, ...words] = wordsOf(line);
  if (tool !== 'huggingface-cli' && tool !== 'hf') return undefined;
  if (words[0] === 'login' || (words[0] === 'auth' && words[1] === 'login')) return { kind: 'login' };
  return words[0] === 'download' ? downloadOf(words.slice(1)) : undefined;
}

/** Options that take one value, which is no file. */
const valued = new Set(['--revision', '--repo-type', '--local-dir', '--cache-dir', '--token', '--max-workers', '--format', '--local-dir-use-symlinks']);

function downloadOf(words: readonly string[]): HubCommand | undefined {
  const plain: string[] = [];
  const lists = { '--include': [] as string[], '--exclude': [] as string[] };
  let revision: string | undefined;
  let list: string[] | undefined;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const [, option = word, attached] = /^(--[\w-]+)=(.*)$/.exec(word) ?? [];
    if (option === '--include' || option === '--exclude') {
      list = lists[option];
      if (attached !== undefined) list.push(attached);
    } else if (option.startsWith('-')) {
      list = undefined;
      const value = attached ?? (valued.has(option) ? words[++index] : undefined);
      if (option === '--repo-type' && value !== 'model') return undefined;
      if (option === '--revision') revision = value;
    } else if (list) list.push(word);
    else plain.push(word);
  }
  const [repository, ...files] = plain;
  if (repository === undefined) return undefined;
  return { kind: 'download', repository, ...(revision ? { revision } : {}), include: [...files, ...lists['--include']], exclude: lists['--exclude'] };
}

/** As a shell cuts them: quotes hold together, a comment ends the line. */
function wordsOf(line: string): readonly string[] {
  return [...line.replace(/(?:^|\s)#.*$/, '').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}
