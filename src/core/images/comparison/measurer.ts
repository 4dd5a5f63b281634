import { Worker } from 'node:worker_threads';
import type { Face } from '../../evaluation/face';
import type { MeasureNetworks } from '../../evaluation/networkMeasures';
import { MeasureCache, pairKey, type OutputMeasures } from './measureCache';
import type { PairMeasures } from './measurePair';
import { NetworkMeasurer, type NetworkSource } from './networkMeasurer';

export interface MeasureQuestion {
  readonly id: number;
  readonly source: string;
  readonly output: string;
}

export interface MeasureAnswer {
  readonly id: number;
  readonly measures?: PairMeasures;
  readonly failure?: string;
}

/** A source and an output with the hashes of both, by which a measurement is kept. */
export interface MeasuredPair {
  readonly source: string;
  readonly output: string;
  readonly sourceSha256: string;
  readonly outputSha256: string;
  /** What the source shows and what the output should show, where the evaluation says so. */
  readonly captions?: readonly [string, string];
}

const idleMilliseconds = 20_000;

/** Measures pairs of pictures in a worker, one after the other, and each pair only once: a file remembers them by hash. */
export class Measurer {
  private readonly cache: MeasureCache;
  private readonly networks: NetworkMeasurer | undefined;
  private readonly asked = new Map<string, Promise<PairMeasures | undefined>>();
  private readonly waiting = new Map<number, (answer: MeasureAnswer) => void>();
  private turn: Promise<unknown> = Promise.resolve();
  private worker: Worker | undefined;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private count = 0;
  private ended = false;

  /**
   * @param script the bundle of `measureWorker.ts`
   * @param cacheFile lines of JSON; made when missing
   * @param source of networks; without it only pixels are measured
   */
  constructor(private readonly script: string, cacheFile: string, private readonly warn: (text: string) => void, source?: NetworkSource) {
    this.cache = new MeasureCache(cacheFile);
    this.networks = source && new NetworkMeasurer(source, this.cache, warn);
  }

  /** The same, and by the networks that are on this disk. */
  async measureAll(pair: MeasuredPair): Promise<OutputMeasures | undefined> {
    const pixels = await this.measure(pair);
    return pixels && { ...pixels, ...(await this.networks?.measure(pairKey(pair), pair, pixels)) };
  }

  /** What is known already, without measuring anything; `undefined` where something is missing. */
  async recallAll(pair: MeasuredPair): Promise<OutputMeasures | undefined> {
    const pixels = await this.cache.pair(pairKey(pair));
    if (!pixels || !this.networks) return pixels;
    const network = await this.networks.recall(pairKey(pair), pair);
    return network || !(await this.networks.any()) ? { ...pixels, ...network } : undefined;
  }

  /** Looks again for networks. */
  async lookForNetworks(): Promise<MeasureNetworks> {
    return (await this.networks?.look()) ?? {};
  }

  /** `undefined` for pictures that cannot be decoded. */
  async measure(pair: MeasuredPair): Promise<PairMeasures | undefined> {
    const key = pairKey(pair);
    const known = await this.cache.pair(key);
    if (known) return known;
    const asked = this.asked.get(key) ?? this.inTurn(() => this.measureNow(key, pair));
    this.asked.set(key, asked);
    return asked;
  }

  /**
   * Faces of a picture, best first: empty where it has none, `undefined` where nothing looked for them.
   * @param pair that the picture is of; where it is given, a detector that is on this disk looks when none did before
   */
  async faces(sha256: string, pair?: MeasuredPair): Promise<readonly Face[] | undefined> {
    const known = await this.cache.facesOf(sha256);
    if (known || !pair) return known;
    await this.networks?.findFaces(pairKey(pair), pair);
    return this.cache.facesOf(sha256);
  }

  dispose(): void {
    this.ended = true;
    this.networks?.dispose();
    this.stop();
  }

  private async measureNow(key: string, { source, output }: MeasuredPair): Promise<PairMeasures | undefined> {
    if (this.ended) return undefined;
    const { measures, failure } = await this.ask({ id: ++this.count, source, output });
    this.asked.delete(key);
    if (!measures) {
      if (failure !== undefined && !this.ended) this.warn(`Not measured: ${failure}`);
      return undefined;
    }
    await this.cache.keepPair(key, measures);
    return measures;
  }

  private ask(question: MeasureQuestion): Promise<MeasureAnswer> {
    clearTimeout(this.idle);
    return new Promise<MeasureAnswer>((resolve) => {
      this.waiting.set(question.id, resolve);
      this.running().postMessage(question);
    }).finally(() => {
      this.waiting.delete(question.id);
      this.idle = setTimeout(() => this.stop(), idleMilliseconds);
      this.idle.unref();
    });
  }

  private running(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(this.script);
    worker.unref();
    worker.on('message', (answer: MeasureAnswer) => this.waiting.get(answer.id)?.(answer));
    // A worker that dies takes its question with it; the next one gets a new worker.
    const gone = (why: string): void => {
      if (this.worker === worker) this.worker = undefined;
      for (const [id, resolve] of this.waiting) resolve({ id, failure: why });
    };
    worker.on('error', (error) => gone(error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => gone('the worker ended'));
    this.worker = worker;
    return worker;
  }

  private stop(): void {
    clearTimeout(this.idle);
    void this.worker?.terminate();
    this.worker = undefined;
  }

  private inTurn<Value>(run: () => Promise<Value>): Promise<Value> {
    const mine = this.turn.then(run);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}
