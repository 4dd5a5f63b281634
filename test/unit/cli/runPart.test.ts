import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isIntact, readGenerations } from '../../../src/core/evaluation/generations';
import { readPartReport } from '../../../src/core/evaluation/parts/partReport';
import { parseArguments } from '../../../src/cli/arguments';
import { manyPictures, type ManyPictures } from '../core/execution/manyPictures';
import { bundleCli, type CliBundle } from './cliBundle';

let bundle: CliBundle;
let study: ManyPictures;

beforeAll(async () => {
  bundle = await bundleCli();
}, 60_000);
afterAll(() => bundle.remove());
beforeEach(async () => {
  study = await manyPictures(6);
});
afterEach(() => study.remove());

interface WorkerProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly made: readonly string[]; readonly output: string }>;
}

/** A worker as a node of a cluster starts it: a process that knows nothing but the file and the number. */
function worker(matrix: string, part: number, ...more: string[]): WorkerProcess {
  const child = spawn(process.execPath, [bundle.entry, 'engine', 'run-part', matrix, String(part), ...more], { cwd: '/', env: { PATH: process.env['PATH'] } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const ended = once(child, 'close').then(([code]: unknown[]) => ({ code: code as number | null, made: output.split('\n').filter((line) => line.endsWith('.png')), output }));
  return { child, ended };
}

async function until(met: () => Promise<boolean>): Promise<void> {
  while (!(await met())) await new Promise((resolve) => setTimeout(resolve, 5));
}

const file = (folder: string) => path.join(folder, 'matrix.json');

// Two cores that others use as well may need long to start a process that loads a runtime.
describe('evalmark engine run-part', { timeout: 120_000 }, () => {
  it('makes one part of the matrix and nothing else, whole and reported', async () => {
    const open = await study.open(6);
    expect(open.matrix.parts).toHaveLength(7);
    expect(await worker(file(open.folder), 2, '--json').ended).toMatchObject({ code: 0, output: expect.stringContaining('"event":"progress"') });
    const stored = await readGenerations(study.results);
    const part = open.matrix.parts[2]!;
    expect(stored.map(({ generation }) => generation.id).sort()).toEqual(open.ordered.slice(part.kind === 'edit' ? part.from : 0, part.kind === 'edit' ? part.to : 0).map(({ id }) => id).sort());
    for (const one of stored) expect(await isIntact(one)).toBe(true);
    const folder = path.join(open.folder, 'parts', '2');
    expect(await readPartReport(folder)).toMatchObject({ state: 'ended', completed: stored.length, total: stored.length, made: stored.length, device: 'cpu', memory: { kind: 'ram' }, failures: [] });
    expect((await readdir(folder)).sort()).toEqual(['claim.1', 'report.json']);
  });

  it('of two workers on one part, each generation is made by one', async () => {
    const { folder, ordered } = await study.open(Infinity);
    const both = await Promise.all([worker(file(folder), 0).ended, worker(file(folder), 0).ended]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const made = both.flatMap((one) => one.made);
    expect(new Set(made).size).toBe(made.length);
    expect(made).toHaveLength(ordered.filter(({ model }) => model.id === 'base').length);
  });

  it('goes on where a killed worker was, and makes nothing twice', async () => {
    const { folder } = await study.open(Infinity);
    const first = worker(file(folder), 0);
    await until(async () => (await study.sidecars()).length >= 3);
    first.child.kill('SIGKILL');
    await first.ended;
    const before = new Map(await Promise.all((await study.sidecars()).map(async (name) => [name, (await stat(path.join(study.results, name))).mtimeMs] as const)));
    expect(before.size).toBeLessThan(12);
    expect(await worker(file(folder), 0).ended).toMatchObject({ code: 0 });
    for (const [name, time] of before) expect((await stat(path.join(study.results, name))).mtimeMs).toBe(time);
    expect(await study.sidecars()).toHaveLength(12);
    expect(await readPartReport(path.join(folder, 'parts', '0'))).toMatchObject({ completed: 12, made: 12 - before.size });
    expect(await worker(file(folder), 0).ended).toMatchObject({ code: 0, made: [] });
  });

  it.each(['SIGTERM', 'SIGUSR1'] as const)('stops in good order at %s, and says that it is to be continued', async (signal) => {
    const { folder } = await study.open(Infinity);
    const first = worker(file(folder), 0);
    await until(async () => (await study.sidecars()).length >= 2);
    first.child.kill(signal);
    expect(await first.ended).toMatchObject({ code: 75 });
    expect(await readPartReport(path.join(folder, 'parts', '0'))).toMatchObject({ state: 'stopped', reason: 'signal' });
    for (const one of await readGenerations(study.results)) expect(await isIntact(one)).toBe(true);
    expect(await worker(file(folder), 0).ended).toMatchObject({ code: 0 });
  });

  it('begins no edit that would not end before it has to be gone', async () => {
    const { folder } = await study.open(Infinity);
    expect(await worker(file(folder), 0, '--until', String(Math.floor(Date.now() / 1000) - 10)).ended).toMatchObject({ code: 1 });
    expect(await readPartReport(path.join(folder, 'parts', '0'))).toMatchObject({ state: 'stopped', reason: 'time', made: 0 });
  });

  it('refuses what is no matrix, and names a picture that leaves the folder', async () => {
    expect(await worker('/etc/hostname', 0).ended).toMatchObject({ code: 2, output: expect.stringContaining('cannot be used') });
    const { folder } = await study.open(Infinity);
    expect(await worker(file(folder), 99).ended).toMatchObject({ code: 2, output: expect.stringContaining('none of number 99') });
    expect(parseArguments(['engine', 'run-part', 'x'])).toMatchObject({ kind: 'usage' });
    expect(parseArguments(['engine', 'run-part', 'x', '-1'])).toMatchObject({ kind: 'usage' });
  });
});
