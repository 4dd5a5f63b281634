import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { locateFolders } from '../../../../src/core/shell/workspaceFolder';

let parent: string;
let workspace: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  workspace = path.join(parent, 'Flywheel');
  await mkdir(path.join(workspace, 'scripts'), { recursive: true });
});

afterEach(() => rm(parent, { recursive: true, force: true }));

test('a foreign home that ends in the workspace folder\'s name is the workspace, and said so', async () => {
  expect(await locateFolders('cd /home/somebody/source/Flywheel', workspace)).toEqual({
    command: `cd ${workspace}`,
    notes: [`/home/somebody/source/Flywheel does not exist here; it is taken as ${workspace}.`],
    missing: [],
  });
  expect((await locateFolders('cd "/home/some body/Flywheel/" && ls', workspace)).command).toBe(`cd ${workspace} && ls`);
  expect((await locateFolders('true; cd ~/nowhere/Flywheel/scripts\ncd ..', workspace)).command).toBe(`true; cd ${path.join(workspace, 'scripts')}\ncd ..`);
});

test('every other folder stays as it is', async () => {
  for (const command of [`cd ${parent}`, 'cd scripts', 'cd /', 'echo cd /home/x/Flywheel', "echo 'a\ncd /home/x/Flywheel'", 'cd "$HOME/Flywheel"', 'cd -']) {
    expect(await locateFolders(command, workspace)).toEqual({ command, notes: [], missing: [] });
  }
});

test('one that cannot be placed is named', async () => {
  expect(await locateFolders('cd /home/x/Other && cd /home/x/Flywheel/missing', workspace)).toMatchObject({
    command: 'cd /home/x/Other && cd /home/x/Flywheel/missing',
    missing: ['/home/x/Other', '/home/x/Flywheel/missing'],
  });
  expect((await locateFolders('cd /home/x/Flywheel/../../etc2', workspace)).missing).toEqual(['/home/x/Flywheel/../../etc2']);
});
