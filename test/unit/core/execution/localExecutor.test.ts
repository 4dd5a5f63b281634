import { existsSync } from 'node:fs';
import { readFile, utimes } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Progress } from '../../../../src/core/actions/action';
import { infer } from '../../../../src/core/actions/infer';
import type { InferenceEngine } from '../../../../src/core/evaluation/inference';
import { isIntact, readGenerations } from '../../../../src/core/evaluation/generations';
import { runPart, type PartRun } from '../../../../src/core/evaluation/parts/runPart';
import { fail, ok } from '../../../../src/core/outcome';
import { Engines } from '../../../../src/engine/engines';
import { linkedStep } from '../../actionContext';
import { bundleEngine, type EngineBundle } from '../../engine/engineBundle';
import { manyPictures, type ManyPictures } from './manyPictures';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
let bundle: EngineBundle;
let engines: Engines | undefined;
const studies: ManyPictures[] = [];

beforeAll(async () => {
  bundle = await bundleEngine();
});
afterAll(() => bundle.remove());
afterEach(async () => {
  await engines?.dispose();
  engines = undefined;
  for (const study of studies.splice(0)) await study.remove();
});

async function prepared(...args: Parameters<typeof manyPictures>): Promise<ManyPictures> {
  const study = await manyPictures(...args);
  studies.push(study);
  engines ??= new Engines(bundle.entry, silent);
  return study;
}

const step = linkedStep({ action: 'infer', arguments: { models: 'all' } });

async function outputs({ results }: ManyPictures): Promise<ReadonlyMap<string, string>> {
  return new Map((await readGenerations(results)).map(({ generation }) => [generation.id, generation.output.sha256]));
}

describe('several GPUs of one machine', () => {
  it('make the same as one engine, each in a process of its own, and leave nothing behind', async () => {
    const one = await prepared(2);
    const engine = engines!;
    expect(await infer.run(step, one.context({ inference: async () => ok(engine.of()) }))).toMatchObject({ kind: 'done', summary: '14 outputs' });
    const three = await prepared(2, { executor: { kind: 'local', devices: [0, 1, 2] } });
    const used = new Set<number | undefined>();
    const reports: Progress[] = [];
    const context = three.context({
      inference: async (device) => {
        used.add(device);
        return ok(engine.of(device));
      },
      progress: (report) => void reports.push(report),
    });
    expect(await infer.run(step, context)).toMatchObject({ kind: 'done', summary: '14 outputs' });
    expect(await outputs(three)).toEqual(await outputs(one));
    expect([...used].sort()).toEqual([0, 1, 2]);
    expect(new Set([0, 1, 2].map((device) => engine.of(device).processId)).size).toBe(3);
    const busiest = reports.find(({ parts }) => parts?.filter(({ state }) => state === 'running').length === 3);
    expect(busiest?.parts?.slice(0, 3).map(({ where }) => where).sort()).toEqual(['GPU 0', 'GPU 1', 'GPU 2']);
    expect(reports.at(-1)).toMatchObject({ total: 14, message: expect.stringMatching(/^parts: .*done/) });
    expect(existsSync(path.join(three.results, '.runs'))).toBe(false);
    expect(await infer.run(step, three.context({ inference: async (device) => ok(engine.of(device)) }))).toMatchObject({ kind: 'done', summary: '14 outputs, 14 of them from before' });
  }, 120_000);

  it('go on without the one whose engine does not start, and say why the rest was not tried', async () => {
    const study = await prepared(4, { executor: { kind: 'local', devices: [0, 1] } });
    const broken = { code: 'engine-not-started', message: 'The inference process could not be started.', advice: 'Install Evalmark anew.' };
    const outcome = await infer.run(step, study.context({ inference: async () => fail(broken) }));
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'engine-not-started' } });
  });
});

describe('a worker that slept through its lease', () => {
  it('publishes nothing any more', async () => {
    const study = await prepared(2);
    const open = await study.open(Infinity);
    const part = open.matrix.parts[0]!;
    if (part.kind !== 'edit') throw new Error('no edits');
    let wake = () => {};
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    let began = () => {};
    const begun = new Promise<void>((resolve) => (began = resolve));
    const real = engines!.of();
    const sleepy: InferenceEngine = {
      edit: async (request, watch) => {
        const result = await real.edit(request, watch);
        began();
        await asleep;
        return result;
      },
      dispose: async () => undefined,
    };
    const run = (host: string, engine: InferenceEngine): PartRun => ({
      open, part, worker: { host, pid: 1 }, places: { workspace: study.folder, hub: async () => fail({ code: 'no-hub', message: '', advice: '' }) },
      signal: new AbortController().signal, now: () => new Date(), engine: async () => ok(engine), progress() {}, wrote() {}, lease: { leaseMilliseconds: 90_000, beatMilliseconds: 1_000_000 },
    });
    const first = runPart(run('node1', sleepy));
    await begun;
    const longAgo = new Date(Date.now() - 1_000_000);
    await utimes(path.join(open.folder, 'parts', String(part.index), 'claim.1'), longAgo, longAgo);
    const second = await runPart(run('node2', real));
    expect(second).toMatchObject({ kind: 'report', report: { state: 'ended', made: 4, completed: 4 } });
    wake();
    expect(await first).toMatchObject({ kind: 'report', report: { state: 'stopped', reason: 'claim', made: 0 } });
    for (const one of await readGenerations(study.results)) expect(await isIntact(one)).toBe(true);
    // The word about the part stays the second one's.
    const report = JSON.parse(await readFile(path.join(open.folder, 'parts', String(part.index), 'report.json'), 'utf8')) as { worker: { host: string } };
    expect(report.worker.host).toBe('node2');
  });
});
