import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ShellResult } from '../../../../src/core/shell/shellSession';
import { PtySession, type PtySessionOptions } from '../../../../src/core/shell/ptySession';

let folder: string;
let warnings: string[];
const sessions: PtySession[] = [];

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'evalmark-')));
  warnings = [];
});

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.reset()));
  await rm(folder, { recursive: true, force: true });
});

function open(options: Partial<PtySessionOptions> = {}): PtySession {
  const log = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message), error() {} };
  const session = new PtySession({ folder, log, grace: 400, ...options });
  sessions.push(session);
  return session;
}

function run(session: PtySession, command: string, signal = new AbortController().signal): Promise<ShellResult> {
  return session.run(command, { signal });
}

async function output(session: PtySession, command: string): Promise<string> {
  const result = await run(session, command);
  return result.kind === 'exited' ? result.output.trimEnd() : JSON.stringify(result);
}

for (const over of ['pty', 'pipes'] as const) {
  describe(`a session over ${over}`, () => {
    test('gives exit code, output and folder of a command', async () => {
      const session = open({ over });
      expect(await run(session, 'echo hello; (exit 7)')).toEqual({ kind: 'exited', exitCode: 7, output: 'hello\n', folder });
      expect(await run(session, 'definitely-not-a-program')).toMatchObject({ kind: 'exited', exitCode: 127 });
      expect(await run(session, 'true')).toEqual({ kind: 'exited', exitCode: 0, output: '', folder });
      expect(warnings).toEqual([]);
    });

    test('keeps environment, folder, functions and arrays from command to command', async () => {
      const session = open({ over });
      await mkdir(path.join(folder, 'a b'));
      expect(await run(session, 'cd "a b" && export GREETING=hi && declare -A map=([x]=1)')).toMatchObject({ folder: path.join(folder, 'a b') });
      await run(session, 'greet() { echo "$GREETING ${map[x]} $PWD"; }');
      expect(await output(session, 'greet')).toBe(`hi 1 ${path.join(folder, 'a b')}`);
    });

    test('runs commands of several lines and here-documents', async () => {
      const session = open({ over });
      expect(await output(session, 'for n in 1 2 3; do\r\n  echo "line $n"\r\ndone\r\ncat <<EOF\n\'"$HOME"\' `echo x`\nEOF')).toBe(`line 1\nline 2\nline 3\n'"${process.env['HOME']}"' x`);
    });

    test('activates a virtual environment that changes the prompt', async () => {
      const session = open({ over });
      await mkdir(path.join(folder, 'venv/bin'), { recursive: true });
      await writeFile(path.join(folder, 'venv/bin/activate'), 'VIRTUAL_ENV=$PWD/venv; export VIRTUAL_ENV; PATH="$VIRTUAL_ENV/bin:$PATH"; PS1="(venv) ${PS1:-}"; hash -r\n');
      await run(session, 'source venv/bin/activate');
      expect(await output(session, 'echo "$VIRTUAL_ENV"; echo ${PATH%%:*}')).toBe(`${folder}/venv\n${folder}/venv/bin`);
    });

    test('a command that ends the shell says so, and the next one has a new shell in the workspace', async () => {
      const session = open({ over });
      await run(session, 'cd / && export LOST=1');
      expect(await run(session, 'echo bye\nexit 3')).toMatchObject({ kind: 'ended', exitCode: 3, output: expect.stringContaining('bye') });
      expect(await output(session, 'echo "$PWD ${LOST:-nothing}"')).toBe(`${folder} nothing`);
    });

    test('cancelling interrupts the command and what follows it, and keeps the environment', async () => {
      const session = open({ over });
      await run(session, 'export KEPT=1');
      const abort = new AbortController();
      const running = session.run('while true; do sleep 30; touch after; done; touch behind', { signal: abort.signal, output: () => {} });
      setTimeout(() => abort.abort(), 300);
      expect(await running).toEqual({ kind: 'cancelled' });
      expect(await output(session, 'echo "$KEPT"; ls')).toBe('1');
    });

    test('a command that ignores Ctrl+C is killed', async () => {
      const session = open({ over });
      await run(session, 'export KEPT=1');
      const abort = new AbortController();
      const running = session.run(`bash -c 'trap "" INT TERM; echo $$ > pid; while true; do sleep 0.05; done'`, { signal: abort.signal });
      while (!existsSync(path.join(folder, 'pid'))) await new Promise((resolve) => setTimeout(resolve, 20));
      abort.abort();
      expect(await running).toEqual({ kind: 'cancelled' });
      const pid = Number(await readFile(path.join(folder, 'pid'), 'utf8'));
      await expect.poll(() => isAlive(pid)).toBe(false);
      expect(await output(session, 'echo "$KEPT"')).toBe('1');
    });

    test('serves callers in their order, and drops one that was cancelled while it waited', async () => {
      const session = open({ over });
      const abort = new AbortController();
      const first = run(session, 'sleep 0.3; echo 1 >> order');
      const second = run(session, 'echo 2 >> order', abort.signal);
      const third = run(session, 'echo 3 >> order');
      abort.abort();
      expect(await second).toEqual({ kind: 'cancelled' });
      await Promise.all([first, third]);
      expect(await readFile(path.join(folder, 'order'), 'utf8')).toBe('1\n3\n');
    });

    test('keeps the end of an output that is too long', async () => {
      const session = open({ over });
      const result = await run(session, 'head -c 6000000 /dev/zero | tr "\\0" "x" | fold -w 99; echo; echo the end');
      expect(result.kind === 'exited' && result.output.length).toBeLessThanOrEqual(1_000_000);
      expect(result.kind === 'exited' && result.output.endsWith('the end\n')).toBe(true);
    });

    test('resetting ends the command, what it left in the background, and the environment', async () => {
      const session = open({ over });
      await run(session, 'export LOST=1; (trap "" HUP; sleep 300) & echo $! > background');
      const running = run(session, 'sleep 300');
      await new Promise((resolve) => setTimeout(resolve, 200));
      await session.reset();
      expect(await running).toMatchObject({ kind: 'ended', message: expect.stringContaining('reset') });
      await expect.poll(async () => isAlive(Number(await readFile(path.join(folder, 'background'), 'utf8')))).toBe(false);
      expect(await output(session, 'echo "${LOST:-nothing}"')).toBe('nothing');
    });

    test('reads nothing where nobody can type', async () => {
      const session = open({ over, input: 'none' });
      expect(await run(session, 'read answer; echo "got $?"')).toMatchObject({ kind: 'exited', output: 'got 1\n' });
      expect(await output(session, 'export A=1; cd /; echo $A')).toBe('1');
      expect(await output(session, 'echo $A $PWD')).toBe('1 /');
    });

    test('survives a block that takes the prompt, the options and the terminal apart', async () => {
      const session = open({ over });
      await run(session, 'PROMPT_COMMAND="echo hijacked"; PS1="> "; set -u; stty raw 2>/dev/null; PATH=/nowhere');
      expect(await output(session, 'echo still; echo here')).toBe('still\nhere');
      expect(await run(session, 'echo "$NOT_SET"')).not.toMatchObject({ exitCode: 0 });
    });

    test('a syntax error is an exit code, not a hanging shell', async () => {
      const session = open({ over });
      expect(await run(session, 'if true; then')).toMatchObject({ kind: 'exited', exitCode: expect.any(Number), output: expect.stringContaining('syntax error') });
      expect(await run(session, "echo 'open")).toMatchObject({ kind: 'exited', output: expect.stringContaining('unexpected EOF') });
      expect(await output(session, 'echo alive')).toBe('alive');
    });

    test('output cannot pretend to be the end', async () => {
      const session = open({ over });
      const result = await run(session, String.raw`printf '\033]7717;0123456789ab;E;1;0;/\007'; echo real; (exit 5)`);
      expect(result).toMatchObject({ exitCode: 5, output: 'real\n', folder });
    });
  });
}

describe('the terminal of a session', () => {
  test('is a terminal, of the asked size, with the programs of the person and none of the package manager', async () => {
    const session = open({ environment: { ...process.env, npm_config_x: '1', ELECTRON_RUN_AS_NODE: '1', OWN: 'kept' } });
    session.resize(77, 20);
    expect(await output(session, 'test -t 0 && test -t 1 && stty size; env | grep -c "^npm_\\|^ELECTRON"; echo $OWN')).toBe('20 77\n0\nkept');
  });

  test('streams raw output, announces commands, and hides what is typed into the shell', async () => {
    const session = open();
    let seen = '';
    session.onOutput((text) => (seen += text));
    await run(session, 'printf "\\033[31mred\\033[0m\\n"\necho two');
    expect(seen).toContain('\u001b[31mred\u001b[0m\r\n');
    expect(seen.replace(/\u001b\[\d+m/g, '')).toBe('$ printf "\\033[31mred\\033[0m\\n"\r\n> echo two\r\nred\r\ntwo\r\n');
    seen = '';
    await session.run('echo asked', { signal: new AbortController().signal, quiet: true });
    expect(seen).toBe('');
  });

  test('what a person types reaches the command, and never the shell behind it', async () => {
    const session = open();
    let asked = () => {};
    const prompt = new Promise<void>((resolve) => (asked = resolve));
    const running = session.run('read -p "name? " name; echo "hello $name"; sleep 0.3', { signal: new AbortController().signal, output: (text) => text.includes('name?') && asked() });
    await prompt;
    session.write('Mira\ntouch typed-ahead\n');
    expect(await running).toMatchObject({ exitCode: 0, output: expect.stringContaining('hello Mira') });
    session.write('touch typed-between\n');
    expect(await output(session, 'sleep 0.2; ls')).toBe('');
  });

  test('progress bars are reduced to their last state', async () => {
    const session = open();
    expect(await output(session, String.raw`for n in 10 55 100; do printf '\r%s%% \033[K' $n; done; echo; echo done`)).toBe('100% \ndone');
  });
});

describe('where no shell can start', () => {
  test('a missing folder is named', async () => {
    const session = open({ folder: path.join(folder, 'gone') });
    expect(await run(session, 'true')).toMatchObject({ kind: 'ended', exitCode: undefined, message: expect.stringContaining('gone does not exist') });
    await mkdir(path.join(folder, 'gone'));
    expect(await run(session, 'true')).toMatchObject({ kind: 'exited', exitCode: 0 });
  });

  test('a closed session starts none', async () => {
    const session = open();
    await run(session, 'true');
    session.dispose();
    expect(await run(session, 'true')).toMatchObject({ kind: 'ended', message: expect.stringContaining('closed') });
  });

  test('the command files leave nothing behind', async () => {
    // A folder of its own: other sessions on this machine keep their command files in the common one.
    vi.stubEnv('TMPDIR', folder);
    const session = open({ environment: { ...process.env } });
    const own = await output(session, `dirname "$(ls -t '${folder}'/evalmark-shell-*/*.sh | head -1)"`);
    vi.unstubAllEnvs();
    expect(existsSync(own)).toBe(true);
    await session.reset();
    await expect.poll(() => existsSync(own)).toBe(false);
  });
});

test('a folder behind a symlink, with blanks and quotes in its name, is as good as any', async () => {
  const odd = path.join(folder, `it's a "place" ; $HOME ü`);
  await mkdir(odd);
  await symlink(odd, path.join(folder, 'link'));
  expect(await run(open({ folder: odd }), 'pwd')).toMatchObject({ exitCode: 0, folder: odd, output: `${odd}\n` });
  expect(await run(open({ folder: path.join(folder, 'link') }), 'pwd -P')).toMatchObject({ output: `${odd}\n` });
});

/** Not so for a zombie, which waits only to be counted. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
