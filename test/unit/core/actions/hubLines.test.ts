import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shell } from '../../../../src/core/actions/shell';
import { findSnapshot } from '../../../../src/core/hub/cache';
import type { HubConnection } from '../../../../src/core/hub/connection';
import { ok, type Outcome } from '../../../../src/core/outcome';
import type { Progress } from '../../../../src/core/actions/action';
import { connect, loopback, noise } from '../hub/hubFixture';
import { openShellWorkspace, stepWithBlock, type ShellWorkspace } from './shellFixture';

const weights = noise(7, 1_500_000);
const repositories = { 'tinker/edit': { files: { 'README.md': 'card', 'config.json': '{"a":1}', 'model.safetensors': weights, 'notes.txt': 'old' } } };

let workspace: ShellWorkspace;
let connection: HubConnection;
let reports: Progress[];

beforeEach(async () => {
  workspace = await openShellWorkspace();
  connection = await connect(await loopback({ repositories }), { cacheFolder: path.join(workspace.folder, 'cache') });
  reports = [];
  // Were one of these lines given to a shell, this is what would answer.
  await mkdir(path.join(workspace.folder, 'programs'));
  for (const tool of ['hf', 'huggingface-cli']) await writeFile(path.join(workspace.folder, 'programs', tool), '#!/bin/sh\necho "$0 $*" >> called\nexit 9\n', { mode: 0o755 });
  await workspace.context.shell.run('PATH="$PWD/programs:$PATH"', { signal: workspace.context.signal });
});

afterEach(() => workspace.dispose());

function run(lines: readonly string[]): Promise<Outcome> {
  return shell.run(stepWithBlock({}, lines), { ...workspace.context, hub: async () => ok(connection), progress: (report) => void reports.push(report) });
}

describe('lines for the hf tool in a block that a step runs', () => {
  test('are downloads of ours, with progress, between what the shell does', async () => {
    expect(await run(['echo before > order', 'huggingface-cli download tinker/edit model.safetensors', 'echo after >> order'])).toMatchObject({ kind: 'done', summary: expect.stringMatching(/^1\.5 MB at [0-9a-f]{7}$/) });
    expect((await findSnapshot(connection.cacheFolder, 'tinker/edit'))?.files).toEqual(['model.safetensors']);
    expect(await readFile(path.join(workspace.folder, 'order'), 'utf8')).toBe('before\nafter\n');
    expect(reports.some(({ unit, completed }) => unit === 'bytes' && completed === weights.length)).toBe(true);
    await expect(readFile(path.join(workspace.folder, 'called'), 'utf8')).rejects.toThrow('ENOENT');
  });

  test('put the files where --local-dir says, from the folder in which the shell is', async () => {
    expect(await run(['mkdir -p models && cd models && hf download tinker/edit --include "*.safetensors" "*.json" --local-dir edit'])).toMatchObject({ kind: 'done' });
    const folder = path.join(workspace.folder, 'models', 'edit');
    expect((await readFile(path.join(folder, 'model.safetensors'))).equals(weights)).toBe(true);
    await writeFile(path.join(folder, 'config.json'), '{"a":2}');
    expect(await run(['true', 'hf download tinker/edit config.json --local-dir edit'])).toMatchObject({ kind: 'done' });
    await writeFile(path.join(folder, 'config.json'), '{"mine":true}');
    expect(await run(['hf download tinker/edit config.json --local-dir edit'])).toMatchObject({ kind: 'failed', failure: { code: 'file-in-the-way' } });
    expect(await readFile(path.join(connection.cacheFolder, 'models--tinker--edit', 'snapshots', (await findSnapshot(connection.cacheFolder, 'tinker/edit'))?.revision ?? '', 'config.json'), 'utf8')).toBe('{"a":1}');
  });

  test('write nothing outside the workspace, and say where the files lie', async () => {
    expect(await run([`hf download tinker/edit config.json --local-dir ${path.join(workspace.folder, '..', 'evalmark-elsewhere')}`])).toMatchObject({ kind: 'done' });
    expect(workspace.logged.some((line) => line.includes('lies outside the workspace folder, so nothing is put there'))).toBe(true);
  });

  test('stop the block where they fail', async () => {
    expect(await run(['hf download tinker/nothing', 'touch behind'])).toMatchObject({ kind: 'failed', failure: { code: 'repository-not-found' } });
    await expect(readFile(path.join(workspace.folder, 'behind'))).rejects.toThrow('ENOENT');
  });

  test('that pipe or redirect are the shell’s own', async () => {
    expect(await run(['hf download tinker/edit > log'])).toMatchObject({ kind: 'failed', failure: { short: 'exit 9' } });
    expect(await readFile(path.join(workspace.folder, 'called'), 'utf8')).toContain('download tinker/edit');
  });

  test('log in where that is needed', async () => {
    expect(await run(['huggingface-cli login  # If needed', 'echo ok'])).toMatchObject({ kind: 'done', summary: 'not needed: nothing here is gated' });
    expect(await run(['hf auth login'])).toMatchObject({ kind: 'needsPerson' });
  });
});
