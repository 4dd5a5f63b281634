import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PreviewFile } from '../../../src/cli/previewFile';
import type { RunEvent } from '../../../src/core/runner/runState';
import { temporaryFolder } from '../actionContext';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true }));

const running = (picture?: Uint8Array): RunEvent => ({ kind: 'step', stepId: 's', run: { kind: 'running', since: '', progress: picture ? { picture } : {} } });

describe('the file of previews', () => {
  it('holds the newest picture', async () => {
    const failures: string[] = [];
    const file = new PreviewFile(path.join(folder, 'new', 'now.png'), (why) => failures.push(why));
    const first = Uint8Array.of(1);
    for (const event of [running(first), running(), running(first), running(Uint8Array.of(2, 3))]) file.take(event);
    await file.done();
    expect([...(await readFile(path.join(folder, 'new', 'now.png')))]).toEqual([2, 3]);
    expect(failures).toEqual([]);
  });

  it('says once that it cannot be written', async () => {
    const failures: string[] = [];
    await writeFile(path.join(folder, 'a'), '');
    const file = new PreviewFile(path.join(folder, 'a', 'now.png'), (why) => failures.push(why));
    file.take(running(Uint8Array.of(1)));
    file.take(running(Uint8Array.of(2)));
    await file.done();
    expect(failures).toHaveLength(1);
  });
});
