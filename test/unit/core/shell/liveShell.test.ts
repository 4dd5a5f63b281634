import { access, mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LiveShell } from '../../../../src/core/shell/liveShell';
import { startInPty, startOverPipes } from '../../../../src/core/shell/shellProcess';
import { findShell, type ShellProgram } from '../../../../src/core/shell/shellProgram';

let folder: string;
let shell: LiveShell | undefined;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'evalmark-')));
});

afterEach(async () => {
  await shell?.end('');
  shell = undefined;
  await rm(folder, { recursive: true, force: true });
});

const programs: readonly ShellProgram[] = [
  { family: 'sh', path: '/bin/sh' },
  { family: 'bash', path: '/bin/bash' },
  { family: 'zsh', path: '/bin/zsh' },
];
const installed = (await Promise.all(programs.map((program) => access(program.path).then(() => [program], () => [])))).flat();

async function start(program: ShellProgram, over: typeof startInPty): Promise<LiveShell> {
  shell = await LiveShell.start({ program, startProcess: over, folder, environment: process.env, input: 'terminal', grace: 500, columns: 100, rows: 30, emit() {} });
  return shell;
}

const run = (live: LiveShell, command: string, signal = new AbortController().signal) => live.execute(command, { signal });

for (const program of installed) {
  for (const [name, over] of [['a pty', startInPty], ['pipes', startOverPipes]] as const) {
    describe(`${program.family} in ${name}`, () => {
      test('tells output, exit code and folder, and keeps its environment', async () => {
        const live = await start(program, over);
        expect(await run(live, 'echo one; sh -c "exit 6"')).toEqual({ kind: 'exited', exitCode: 6, output: 'one\n', folder });
        expect(await run(live, 'mkdir sub && cd sub && export A="b c" # why')).toMatchObject({ exitCode: 0, folder: path.join(folder, 'sub') });
        expect(await run(live, 'for x in 1 2; do\n  echo "$x $A"\ndone')).toMatchObject({ output: '1 b c\n2 b c\n' });
      });

      test('survives Ctrl+C', async () => {
        const live = await start(program, over);
        await run(live, 'export KEPT=1');
        const abort = new AbortController();
        const running = run(live, 'sleep 30; echo behind > behind', abort.signal);
        setTimeout(() => abort.abort(), 300);
        expect(await running).toEqual({ kind: 'cancelled' });
        expect(await run(live, 'echo "$KEPT"; ls')).toMatchObject({ output: '1\n' });
      });

      test('ends with what runs in it', async () => {
        const live = await start(program, over);
        expect(await run(live, 'exit 9')).toMatchObject({ kind: 'ended', exitCode: 9 });
        expect(live.ended).toBe(true);
      });
    });
  }
}

test('a program that is no shell is a reason, not a hanging step', async () => {
  await expect(start({ family: 'bash', path: '/bin/false' }, startInPty)).rejects.toThrow('/bin/false ended at once');
  await expect(start({ family: 'bash', path: '/nowhere/bash' }, startOverPipes)).rejects.toThrow('ENOENT');
});

test('bash is preferred, wherever the PATH leads', async () => {
  expect(await findShell({ PATH: '/nowhere:relative' })).toMatchObject({ ok: true, value: { family: 'bash' } });
});

test('a person may choose the shell, but nothing that cannot run a block', async () => {
  expect(await findShell({}, '/bin/sh')).toMatchObject({ ok: true, value: { family: 'sh', path: '/bin/sh' } });
  expect(await findShell({}, '/usr/bin/fish')).toMatchObject({ ok: false, failure: { code: 'shell-unknown' } });
  expect(await findShell({}, '/nowhere/zsh')).toMatchObject({ ok: false, failure: { code: 'no-shell' } });
  expect(await findShell({}, 'bash')).toMatchObject({ ok: false, failure: { code: 'no-shell' } });
});
