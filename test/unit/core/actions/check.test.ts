import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { check } from '../../../../src/core/actions/check';
import { inFolder, openShellWorkspace, stepWithBlock, type ShellWorkspace } from './shellFixture';

let workspace: ShellWorkspace;

beforeEach(async () => {
  workspace = await openShellWorkspace();
  await mkdir(inFolder(workspace, 'programs'));
  await workspace.context.shell.run('PATH="$PWD/programs:/usr/bin:/bin"', { signal: workspace.context.signal });
});

afterEach(() => workspace.dispose());

async function program(name: string, script: string): Promise<void> {
  await writeFile(inFolder(workspace, 'programs', name), `#!/bin/sh\n${script}\n`);
  await chmod(inFolder(workspace, 'programs', name), 0o755);
}

function run(args: Readonly<Record<string, string>>, lines: readonly string[] = []) {
  return check.run(stepWithBlock(args, lines, 'check'), workspace.context);
}

describe('versions', () => {
  const python = { kind: 'version', program: 'python', expected: '3.13.3' };

  test('the wanted one', async () => {
    await program('python', 'echo Python 3.13.3');
    expect(await run(python)).toEqual({ kind: 'done', summary: 'Python 3.13.3' });
    expect(await run({ ...python, expected: '3.13' })).toMatchObject({ kind: 'done' });
  });

  test('another one is named', async () => {
    await program('python', 'echo Python 3.11.7');
    expect(await run(python)).toMatchObject({ kind: 'failed', failure: { code: 'python-version', message: 'Python 3.11.7 found, 3.13.3 wanted.', short: 'found 3.11.7' } });
    expect(await run({ ...python, expected: '3.1' })).toMatchObject({ kind: 'failed' });
  });

  test('python3 answers where python is missing', async () => {
    await program('python', 'exit 127');
    await program('python3', 'echo Python 3.13.3 >&2');
    expect(await run(python)).toEqual({ kind: 'done', summary: 'Python 3.13.3' });
  });

  test('a missing program, one without a version, and arguments that are a trick', async () => {
    expect(await run({ kind: 'version', program: 'nosuchthing', expected: '1.0' })).toMatchObject({ failure: { code: 'nosuchthing-missing', message: 'Nosuchthing was not found, 1.0 is wanted.' } });
    await program('quiet', 'true');
    expect(await run({ kind: 'version', program: 'quiet', expected: '1.0' })).toMatchObject({ failure: { short: 'no version' } });
    expect(await run({ kind: 'version', program: 'x; touch y', expected: '1.0' })).toMatchObject({ failure: { code: 'link-arguments' } });
  });
});

describe('packages', () => {
  const block = ['pip install torch torchvision --index-url https://x.example', 'pip install \\', '  Pillow opencv-python'];

  test('all there', async () => {
    await program('pip', 'printf "Package Version\\n------- -------\\ntorch 2.5.1+cu118\\ntorchvision 0.20\\npillow 11.0.0\\nopencv_python 4.10\\n"');
    expect(await run({ kind: 'packages', command: 'pip list', block: '0' }, block)).toEqual({ kind: 'done', summary: 'all 4 packages are installed' });
  });

  test('those that miss are named', async () => {
    await program('pip', 'printf "Package Version\\n------- -------\\ntorch 2.5.1\\n"');
    expect(await run({ kind: 'packages', command: 'pip list', block: '0' }, block)).toMatchObject({
      kind: 'failed',
      failure: { code: 'packages-missing', message: '3 of 4 packages are not as the plan says: not installed: torchvision, Pillow, opencv-python.', short: '3 missing' },
    });
  });

  test('pip itself fails, and nothing to compare', async () => {
    await program('pip', 'echo broken; exit 2');
    expect(await run({ kind: 'packages', command: 'pip list', block: '0' }, block)).toMatchObject({ failure: { short: 'exit 2', detail: 'broken' } });
    expect(await run({ kind: 'packages', command: 'pip list' }, ['true'])).toMatchObject({ failure: { code: 'no-packages' } });
  });
});

describe('commands', () => {
  test('exit code 0 is done, with what it says', async () => {
    await program('tool', 'echo tool 1.2');
    expect(await run({ kind: 'command', command: 'tool --version' })).toEqual({ kind: 'done', summary: 'tool 1.2' });
    expect(await run({ kind: 'command', command: 'true' })).toEqual({ kind: 'done', summary: '"true" succeeded' });
  });

  test('another one is a failure', async () => {
    expect(await run({ kind: 'command', command: 'false' })).toMatchObject({ failure: { code: 'command-failed', short: 'exit 1' } });
    expect(await run({ kind: 'command' })).toMatchObject({ failure: { code: 'link-arguments' } });
  });
});
