import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNode } from '../../../../src/core/environment/findNode';
import { temporaryFolder } from '../../actionContext';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program that answers as a Node of that version would. */
async function node(name: string, version: string, platform: string = process.platform): Promise<string> {
  const file = path.join(folder, name, 'node');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho '{"version":"${version}","platform":"${platform}","architecture":"${process.arch}"}'\n`);
  await chmod(file, 0o755);
  return file;
}

const editor = { file: '/editor/code', electron: true };

describe.skipIf(process.platform === 'win32')('the Node that runs the engine', () => {
  it('is the one that a person named, else the first on the path that is new enough', async () => {
    const [old, good, named] = [await node('old', '18.19.0'), await node('good', '22.1.0'), await node('named', '24.0.0')];
    const environment = { PATH: [path.join(folder, 'nowhere'), path.dirname(old), path.dirname(good)].join(':') };
    expect(await findNode(named, environment, editor)).toEqual({ file: named, version: '24.0.0', source: 'setting' });
    expect(await findNode(undefined, environment, editor)).toEqual({ file: good, version: '22.1.0', source: 'path' });
  });

  it('is passed over when it is for another system, does not run, or has no absolute path', async () => {
    const foreign = await node('foreign', '22.1.0', 'plan9');
    const broken = path.join(folder, 'broken', 'node');
    await mkdir(path.dirname(broken));
    await writeFile(broken, 'no program', { mode: 0o755 });
    const environment = { PATH: [path.dirname(foreign), path.dirname(broken), 'relative'].join(':') };
    expect(await findNode('node', environment, editor)).toMatchObject({ file: '/editor/code', source: 'editor' });
  });

  it('is the server’s own where that is a plain Node and no other is found', async () => {
    expect(await findNode(undefined, {}, { file: process.execPath, electron: false })).toEqual({ file: process.execPath, version: process.versions.node, source: 'server' });
  });

  it('is a real one when it is asked', async () => {
    expect(await findNode(process.execPath, {}, editor)).toEqual({ file: process.execPath, version: process.versions.node, source: 'setting' });
  });
});
