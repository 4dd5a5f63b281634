import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shell } from '../../../../src/core/actions/shell';
import { PtySession } from '../../../../src/core/shell/ptySession';
import { writeSurvey, type Candidate } from '../../../../src/core/hub/surveyFile';
import { inFolder, openShellWorkspace, stepWithBlock, type ShellWorkspace } from './shellFixture';

let workspace: ShellWorkspace;

beforeEach(async () => {
  workspace = await openShellWorkspace();
});

afterEach(() => workspace.dispose());

function run(lines: readonly string[], args: Readonly<Record<string, string>> = {}, context = workspace.context) {
  return shell.run(stepWithBlock(args, lines), context);
}

/** A program that makes what `python3 -m venv` makes, without the download. */
async function pretendPython(script: string): Promise<void> {
  await mkdir(inFolder(workspace, 'programs'));
  await writeFile(inFolder(workspace, 'programs', 'python3'), `#!/bin/sh\n${script}\n`);
  await chmod(inFolder(workspace, 'programs', 'python3'), 0o755);
  await workspace.context.shell.run(`PATH="$PWD/programs:$PATH"`, { signal: workspace.context.signal });
}

const makesEnvironment = `mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cat > "$3/bin/activate" <<EOF
VIRTUAL_ENV="$PWD/venv"; export VIRTUAL_ENV; PATH="$PWD/venv/bin:\\$PATH"; PS1="(venv) "
EOF`;

describe('running the lines of a step', () => {
  test('runs its own lines only, in one environment with the steps before', async () => {
    const block = ['export NAME=tiny', 'mkdir -p out', 'echo "$NAME" > out/name'];
    expect(await run(block, { block: '0', lines: '1-2' })).toEqual({ kind: 'done', summary: '2 commands succeeded' });
    expect(existsSync(inFolder(workspace, 'out/name'))).toBe(false);
    expect(await run(block, { lines: '3' })).toEqual({ kind: 'done', summary: `"echo "$NAME" > out/name" succeeded` });
    expect(await readFile(inFolder(workspace, 'out/name'), 'utf8')).toBe('tiny\n');
  });

  test('stops at the first failing command and says which, with its exit code and last words', async () => {
    const outcome = await run(['echo first', 'echo because >&2; (exit 4)', 'touch behind']);
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { code: 'command-failed', message: '"echo because >&2; (exit 4)" failed with exit code 4.', short: 'exit 4', detail: 'because' },
    });
    expect(await readdir(workspace.folder)).not.toContain('behind');
    expect(workspace.logged).toEqual(expect.arrayContaining(['$ echo first', 'first', 'because']));
  });

  test('a program that is missing is named', async () => {
    expect(await run(['pipp install torch'])).toMatchObject({ kind: 'failed', failure: { short: 'exit 127', advice: expect.stringContaining('pipp is not installed') } });
  });

  test('a block that ends the shell says so, and the next step works', async () => {
    expect(await run(['exit 3'])).toMatchObject({ kind: 'failed', failure: { code: 'shell-ended', short: 'exit 3' } });
    expect(await run(['true'])).toMatchObject({ kind: 'done' });
  });

  test('set -e in one step does not end the shell of the next', async () => {
    expect(await run(['set -e', 'export KEPT=1'])).toMatchObject({ kind: 'done' });
    expect(await run(['false'])).toMatchObject({ failure: { code: 'command-failed' } });
    expect(await run(['test "$KEPT" = 1'])).toMatchObject({ kind: 'done' });
  });

  test('cancelling between and in commands', async () => {
    const abort = new AbortController();
    const running = run(['sleep 30', 'touch behind'], {}, { ...workspace.context, signal: abort.signal });
    setTimeout(() => abort.abort(), 200);
    expect(await running).toEqual({ kind: 'cancelled' });
    expect(await run(['touch behind'], {}, { ...workspace.context, signal: abort.signal })).toEqual({ kind: 'cancelled' });
    expect(existsSync(inFolder(workspace, 'behind'))).toBe(false);
  });

  test('commands of two steps do not mix', async () => {
    await Promise.all([
      run(['echo a1 >> order', 'sleep 0.1', 'echo a2 >> order']),
      run(['echo b1 >> order', 'echo b2 >> order']),
    ]);
    expect(await readFile(inFolder(workspace, 'order'), 'utf8')).toBe('a1\na2\nb1\nb2\n');
  });

  test.each([
    [{ block: '2' }, ['true'], 'no-shell-block'],
    [{ lines: '9' }, ['true'], 'shell-lines'],
    [{}, ['true', 'if'], 'shell-syntax'],
  ])('%j of %j is refused before anything runs', async (args, lines, code) => {
    expect(await run(['touch ran', ...lines], args)).toMatchObject({ kind: 'failed', failure: { code } });
    expect(existsSync(inFolder(workspace, 'ran'))).toBe(false);
  });
});

test('a block of comments is empty', async () => {
  expect(await run(['# nothing', ''])).toMatchObject({ kind: 'failed', failure: { code: 'empty-shell-block' } });
});

describe('placeholders', () => {
  const candidate = (repository: string, selected: boolean) => ({ repository, selected, seen: true, scores: {} }) as unknown as Candidate;

  test('one command for each selected candidate, hostile names as plain words', async () => {
    await writeSurvey(workspace.folder, { version: 1, fetchedAt: '', candidates: [candidate('a/one', true), candidate('b/two', false), candidate('c/three', true)] });
    expect(await run(['echo got <model-name> >> names'])).toEqual({ kind: 'done', summary: '2 commands succeeded' });
    expect(await readFile(inFolder(workspace, 'names'), 'utf8')).toBe('got a/one\ngot c/three\n');
  });

  test('without a selection nothing runs, and no file called model-name is read', async () => {
    await writeFile(inFolder(workspace, 'model-name'), 'trap');
    expect(await run(['touch ran', 'cat <model-name>'])).toMatchObject({ kind: 'failed', failure: { code: 'placeholder', short: '<model-name>' } });
    expect(existsSync(inFolder(workspace, 'ran'))).toBe(false);
  });
});

describe('what a command was to leave behind', () => {
  test('a virtual environment is made, activated, and active again in a new shell', async () => {
    await pretendPython(makesEnvironment);
    expect(await run(['python3 -m venv venv', 'source venv/bin/activate', 'mkdir sub', 'cd sub'])).toMatchObject({ kind: 'done' });
    const later = { ...workspace.context, shell: workspace.session() };
    expect(await run([`test "$VIRTUAL_ENV" = "${workspace.folder}/venv" && test "\${PWD##*/}" = sub`], {}, later)).toMatchObject({ kind: 'done' });
    expect(workspace.logged.some((line) => line.includes('is active in it again'))).toBe(true);
  });

  test('one that was deactivated stays inactive', async () => {
    await pretendPython(makesEnvironment);
    await run(['python3 -m venv venv', 'source venv/bin/activate']);
    await run(['unset VIRTUAL_ENV']);
    expect(await run(['test -z "$VIRTUAL_ENV"'], {}, { ...workspace.context, shell: workspace.session() })).toMatchObject({ kind: 'done' });
  });

  test('a virtual environment without Python is no success', async () => {
    await pretendPython('mkdir -p "$3/bin"');
    expect(await run(['python3 -m venv venv'])).toMatchObject({ kind: 'failed', failure: { code: 'command-without-effect', message: expect.stringContaining('has no Python in it') } });
  });

  test('an activation that activates nothing is no success', async () => {
    await mkdir(inFolder(workspace, 'venv/bin'), { recursive: true });
    await writeFile(inFolder(workspace, 'venv/bin/activate'), '# nothing\n');
    expect(await run(['source venv/bin/activate'])).toMatchObject({ kind: 'failed', failure: { short: 'not active' } });
  });

  test('folders of mkdir -p are looked for', async () => {
    expect(await run(['mkdir -p test_data/{source,results/{base,loras}}'])).toMatchObject({ kind: 'done' });
    expect(existsSync(inFolder(workspace, 'test_data/results/loras'))).toBe(true);
    await run(['mkdir() { :; }']);
    expect(await run(['mkdir -p never'])).toMatchObject({ failure: { message: '"mkdir -p never" reported success, but the folder never is not there.' } });
    await run(['unset -f mkdir']);
  });
});

describe('a cd into somebody else\'s home', () => {
  test('is the workspace when the name fits, and said so', async () => {
    const foreign = `/home/nobody-here/${path.basename(workspace.folder)}`;
    expect(await run([`cd ${foreign}`, 'touch here'])).toMatchObject({ kind: 'done' });
    expect(existsSync(inFolder(workspace, 'here'))).toBe(true);
    expect(workspace.logged).toContain(`${foreign} does not exist here; it is taken as ${workspace.folder}.`);
  });

  test('fails with the name that it would need otherwise', async () => {
    expect(await run(['cd /home/nobody-here/elsewhere'])).toMatchObject({ failure: { short: 'no such folder', advice: expect.stringContaining(path.basename(workspace.folder)) } });
  });
});

test('a shell that cannot start is a failure, not an exception', async () => {
  const gone = new PtySession({ folder: inFolder(workspace, 'gone'), log: workspace.context.log });
  expect(await run(['true'], {}, { ...workspace.context, shell: gone })).toMatchObject({ kind: 'failed', failure: { code: 'shell-gone', message: expect.stringContaining('does not exist') } });
});
