import type * as files from 'node:fs/promises';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { repositoryFolder } from '../../../../src/core/hub/cache';
import { downloadSnapshot } from '../../../../src/core/hub/download';
import { connect, listing, loopback, noise, quick } from './hubFixture';

/** A disk with room for so many more bytes, for users who may not mount a small one. */
const disk = vi.hoisted(() => ({ room: Infinity, sideFilesToo: false }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  return {
    ...real,
    writeFile: (...args: Parameters<typeof real.writeFile>) => {
      return disk.sideFilesToo && disk.room <= 0 && typeof args[0] === 'string' && args[0].includes('part.json') ? Promise.reject(full()) : real.writeFile(...args);
    },
    open: async (...args: Parameters<typeof real.open>): Promise<files.FileHandle> => {
      const handle = await real.open(...args);
      const write = handle.write.bind(handle) as (bytes: Uint8Array, offset: number, length: number, position: number) => Promise<{ bytesWritten: number; buffer: Uint8Array }>;
      const limited = (bytes: Uint8Array, offset: number, length: number, position: number) => {
        disk.room -= length;
        return disk.room < 0 ? Promise.reject(full()) : write(bytes, offset, length, position);
      };
      return Object.assign(handle, { write: limited });
    },
  };
});

const weights = { 'a.safetensors': noise(5, 3 << 20), 'b.safetensors': noise(6, 2 << 20) };
const bytes = 5 << 20;

it.each([false, true])('a full disk keeps what came and says so; side files refused too: %s', async (sideFilesToo) => {
  const hub = await loopback({ repositories: { 'org/large': { files: weights } } });
  const connection = await connect(hub);
  const request = { connection, repository: 'org/large', signal: new AbortController().signal, connections: 4, tuning: quick };
  Object.assign(disk, { room: 3.5 * (1 << 20), sideFilesToo });
  const full = await downloadSnapshot(request);
  expect(full).toMatchObject({ ok: false, failure: { code: 'disk-space', short: 'disk full' } });
  const blobs = path.join(repositoryFolder(connection.cacheFolder, 'org/large'), 'blobs');
  const left = await listing(blobs);
  expect(left.filter((name) => name.endsWith('.evalmark-lock') || name.endsWith('.new'))).toEqual([]);
  for (const name of left.filter((one) => one.endsWith('.evalmark-part'))) expect(left).toContain(`${name}.json`);
  Object.assign(disk, { room: Infinity, sideFilesToo: false });
  hub.forget();
  expect(await downloadSnapshot(request)).toMatchObject({ ok: true });
  expect(hub.sentBytes()).toBeLessThanOrEqual(bytes);
  expect((await listing(blobs)).every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
});
