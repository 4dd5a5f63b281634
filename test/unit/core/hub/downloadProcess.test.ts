import { execFile, fork, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryFolder } from '../../../../src/core/hub/cache';
import { downloadSnapshot } from '../../../../src/core/hub/download';
import type { Told } from './downloadChild';
import { atEnd, connect, folder, listing, loopback, noise, quick, sha256 } from './hubFixture';

const run = promisify(execFile);
const weights = { 'a.safetensors': noise(3, 9 << 20), 'b.safetensors': noise(4, 7 << 20) };
const bytes = 16 << 20;
let script = '';

/** Beside the dependencies, so that the bundle finds the ones that stay outside. */
beforeAll(async () => {
  script = path.resolve('node_modules/.cache/evalmark-test', `download-${process.pid}.mjs`);
  await build({ entryPoints: [path.resolve('test/unit/core/hub/downloadChild.ts')], outfile: script, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' });
});

afterAll(() => rm(script, { force: true }));

function child(...args: readonly string[]): ChildProcess {
  const started = fork(script, [...args], { execArgv: [] });
  atEnd(async () => started.kill('SIGKILL'));
  return started;
}

function ended(process: ChildProcess): Promise<Told['result']> {
  return new Promise((resolve) => {
    let result: Told['result'];
    process.on('message', (told: Told) => (result = told.result ?? result));
    process.on('exit', () => resolve(result));
  });
}

describe('a download in its own process', () => {
  it('killed again and again still ends with the right bytes, fetching little twice', async () => {
    const hub = await loopback({ repositories: { 'org/large': { files: weights } }, misbehave: { slow: 2_000_000 } });
    const { cacheFolder } = await connect(hub);
    let kills = 0;
    for (const share of [0.25, 0.5, 0.75]) {
      const killed = child(hub.endpoint, cacheFolder, 'org/large');
      killed.on('message', ({ completed = 0 }: Told) => {
        if (completed > bytes * share) killed.kill('SIGKILL');
      });
      if ((await ended(killed)) === undefined) kills += 1;
    }
    expect(kills).toBe(3);
    const blobs = path.join(repositoryFolder(cacheFolder, 'org/large'), 'blobs');
    expect((await listing(blobs)).filter((name) => name.endsWith('.evalmark-part')).length).toBeGreaterThan(0);
    hub.misbehave = {};
    const before = hub.sentBytes();
    expect(await ended(child(hub.endpoint, cacheFolder, 'org/large'))).toMatchObject({ received: expect.any(Number) });
    expect(hub.sentBytes() - before).toBeLessThan(bytes * 0.6);
    expect(await listing(blobs)).toEqual(Object.values(weights).map(sha256).sort());
    for (const content of Object.values(weights)) expect(sha256(await readFile(path.join(blobs, sha256(content))))).toBe(sha256(content));
  });

  it('shares one repository with another process, each byte fetched once', async () => {
    const hub = await loopback({ repositories: { 'org/large': { files: weights } }, misbehave: { slow: 4_000_000 } });
    const { cacheFolder } = await connect(hub);
    const results = await Promise.all([1, 2].map(() => ended(child(hub.endpoint, cacheFolder, 'org/large'))));
    expect((results[0]?.received ?? 0) + (results[1]?.received ?? 0)).toBe(bytes);
    expect(hub.sentBytes()).toBe(bytes);
    const blobs = path.join(repositoryFolder(cacheFolder, 'org/large'), 'blobs');
    expect(await listing(blobs)).toEqual(Object.values(weights).map(sha256).sort());
  });
});

/** `EVALMARK_KILLS=50`: minutes, so only when asked for. */
const killCount = Number(process.env.EVALMARK_KILLS ?? 0);

describe.runIf(killCount > 0)(`a download killed ${killCount} times`, () => {
  it('is whole in the end, and loses at most a segment of each connection a kill', async () => {
    const files = { 'a.safetensors': noise(5, 48 << 20), 'b.safetensors': noise(6, 16 << 20) };
    const size = 64 << 20;
    const hub = await loopback({ repositories: { 'org/large': { files } }, misbehave: { slow: 1_500_000 } });
    const { cacheFolder } = await connect(hub);
    const connections = 4;
    const segment = 1 << 20;
    const losses: number[] = [];
    let kills = 0;
    for (let turn = 0; turn < killCount; turn += 1) {
      const killed = child(hub.endpoint, cacheFolder, 'org/large');
      let begun: NodeJS.Timeout | undefined;
      // A moment that differs from turn to turn, the same in every run.
      killed.on('message', () => (begun ??= setTimeout(() => killed.kill('SIGKILL'), 20 + ((turn * 37) % 180))));
      const [sent, kept] = [hub.sentBytes(), await keptIn(cacheFolder)];
      if ((await ended(killed)) === undefined) {
        kills += 1;
        losses.push(hub.sentBytes() - sent - ((await keptIn(cacheFolder)) - kept));
      }
      clearTimeout(begun);
    }
    hub.misbehave = {};
    expect(await ended(child(hub.endpoint, cacheFolder, 'org/large'))).toMatchObject({ received: expect.any(Number) });
    const blobs = path.join(repositoryFolder(cacheFolder, 'org/large'), 'blobs');
    expect(await listing(blobs)).toEqual(Object.values(files).map(sha256).sort());
    for (const content of Object.values(files)) expect(sha256(await readFile(path.join(blobs, sha256(content))))).toBe(sha256(content));
    console.log(`${kills} kills of ${killCount}: ${(hub.sentBytes() / size).toFixed(3)} times the size was sent, at most ${(Math.max(...losses) / segment).toFixed(2)} segments lost in one kill`);
    expect(Math.max(...losses)).toBeLessThanOrEqual(connections * segment);
    expect(hub.sentBytes()).toBeLessThanOrEqual(1.1 * size + kills * connections * segment);
  }, 1_200_000);
});

/** Bytes that the next run need not fetch: whole blobs, and what side files name. */
async function keptIn(cacheFolder: string): Promise<number> {
  const blobs = path.join(repositoryFolder(cacheFolder, 'org/large'), 'blobs');
  const names = (await listing(blobs)).filter((name) => /^[0-9a-f]{64}(?:\.evalmark-part\.json)?$/.test(name));
  const sizes = names.map(async (name) => {
    const content = await readFile(path.join(blobs, name));
    return name.endsWith('.json') ? (JSON.parse(content.toString('utf8')) as { readonly have: readonly number[] }).have.reduce((sum, bytes) => sum + bytes, 0) : content.length;
  });
  return (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0);
}

/** A volume of 8 MB; undefined where this user may not mount one. */
async function smallVolume(): Promise<string | undefined> {
  const mounted = path.join(await folder(), 'small');
  await mkdir(mounted);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', mounted]);
  } catch {
    return undefined;
  }
  atEnd(() => run('umount', [mounted]));
  return mounted;
}

describe('a disk that becomes full while a download writes', () => {
  it('is said with what is kept, and the next run goes on from there', async () => {
    const hub = await loopback({ repositories: { 'org/large': { files: weights } } });
    const volume = await smallVolume();
    // Where no volume can be mounted, downloadFullDisk.test.ts alone shows what happens.
    if (volume === undefined) return;
    const connection = await connect(hub, { cacheFolder: path.join(volume, 'hub') });
    const request = { connection, repository: 'org/large', signal: new AbortController().signal, connections: 4 };
    const small = await downloadSnapshot({ ...request, tuning: quick });
    expect(small).toMatchObject({ ok: false, failure: { code: 'disk-space', short: '8.4 MB short' } });
    const full = await downloadSnapshot({ ...request, tuning: { ...quick, freeBytes: async () => undefined } });
    expect(full).toMatchObject({ ok: false, failure: { code: 'disk-space', short: 'disk full' } });
    expect(full.ok ? '' : full.failure.message).toMatch(/The \d.* that arrived are kept|Nothing was left behind/);
    const blobs = path.join(repositoryFolder(connection.cacheFolder, 'org/large'), 'blobs');
    for (const name of await listing(blobs)) {
      const whole = Object.values(weights).find((content) => sha256(content) === name);
      if (whole) expect(sha256(await readFile(path.join(blobs, name)))).toBe(name);
      else expect(name).toMatch(/\.evalmark-part(\.json)?$/);
    }
    await run('mount', ['-o', 'remount,size=64m', volume]);
    hub.forget();
    expect(await downloadSnapshot({ ...request, tuning: quick })).toMatchObject({ ok: true });
    expect(hub.sentBytes()).toBeLessThan(bytes);
  });
});
