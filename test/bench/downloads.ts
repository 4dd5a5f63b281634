import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { downloadSnapshot, segmentFor } from '../../src/core/hub/download';
import type { ModelFacts } from '../../src/core/hub/model';
import { mergeFound } from '../../src/core/hub/candidates';
import { parsePlan } from '../../src/core/plan/parse';
import { changeSurvey, readSurvey } from '../../src/core/hub/surveyFile';
import { SurveyRows, surveyState } from '../../src/extension/panels/surveyState';
import { startHub } from '../../test_data/make/hub';

/**
 * Compares downloading with the npm library alone and with the `hf` tool where it is installed (`EVALMARK_HF` names it), in
 * one run, from a Hub on loopback that gives each connection as much as a good line does. Each peer is a process of its own.
 */
export async function benchDownloads(script: string): Promise<boolean> {
  const hub = await BenchHub.start(script);
  try {
    const results = [await benchThroughput(hub, script), await benchKill(hub, script), await benchKills(hub, script), await benchSurvey()];
    return results.every(Boolean);
  } finally {
    hub.stop();
  }
}

/** Run as `bench.mjs hub` or `bench.mjs get …`: one of the processes of a comparison; `bench.mjs downloads` is this comparison alone. */
export async function benchProcess([role, endpoint = '', cacheFolder = '']: readonly string[]): Promise<void> {
  if (role === 'hub') return serve();
  if (role === 'get') return get(endpoint, cacheFolder);
  const { snapshotDownload } = await import('@huggingface/hub');
  await snapshotDownload({ repo: { type: 'model', name: repository }, hubUrl: endpoint, cacheDir: cacheFolder });
}

const repository = 'bench/model';
const files = 6;
/** Of one file; the published figure is for 200. */
const megabytes = Number(process.env.EVALMARK_BENCH_MB ?? 200);
const size = files * megabytes * 1e6;
/** Bytes a second that the Hub gives to one connection. */
const perConnection = 10_000_000;
const connections = 8;
const hf = process.env.EVALMARK_HF ?? (spawnSync('hf', ['version'], { stdio: 'ignore' }).status === 0 ? 'hf' : undefined);

async function serve(): Promise<void> {
  const content = Buffer.alloc(megabytes * 1e6);
  for (let offset = 0, block = createHash('sha256').update('bench').digest(); offset < content.length; offset += 32) {
    block.copy(content, offset);
    block.writeUInt32LE(offset >>> 0, 0);
  }
  const named = Array.from({ length: files }, (_, index) => {
    const own = Buffer.from(content);
    own.writeUInt8(index, 0);
    return [`part-${index}.bin`, own] as const;
  });
  const hub = await startHub({ repositories: { [repository]: { files: Object.fromEntries(named) } }, misbehave: { slow: perConnection } });
  process.on('message', () => process.send?.({ sent: hub.sentBytes() }));
  process.on('disconnect', () => process.exit());
  process.send?.({ endpoint: hub.endpoint });
}

async function get(endpoint: string, cacheFolder: string): Promise<void> {
  const progress = (): void => void process.send?.({ begun: true });
  const done = await downloadSnapshot({ connection: { endpoint, cacheFolder, token: undefined, offline: false }, repository, signal: new AbortController().signal, connections, progress });
  process.send?.({ kilobytes: process.resourceUsage().maxRSS });
  if (!done.ok) throw new Error(done.failure.message);
  process.disconnect?.();
}

class BenchHub {
  private constructor(readonly endpoint: string, private readonly process: ChildProcess) {}

  static async start(script: string): Promise<BenchHub> {
    const child = fork(script, ['hub'], { execArgv: [] });
    const { endpoint } = await message<{ readonly endpoint: string }>(child);
    return new BenchHub(endpoint, child);
  }

  async sent(): Promise<number> {
    const answer = message<{ readonly sent: number }>(this.process);
    this.process.send('sent');
    return (await answer).sent;
  }

  stop(): void {
    this.process.kill();
  }
}

function message<Value>(child: ChildProcess): Promise<Value> {
  return new Promise((resolve) => child.once('message', (value) => resolve(value as Value)));
}

interface Peer {
  readonly name: string;
  start(endpoint: string, cacheFolder: string): ChildProcess;
}

function peers(script: string): { readonly own: Peer; readonly library: Peer; readonly hf: Peer | undefined } {
  return {
    own: { name: 'Evalmark', start: (endpoint, cache) => fork(script, ['get', endpoint, cache], { execArgv: [] }) },
    library: { name: 'the npm library alone', start: (endpoint, cache) => fork(script, ['library', endpoint, cache], { execArgv: [] }) },
    hf: hf === undefined ? undefined : { name: 'hf download', start: (endpoint, cache) => spawn(hf, ['download', repository], { stdio: 'ignore', env: { ...process.env, HF_ENDPOINT: endpoint, HF_HUB_CACHE: cache, HF_HOME: cache, HF_HUB_DISABLE_TELEMETRY: '1', HF_HUB_DISABLE_XET: '1' } }) },
  };
}

async function inFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

async function benchThroughput(hub: BenchHub, script: string): Promise<boolean> {
  const { own, library, hf: tool } = peers(script);
  let kilobytes = 0;
  const seconds = async (peer: Peer): Promise<number> =>
    inFolder(async (folder) => {
      const started = performance.now();
      const child = peer.start(hub.endpoint, folder);
      child.on('message', (told: { readonly kilobytes?: number }) => (kilobytes = told.kilobytes ?? kilobytes));
      if ((await ended(child)) !== 0) throw new Error(`${peer.name} failed.`);
      const time = (performance.now() - started) / 1000;
      console.log(`${peer.name}: ${files} files of ${megabytes} MB in ${time.toFixed(1)} s, ${(size / time / 1e6).toFixed(0)} MB/s`);
      return time;
    });
  const time = await seconds(own);
  const memory = report('memory of the download', kilobytes / 1024, 'MB', 200);
  const alone = report('time beside the npm library alone', time / (await seconds(library)), '', 1 / 3);
  if (!tool) console.log('hf is not installed; EVALMARK_HF=path/to/hf names it.');
  const beside = tool === undefined || report('time beside hf download', time / (await seconds(tool)), '', 1);
  return [memory, alone, beside, await benchVerifying(time)].every(Boolean);
}

/** What hashing costs one core, as a share of the download: an upper bound, since other files arrive meanwhile. */
async function benchVerifying(time: number): Promise<boolean> {
  const block = Buffer.alloc(1 << 20, 7);
  const started = performance.now();
  const hash = createHash('sha256');
  for (let hashed = 0; hashed < size; hashed += block.length) hash.update(block);
  hash.digest();
  return report('share of verifying', (performance.now() - started) / 1000 / time, '', 0.15);
}

/** Killed at half: what is sent again afterwards. */
async function benchKill(hub: BenchHub, script: string): Promise<boolean> {
  const { own, hf: tool } = peers(script);
  const again = async (peer: Peer): Promise<number> =>
    inFolder(async (folder) => {
      const before = await hub.sent();
      const killed = peer.start(hub.endpoint, folder);
      const end = ended(killed);
      while ((await hub.sent()) - before < size / 2) await new Promise((resolve) => setTimeout(resolve, 50));
      killed.kill('SIGKILL');
      await end;
      if ((await ended(peer.start(hub.endpoint, folder))) !== 0) throw new Error(`${peer.name} failed after the kill.`);
      const twice = (await hub.sent()) - before - size;
      console.log(`${peer.name}: ${(twice / 1e6).toFixed(1)} MB sent twice after a kill at half`);
      return twice;
    });
  const twice = await again(own);
  if (!tool) return report('sent twice after a kill, of the whole', twice / size, '', 0.1);
  return report('sent twice beside hf', twice / (await again(tool)), '', 0.1);
}

/** Killed fifty times: all that the Hub sent, beside the size and a segment of each connection for every kill. */
async function benchKills(hub: BenchHub, script: string): Promise<boolean> {
  const { own } = peers(script);
  return inFolder(async (folder) => {
    const before = await hub.sent();
    let kills = 0;
    for (let turn = 0; turn < killed; turn++) {
      const child = own.start(hub.endpoint, folder);
      const end = ended(child);
      let begun: NodeJS.Timeout | undefined;
      // A moment that differs from turn to turn, the same in every run.
      child.on('message', () => (begun ??= setTimeout(() => child.kill('SIGKILL'), 20 + ((turn * 37) % 180))));
      if ((await end) === null) kills += 1;
      clearTimeout(begun);
    }
    if ((await ended(own.start(hub.endpoint, folder))) !== 0) throw new Error('The download failed after the kills.');
    const sent = (await hub.sent()) - before;
    console.log(`Evalmark: ${(sent / size).toFixed(2)} times the size sent in ${kills} kills, ${((sent - size) / kills / 1e6).toFixed(1)} MB lost in each`);
    return report('sent after the kills, of 1.1 times the size and the lost segments', sent / (1.1 * size + kills * connections * segmentFor(megabytes * 1e6)), '', 1);
  });
}

const killed = 50;

/** From the last answer of the Hub to the rows that the panel shows. */
async function benchSurvey(): Promise<boolean> {
  return inFolder(async (folder) => {
    const found = Array.from({ length: 1000 }, (_, index): ModelFacts => ({ repository: `lab-${index % 50}/model-${index}`, author: `lab-${index % 50}`, revision: '', likes: index, downloads: index * 7, updatedAt: '2026-01-01T00:00:00.000Z', gated: false, baseModels: ['org/base'], tags: ['image-to-image', 'lora'] }));
    const plan = parsePlan('### Phase 1: Survey\n\n#### Task 1.1: Scoring\n- [ ] Relevance to angle changes\n- [ ] Select top 5-10 models\n');
    const started = performance.now();
    await changeSurvey(folder, (survey) => mergeFound(survey, found));
    const read = await readSurvey(folder);
    if (!read.ok) throw new Error(read.failure.message);
    const view = { planPath: path.join(folder, 'tasks.md'), page: 'list' as const, document: 'model-survey.md', now: new Date(), cached: new Set<string>(), free: undefined, canUndo: false, unreachable: false };
    const state = surveyState(read.value, plan, view, new SurveyRows().of(read.value, view.cached));
    JSON.stringify(state);
    return report('survey of 1,000 models, last answer to rows', (performance.now() - started) / 1000, 's', 1);
  });
}

function report(what: string, value: number, unit: string, target: number): boolean {
  const isMet = value <= target;
  console.log(`${what}: ${value.toFixed(value < 10 ? 3 : 0)}${unit ? ` ${unit}` : ''}; target ${target.toFixed(target < 1 ? 2 : 0)}: ${isMet ? 'met' : 'MISSED'}`);
  return isMet;
}
