import { scanShell } from '../../shell/shellScan';
import type { ActionArguments } from '../action';

export type HubCommand =
  | { readonly kind: 'login' }
  | {
      readonly kind: 'download';
      readonly repository: string;
      readonly revision?: string;
      /** Files and patterns, as they stand on the line. */
      readonly include: readonly string[];
      readonly exclude: readonly string[];
      /** `--local-dir`: where the files are wanted as well, as it stands on the line. */
      readonly folder?: string;
    };

/**
 * Reads `huggingface-cli …` and `hf …` lines, so that Evalmark does what they ask itself: `huggingface-cli` is gone from
 * huggingface_hub 1.0 on, and neither resumes a killed download. A line that pipes, redirects or computes is the shell's.
 */
export function hubCommandOf(line: string): HubCommand | undefined {
  const [tool, ...words] = wordsOf(line);
  if (tool !== 'huggingface-cli' && tool !== 'hf') return undefined;
  if (words[0] === 'login' || (words[0] === 'auth' && words[1] === 'login')) return needsShell(line, /[;&|()<>`\n]/) ? undefined : { kind: 'login' };
  return words[0] === 'download' && !needsShell(line, /[;&|()<>`$\n]/) ? downloadOf(words.slice(1)) : undefined;
}

/** The commands of `a && b`, which run one after the other as lines do; the whole where anything else joins them. */
export function commandsInTurn(command: string): readonly string[] {
  const contexts = scanShell(command);
  const plain = contexts.map((context, at) => (context === 'plain' ? command.charAt(at) : ' ')).join('');
  const joins = [...plain.matchAll(/&&/g)];
  if (joins.length === 0 || /[;|(){}`\n]|<</.test(plain) || plain.replaceAll('&&', '').includes('&')) return [command];
  const ends = [...joins.map(({ index }) => index), command.length];
  return ends.map((end, part) => command.slice(part === 0 ? 0 : (ends[part - 1] ?? 0) + 2, end).trim());
}

function needsShell(line: string, signs: RegExp): boolean {
  const bare = withoutComment(line).replace(/\\\r?\n/g, ' ').trim().replace(/"[^"$`]*"|'[^']*'|<[A-Za-z][\w.:/ -]*>/g, '');
  return signs.test(bare);
}

/** As the download action takes them. */
export function downloadArguments({ repository, revision, include, exclude, folder }: Extract<HubCommand, { kind: 'download' }>): ActionArguments {
  return { repository, ...(revision === undefined ? {} : { revision }), ...(include.length > 0 ? { include: include.join(',') } : {}), ...(exclude.length > 0 ? { exclude: exclude.join(',') } : {}), ...(folder === undefined ? {} : { folder }) };
}

/** Options that take one value, which is no file. */
const valued = new Set(['--revision', '--repo-type', '--local-dir', '--cache-dir', '--token', '--max-workers', '--format', '--local-dir-use-symlinks']);

function downloadOf(words: readonly string[]): HubCommand | undefined {
  const plain: string[] = [];
  const lists = { '--include': [] as string[], '--exclude': [] as string[] };
  let revision: string | undefined;
  let folder: string | undefined;
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
      if (option === '--local-dir') folder = value;
    } else if (list) list.push(word);
    else plain.push(word);
  }
  const [repository, ...files] = plain;
  if (repository === undefined) return undefined;
  return { kind: 'download', repository, ...(revision ? { revision } : {}), include: [...files, ...lists['--include']], exclude: lists['--exclude'], ...(folder ? { folder } : {}) };
}

/** As a shell cuts them: quotes hold together, a comment ends the line. */
function wordsOf(line: string): readonly string[] {
  return [...withoutComment(line).replace(/\\\r?\n/g, ' ').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}

function withoutComment(line: string): string {
  return line.replace(/(?:^|\s)#.*$/, '');
}
