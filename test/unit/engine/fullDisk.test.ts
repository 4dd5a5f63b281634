import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EngineClient } from '../../../src/engine/client';
import { temporaryFolder } from '../actionContext';
import { bundleEngine, type EngineBundle } from './engineBundle';
import { randomCheckpointFolder } from './golden';

const run = promisify(execFile);
let folder: string;
let disk: string;
let mounted = false;
let bundle: EngineBundle;
let checkpoint: string;
let engine: EngineClient;

beforeAll(async () => {
  folder = await mkdtemp(temporaryFolder);
  disk = path.join(folder, 'disk');
  await mkdir(disk);
  mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=24k', 'tmpfs', disk]).then(() => true, () => false);
  bundle = await bundleEngine();
  checkpoint = await randomCheckpointFolder();
  engine = new EngineClient(bundle.entry, { debug() {}, info() {}, warn() {}, error() {} }, { cacheFolder: path.join(disk, 'cache') });
});
afterAll(async () => {
  await engine.dispose();
  if (mounted) await run('umount', [disk]);
  await bundle.remove();
  for (const each of [folder, checkpoint]) await rm(each, { recursive: true });
});

it('a full disk fails the edit with what to do, leaves nothing half-written, and the same process goes on once there is room', { timeout: 120_000 }, async ({ skip }) => {
  if (!mounted) skip('No small disk can be mounted here; that takes a superuser. packFullDisk.test.ts pretends one.');
  const picture = path.join(folder, 'picture.png');
  await sharp({ create: { width: 64, height: 48, channels: 3, background: '#b0855f' } }).png().toFile(picture);
  const output = path.join(disk, 'out', 'result.png');
  await mkdir(path.dirname(output));
  const edit = (precision: 'auto' | 'int4') => engine.edit(
    { model: { path: checkpoint, loras: [] }, pictures: [picture], prompt: 'Warm it', seed: 7, steps: 1, guidance: 1, width: 128, height: 96, referenceResolution: 128, engine: { device: 'cpu', precision }, output },
    { signal: new AbortController().signal, progress() {} },
  );
  const filler = path.join(disk, 'filler');
  // Down to the last byte.
  await writeFile(filler, Buffer.alloc(1 << 20)).catch(() => undefined);
  expect(await edit('auto')).toMatchObject({ ok: false, failure: { code: 'disk-full', advice: expect.stringContaining('Free some space') } });
  const { processId } = engine;
  expect(await readdir(path.dirname(output))).toEqual([]);
  expect(await readdir(path.join(disk, 'cache', 'encodings')).catch(() => [])).toEqual([]);
  expect(await edit('int4')).toMatchObject({ ok: false, failure: { code: 'disk-space', message: expect.stringContaining('packed weights need') } });
  await rm(filler);
  await run('mount', ['-o', 'remount,size=8m', disk]);
  expect(await edit('auto')).toMatchObject({ ok: true });
  expect(await edit('int4')).toMatchObject({ ok: true });
  expect(engine.processId).toBe(processId);
});
