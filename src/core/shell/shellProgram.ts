import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../outcome';
import { shellQuote } from './quoting';
import { markFormats } from './shellMarks';

export type ShellFamily = 'bash' | 'zsh' | 'sh';

export interface ShellProgram {
  readonly family: ShellFamily;
  /** Absolute path. */
  readonly path: string;
}

/**
 * The shell for a plan's blocks, which are written for bash: bash, else zsh, else sh; Git Bash on Windows.
 * @param wanted absolute path of the program that a person chose instead
 */
export async function findShell(environment: NodeJS.ProcessEnv = process.env, wanted?: string): Promise<Result<ShellProgram>> {
  if (wanted !== undefined) return chosenShell(wanted);
  const candidates = process.platform === 'win32' ? windowsCandidates(environment) : unixCandidates(environment);
  for (const program of candidates) {
    if (await isProgram(program.path)) return ok(program);
  }
  return fail({
    code: 'no-shell',
    message: process.platform === 'win32' ? 'Git Bash was not found on this computer.' : 'Neither bash, zsh nor sh was found on this computer.',
    advice: process.platform === 'win32' ? 'Install Git for Windows (it brings Git Bash), then run the step again.' : 'Install bash, then run the step again.',
    short: 'no shell',
  });
}

async function chosenShell(file: string): Promise<Result<ShellProgram>> {
  const name = path.basename(file).replace(/\.exe$/i, '').toLowerCase();
  const family = families.get(name);
  if (!family) {
    return fail({ code: 'shell-unknown', message: `${name} cannot run a plan's blocks, which are written for bash.`, advice: 'Choose bash, zsh, sh or dash in the setting “evalmark.terminal.shell”, or leave it empty.', short: 'which shell?' });
  }
  if (path.isAbsolute(file) && (await isProgram(file))) return ok({ family, path: file });
  return fail({ code: 'no-shell', message: `${file} is no program on this computer.`, advice: 'Correct the setting “evalmark.terminal.shell”, or leave it empty.', short: 'no shell' });
}

const families: ReadonlyMap<string, ShellFamily> = new Map([['bash', 'bash'], ['zsh', 'zsh'], ['sh', 'sh'], ['dash', 'sh'], ['ash', 'sh']]);

/** How to start it so that it reads `initFile` and none of the person's own start-up files. */
export function shellStart({ family }: ShellProgram, initFile: string): { readonly args: readonly string[]; readonly environment: Readonly<Record<string, string>> } {
  switch (family) {
    case 'bash':
      return { args: ['--noprofile', '--noediting', '--rcfile', initFile, '-i'], environment: {} };
    case 'zsh':
      return { args: ['-d', '-i'], environment: { ZDOTDIR: path.dirname(initFile) } };
    case 'sh':
      return { args: ['-i'], environment: { ENV: initFile } };
  }
}

/** Name of the init file: zsh looks for a fixed one. */
export const initFileName = '.zshrc';

/**
 * The init file: no prompt, no history, and after each command a mark with exit code and folder. The mark is written
 * where the prompt would be, so it comes also after Ctrl+C. `stty` hides what Evalmark types and shows what a person
 * types into a running command; what was typed ahead is thrown away, so that it is not run as a command.
 */
export function initScript({ family }: ShellProgram, nonce: string): string {
  const { begin, end } = markFormats(nonce);
  const folder = process.platform === 'win32' ? '"$(pwd -W 2>/dev/null || pwd)"' : '"$PWD"';
  return [
    'unset HISTFILE ZDOTDIR ENV',
    'PS1= PS2=',
    '[ -t 2 ] || exec 2>&1',
    '__evalmark_id=0',
    '__evalmark_stty=$(command -v stty) || __evalmark_stty=:',
    '__evalmark_cat=$(command -v cat) || __evalmark_cat=cat',
    '__evalmark_prompt() {',
    '  __evalmark_status=$?',
    `  ${family === 'sh' ? '' : 'PS1= PS2='}`,
    '  "$__evalmark_stty" -echo 2>/dev/null || :',
    family === 'bash' ? '  if [ "${BASH_VERSINFO[0]}" -gt 3 ]; then while read -r -t 0 2>/dev/null && read -r -t 0.02 -N 65536 __evalmark_typed 2>/dev/null; do :; done; fi' : '',
    `  printf '${end}' "$__evalmark_id" "$__evalmark_status" ${folder}`,
    '}',
    '__evalmark_begin() {',
    '  __evalmark_id=$1',
    '  "$__evalmark_stty" echo 2>/dev/null || :',
    `  printf '${begin}' "$1"`,
    '}',
    '__evalmark_end() {',
    `  ${install[family]}`,
    '  return "$1"',
    '}',
    options[family],
    install[family],
    '',
  ].join('\n');
}

/** The line that runs a command from its file. `eval` in the shell itself, so that `cd`, exports and `declare` last. */
export function runLine(id: number, file: string, input: 'terminal' | 'none'): string {
  const source = `eval "$("$__evalmark_cat" ${shellQuote(shellPath(file))})"`;
  return `__evalmark_begin ${id}; ${source}${input === 'none' ? ' </dev/null' : ''}; __evalmark_end $?\n`;
}

/** The environment of a person's own terminal: that of this process, less what the editor or a package script put into it. */
export function shellEnvironment(environment: NodeJS.ProcessEnv, input: 'terminal' | 'none'): Record<string, string> {
  const kept = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined && !foreign.test(entry[0]));
  return {
    ...Object.fromEntries(kept),
    // Nobody pages through the output of a step.
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    ...(input === 'none' ? { GIT_TERMINAL_PROMPT: '0', PIP_NO_INPUT: '1' } : {}),
  };
}

const foreign = /^(?:ELECTRON_|VSCODE_|npm_|NODE_OPTIONS$|NODE_CHANNEL_|BASH_ENV$|ENV$|ZDOTDIR$|PROMPT_COMMAND$|PS[0-4]$|SHELLOPTS$|BASHOPTS$|INIT_CWD$|VITEST)/;

const install: Readonly<Record<ShellFamily, string>> = {
  bash: 'unset PROMPT_COMMAND; PROMPT_COMMAND=__evalmark_prompt',
  zsh: 'precmd_functions=(__evalmark_prompt)',
  sh: "PS1='$(__evalmark_prompt)'",
};

const options: Readonly<Record<ShellFamily, string>> = {
  bash: 'set +o history +H; IGNOREEOF=1000',
  // As bash would read the block: comments, unmatched patterns kept, words split.
  zsh: 'unsetopt zle prompt_sp prompt_cr bang_hist nomatch; setopt interactive_comments ignore_eof sh_word_split',
  sh: 'set -o ignoreeof 2>/dev/null || :',
};

function unixCandidates({ PATH = '' }: NodeJS.ProcessEnv): readonly ShellProgram[] {
  const folders = [...PATH.split(path.delimiter).filter((folder) => path.isAbsolute(folder)), '/bin', '/usr/bin', '/usr/local/bin'];
  const families: readonly ShellFamily[] = ['bash', 'zsh', 'sh'];
  return families.flatMap((family) => folders.map((folder) => ({ family, path: path.join(folder, family) })));
}

/** Not `bash.exe` of System32, which is another computer (WSL) with other files. */
function windowsCandidates(environment: NodeJS.ProcessEnv): readonly ShellProgram[] {
  const roots = [environment['ProgramFiles'], environment['ProgramW6432'], environment['ProgramFiles(x86)'], path.join(environment['LOCALAPPDATA'] ?? '', 'Programs')];
  const fromPath = (environment['PATH'] ?? environment['Path'] ?? '')
    .split(path.delimiter)
    .filter((folder) => /[\\/]git[\\/]cmd[\\/]?$/i.test(folder))
    .map((folder) => path.dirname(folder.replace(/[\\/]$/, '')));
  const installations = [...roots.filter((root) => root !== undefined && root !== '').map((root) => path.join(root ?? '', 'Git')), ...fromPath];
  return installations.map((folder) => ({ family: 'bash', path: path.join(folder, 'bin', 'bash.exe') }));
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function shellPath(file: string): string {
  return process.platform === 'win32' ? file.replaceAll('\\', '/') : file;
}
