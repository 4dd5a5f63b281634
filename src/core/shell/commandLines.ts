import { spawn } from 'node:child_process';
import { fail, ok, type Failure, type Result } from '../outcome';
import type { ShellBlock } from '../plan/plan';
import { findShell } from './shellProgram';

/** One complete command of a block: it may take several lines. */
export interface BlockCommand {
  readonly text: string;
  /** 1-based lines of the block, both included. */
  readonly from: number;
  readonly to: number;
}

/**
 * The complete commands of a block, without blank lines and comments: continued lines, here-documents, loops and quotes
 * over several lines stay together. The shell itself (`bash -n`, which runs nothing) says where a command ends.
 */
export function commandsOfBlock({ language, lines }: Pick<ShellBlock, 'language' | 'lines'>): Promise<Result<readonly BlockCommand[]>> {
  if (/^(?:powershell|pwsh|ps1|bat|cmd|dos)$/i.test(language)) {
    return Promise.resolve(
      fail({
        code: 'shell-language',
        message: `The block is written for ${language}; Evalmark runs blocks for bash.`,
        advice: 'Write the commands for bash, or run them yourself and tick the step.',
        short: language.slice(0, 16),
      }),
    );
  }
  const key = `${language}\n${lines.join('\n')}`;
  const known = memory.get(key);
  if (known) return known;
  if (memory.size >= 200) memory.clear();
  const made = split(withoutPrompts(language, lines));
  memory.set(key, made);
  return made;
}

/** The commands that any of the lines ("1-2,4") belongs to; all when `lines` is left out. */
export function commandsAtLines(commands: readonly BlockCommand[], lines: string | undefined): Result<readonly BlockCommand[]> {
  if (lines === undefined) return ok(commands);
  const ranges = lines.split(',').map((part) => /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part));
  if (ranges.some((range) => range === null)) {
    return fail({ code: 'shell-lines', message: `"${lines}" names no lines of a block.`, advice: 'Write them as 1-2,4 in the step\'s comment.', short: 'lines' });
  }
  const wanted = commands.filter(({ from, to }) => ranges.some((range) => Number(range?.[1]) <= to && Number(range?.[2] ?? range?.[1]) >= from));
  if (wanted.length > 0) return ok(wanted);
  return fail({ code: 'shell-lines', message: `The block has no command in its lines ${lines}.`, advice: 'Correct the lines in the step\'s comment; they are counted from 1.', short: 'lines' });
}

const memory = new Map<string, Promise<Result<readonly BlockCommand[]>>>();

async function split(lines: readonly string[]): Promise<Result<readonly BlockCommand[]>> {
  const commands: BlockCommand[] = [];
  for (let from = 0; from < lines.length; from++) {
    const first = lines[from] ?? '';
    if (/^\s*(?:#|$)/.test(first)) continue;
    let to = from;
    for (let text = first; ; text = lines.slice(from, to + 1).join('\n')) {
      const state = isPlainlyComplete(text) ? 'complete' : await completeness(text);
      if (state === 'complete') {
        commands.push({ text, from: from + 1, to: to + 1 });
        break;
      }
      if (state !== 'incomplete') return fail(syntaxError(from + 1, state.error));
      if (to === lines.length - 1) return fail(syntaxError(from + 1, 'it is never finished'));
      to = nextEnd(lines, from, to);
    }
    from = to;
  }
  return ok(commands);
}

/** A here-document's lines need no asking one by one. */
function nextEnd(lines: readonly string[], from: number, to: number): number {
  const word = to === from ? /<<-?\s*\\?(['"]?)([\w.-]+)\1/.exec(lines[from] ?? '')?.[2] : undefined;
  const end = word === undefined ? -1 : lines.findIndex((line, index) => index > from && line.trim() === word);
  return end > to ? end : to + 1;
}

/** Spares a process for the lines that most blocks consist of. */
function isPlainlyComplete(line: string): boolean {
  return !/['"`\\(){}\n]|<<|(?:\||&&|&)\s*$|;\s*(?:then|do)\b/.test(line) && !/^\s*(?:if|for|while|until|case|select|function|do|then|else|elif|fi|done|esac|coproc|time|!)\b/.test(line);
}

type Completeness = 'complete' | 'incomplete' | { readonly error: string };

async function completeness(text: string): Promise<Completeness> {
  if (endsInContinuation(text)) return 'incomplete';
  const shell = await findShell();
  // Without a shell nothing will run; the session says so.
  if (!shell.ok) return 'complete';
  const { exitCode, errors } = await check(shell.value.path, text);
  if (/end[- ]of[- ]file|unexpected EOF/i.test(errors)) return 'incomplete';
  if (exitCode === 0) return 'complete';
  if (shell.value.family === 'zsh') return 'incomplete';
  return { error: (errors.split('\n')[0] ?? '').replace(/^.*?(?:line \d+|\d+): /, '') || 'it is not understood' };
}

function endsInContinuation(text: string): boolean {
  const last = text.slice(text.lastIndexOf('\n') + 1);
  return !/(?:^|\s)#/.test(last) && (/\\+$/.exec(last)?.[0].length ?? 0) % 2 === 1;
}

function check(program: string, text: string): Promise<{ readonly exitCode: number; readonly errors: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, ['-n'], { stdio: ['pipe', 'ignore', 'pipe'], env: { PATH: process.env['PATH'], LC_ALL: 'C' }, windowsHide: true });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (data: string) => (errors += data));
    child.stdin.on('error', () => {});
    child.on('error', (error) => resolve({ exitCode: 1, errors: error.message }));
    child.on('close', (exitCode) => resolve({ exitCode: exitCode ?? 1, errors }));
    child.stdin.end(`${text}\n`);
  });
}

/** `$ command` of a transcript: what has no prompt before it is output. Lines keep their numbers. */
function withoutPrompts(language: string, lines: readonly string[]): readonly string[] {
  const written = lines.filter((line) => !/^\s*(?:#.*)?$/.test(line));
  const transcript = /^(?:console|shell-?session|terminal)$/i.test(language);
  const prompted = written.filter((line) => /^\s*[$%] /.test(line)).length;
  if (prompted === 0 || (!transcript && prompted < written.length)) return lines;
  let inCommand = false;
  return lines.map((line) => {
    const command = /^\s*[$%] (.*)$/.exec(line)?.[1] ?? (inCommand ? /^\s*> ?(.*)$/.exec(line)?.[1] : undefined);
    inCommand = command !== undefined;
    return command ?? '';
  });
}

function syntaxError(line: number, why: string): Failure {
  return {
    code: 'shell-syntax',
    message: `The command in line ${line} of the block cannot be understood by the shell: ${why}.`,
    advice: 'Correct the block in the plan, then run the step again.',
    short: 'shell syntax',
  };
}
