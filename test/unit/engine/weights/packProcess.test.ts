import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { quantisedWeights } from '../../../../src/engine/weights/quantisedWeights';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import { safetensorsFile } from '../../../../test_data/make/checkpoints/safetensorsFile';
import { temporaryFolder } from '../../actionContext';
import { numbers } from '../numbers';

const run = promisify(execFile);
let folder: string;
let file: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(temporaryFolder);
  file = path.join(folder, 'model.safetensors');
  const blocks = Array.from({ length: 20 }, (_, index) => ({ name: `transformer_blocks.${index}.attn.to_q.weight`, shape: [128, 256], values: numbers(128 * 256, index) }));
  await writeFile(file, safetensorsFile(blocks, 'BF16'));
  script = path.resolve('node_modules/.cache/evalmark-test', `pack-${process.pid}.mjs`);
  await build({ entryPoints: [path.resolve('test/unit/engine/weights/packChild.ts')], outfile: script, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(script, { force: true });
});

async function packedHere(cache: string) {
  const base = await openSafetensors(file);
  if (!base.ok) throw new Error(base.failure.message);
  return quantisedWeights(base.value, 'int4', { folder: cache });
}

/** Where it began, as a share; it is killed when `share` is written. */
async function pack(cache: string, share: number): Promise<number> {
  const ended = await run(process.execPath, [script, file, cache, String(share)]).catch((error: unknown) => error as { stdout: string; signal?: string });
  expect('signal' in ended ? ended.signal : undefined).toBe(share < 1 ? 'SIGKILL' : undefined);
  return Number(ended.stdout);
}

it('killed again and again, packing goes on each time and ends with the same bytes', async () => {
  const [broken, whole] = [path.join(folder, 'broken'), path.join(folder, 'whole')];
  const begun: number[] = [];
  for (const share of [0.2, 0.5, 0.7, 1]) begun.push(await pack(broken, share));
  [0, 0.15, 0.45, 0.65].forEach((least, index) => expect(begun[index]).toBeGreaterThanOrEqual(least));
  expect(await packedHere(whole)).toMatchObject({ ok: true });
  const [name] = (await readdir(whole)).filter((each) => !each.endsWith('.use'));
  expect(await readdir(broken)).toEqual([name]);
  expect((await readFile(path.join(broken, name!))).equals(await readFile(path.join(whole, name!)))).toBe(true);
});

it('is refused with figures before a byte is written where the disk is too small', async () => {
  const volume = path.join(folder, 'small');
  await mkdir(volume);
  // Where no volume can be mounted, packFullDisk.test.ts alone shows what happens.
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', volume]).then(() => true, () => false);
  if (!mounted) return;
  try {
    expect(await packedHere(path.join(volume, 'cache'))).toMatchObject({ ok: false, failure: { code: 'disk-space', message: expect.stringMatching(/need 0\.4 MB more on the disk, 0\.2 MB are free/) } });
    expect(await readdir(path.join(volume, 'cache'))).toEqual([]);
  } finally {
    await run('umount', [volume]);
  }
});
