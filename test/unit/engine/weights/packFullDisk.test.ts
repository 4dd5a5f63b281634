import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type * as files from 'node:fs/promises';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { quantisedWeights } from '../../../../src/engine/weights/quantisedWeights';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import { safetensorsFile } from '../../../../test_data/make/checkpoints/safetensorsFile';
import { temporaryFolder } from '../../actionContext';
import { numbers } from '../numbers';

/** A disk that takes so many more bytes, whatever it said before. */
const disk = vi.hoisted(() => ({ room: Infinity }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  return {
    ...real,
    open: async (...args: Parameters<typeof real.open>): Promise<files.FileHandle> => {
      const handle = await real.open(...args);
      const write = handle.write.bind(handle) as (bytes: Uint8Array, offset: number, length: number, position: number) => Promise<{ bytesWritten: number; buffer: Uint8Array }>;
      const limited = (bytes: Uint8Array, offset: number, length: number, position: number) => {
        disk.room -= length;
        return disk.room < 0 ? Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })) : write(bytes, offset, length, position);
      };
      return Object.assign(handle, { write: limited });
    },
  };
});

it('a disk that becomes full is said, and nothing half-written stays on it', async () => {
  const folder = await mkdtemp(temporaryFolder);
  try {
    const blocks = [0, 1, 2, 3].map((index) => ({ name: `layers.${index}.mlp.weight`, shape: [64, 64], values: numbers(64 * 64, index) }));
    await writeFile(path.join(folder, 'model.safetensors'), safetensorsFile(blocks, 'F32'));
    const base = await openSafetensors(path.join(folder, 'model.safetensors'));
    if (!base.ok) throw new Error(base.failure.message);
    const cache = path.join(folder, 'cache');
    disk.room = 5000;
    expect(await quantisedWeights(base.value, 'int4', { folder: cache })).toMatchObject({ ok: false, failure: { code: 'disk-space', short: 'disk full' } });
    expect(await readdir(cache)).toEqual([]);
    disk.room = Infinity;
    expect(await quantisedWeights(base.value, 'int4', { folder: cache })).toMatchObject({ ok: true });
  } finally {
    await rm(folder, { recursive: true });
  }
});
