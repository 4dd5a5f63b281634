import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Claim, thisWorker, type Worker } from '../../../../../src/core/evaluation/parts/claim';
import { temporaryFolder } from '../../../actionContext';

let folder: string;
const claims: Claim[] = [];

beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(async () => {
  for (const claim of claims.splice(0)) await claim.release();
  await rm(folder, { recursive: true });
});

/** Nobody can ask another machine whether its process lives. */
const worker = (host: string, job?: string): Worker => ({ host, pid: 4, ...(job === undefined ? {} : { job }) });

async function take(by: Worker): Promise<Claim | undefined> {
  const taken = await Claim.take(folder, by);
  if (!(taken instanceof Claim)) return undefined;
  claims.push(taken);
  return taken;
}

describe('a claim', () => {
  it('is one worker’s of many that ask at the same time', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, (_, index) => take(worker(`node${index}`))));
    expect(taken.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['claim.1']);
  });

  it('is taken by one only when its lease ran out, and the former holder knows it', async () => {
    const first = await take(worker('node1'));
    expect(await take(worker('node2'))).toBeUndefined();
    expect(await first?.isHeld()).toBe(true);
    const long = new Date(Date.now() - 1_000_000);
    await utimes(path.join(folder, 'claim.1'), long, long);
    const taken = await Promise.all(Array.from({ length: 20 }, (_, index) => take(worker(`other${index}`))));
    const holders = taken.filter((claim) => claim !== undefined);
    expect(holders).toHaveLength(1);
    expect(await first?.isHeld()).toBe(false);
    expect(await holders[0]?.isHeld()).toBe(true);
  });

  it('is free at once when it is released, and goes to the same job’s next start without waiting', async () => {
    await (await take(worker('node1')))?.release();
    const second = await take(worker('node2', '12_3'));
    expect(second).toBeDefined();
    expect(await take(worker('node3', '12_4'))).toBeUndefined();
    expect(await take(worker('node3', '12_3'))).toBeDefined();
    expect(await second?.isHeld()).toBe(false);
  });

  it('of a process that died on this machine is void', async () => {
    const child = spawn('sleep', ['100']);
    const dead: Worker = { ...thisWorker(), pid: child.pid ?? 0 };
    await take(dead);
    expect(await take(thisWorker())).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await take(thisWorker())).toBeDefined();
  });
});
