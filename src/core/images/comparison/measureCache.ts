import { createReadStream } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Face } from '../../evaluation/face';
import type { KeptBlocks, NetworkMeasures } from '../../evaluation/networkMeasures';
import { measureNames, type PairMeasures, type PixelMeasure } from './measurePair';

/** All that was measured of an output: from pixels, and by networks where there are any. */
export type OutputMeasures = Partial<PairMeasures> & NetworkMeasures;

/** The figures among them, which are short enough to stand in a record. */
export type OutputFigures = Omit<OutputMeasures, 'kept'>;

/** Measurements by the hashes of what was measured: lines of JSON that are only ever added. */
export class MeasureCache {
  private readonly pairs = new Map<string, PairMeasures>();
  private readonly faces = new Map<string, readonly Face[]>();
  private readonly networks = new Map<string, NetworkMeasures>();
  /** By pair, what any networks said last. */
  private readonly latest = new Map<string, NetworkMeasures>();
  private loading: Promise<void> | undefined;

  /** @param file made when missing */
  constructor(private readonly file: string) {}

  async pair(key: string): Promise<PairMeasures | undefined> {
    await this.loaded();
    return this.pairs.get(key);
  }

  async keepPair(key: string, measures: PairMeasures): Promise<void> {
    this.pairs.set(key, measures);
    await this.keep({ key, measures });
  }

  /** @param conditions with which networks and words */
  async byNetworks(key: string, conditions: string): Promise<NetworkMeasures | undefined> {
    await this.loaded();
    return this.networks.get(`${key} ${conditions}`);
  }

  async keepByNetworks(key: string, conditions: string, network: NetworkMeasures): Promise<void> {
    this.takeNetwork(key, conditions, network);
    await this.keep({ key, conditions, network });
  }

  /** All figures that are known of a pair, by whatever networks, to seven digits: fewer would make equals of likenesses near 1. */
  async figures(key: string): Promise<OutputFigures | undefined> {
    await this.loaded();
    const { kept: _kept, ...pair } = this.pairs.get(key) ?? {};
    const all = Object.entries({ ...pair, ...this.latest.get(key) }).filter(([, value]) => typeof value === 'number');
    return all.length === 0 ? undefined : Object.fromEntries(all.map(([name, value]) => [name, Number(value.toPrecision(7))]));
  }

  /** Faces of a picture, best first; empty where none was found, `undefined` where none was looked for. */
  async facesOf(sha256: string): Promise<readonly Face[] | undefined> {
    await this.loaded();
    return this.faces.get(sha256);
  }

  async keepFaces(sha256: string, faces: readonly Face[]): Promise<void> {
    await this.loaded();
    if (this.faces.has(sha256)) return;
    this.faces.set(sha256, faces);
    await this.keep({ picture: sha256, faces });
  }

  private loaded(): Promise<void> {
    return (this.loading ??= this.load());
  }

  private async load(): Promise<void> {
    try {
      // As a stream, so that nothing waits for a long file.
      for await (const line of createInterface({ input: createReadStream(this.file, 'utf8'), crlfDelay: Infinity })) this.take(line);
    } catch {
      // None yet, or one that cannot be read: all is measured anew.
    }
  }

  /** Torn and foreign lines, and those of older formulas, are passed over. */
  private take(line: string): void {
    const { version: of, key, measures, picture, faces, conditions, network } = parse(line);
    if (of !== version) return;
    if (typeof key === 'string' && isComplete(measures)) this.pairs.set(key, measures);
    if (typeof key === 'string' && typeof conditions === 'string' && isNumbers(network)) this.takeNetwork(key, conditions, network);
    if (typeof picture === 'string' && Array.isArray(faces) && faces.every(isFace)) this.faces.set(picture, faces);
  }

  private takeNetwork(key: string, conditions: string, network: NetworkMeasures): void {
    this.networks.set(`${key} ${conditions}`, network);
    this.latest.set(key, network);
  }

  /** A full disk or a read-only folder costs only time. */
  private async keep(entry: object): Promise<void> {
    try {
      await mkdir(path.dirname(this.file), { recursive: true });
      await appendFile(this.file, `${JSON.stringify({ version, ...entry })}\n`);
    } catch {
      // Measured anew next time.
    }
  }
}

/** Name of the file in the storage of a plan. */
export const measuresFile = 'measures.jsonl';

/** By the hashes of both pictures. */
export function pairKey({ sourceSha256, outputSha256 }: { readonly sourceSha256: string; readonly outputSha256: string }): string {
  return `${sourceSha256}-${outputSha256}`;
}

/** Counts up when a formula changes, so that old figures are not mixed with new ones. */
const version = 3;

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isComplete(measures: unknown): measures is PairMeasures {
  const values = (measures ?? {}) as Readonly<Record<string, unknown>>;
  return Object.keys(measureNames).every((name) => typeof values[name] === 'number' || (values[name] === undefined && mayMiss.has(name))) && isKept(values['kept']);
}

const mayMiss: ReadonlySet<string> = new Set<PixelMeasure>(['ssim', 'psnr']);

function isKept(value: unknown): boolean {
  const { columns, rows, kept } = (value ?? {}) as Partial<Record<keyof KeptBlocks, unknown>>;
  return Number.isSafeInteger(columns) && Number.isSafeInteger(rows) && typeof kept === 'string' && kept.length === Math.ceil((Number(columns) * Number(rows)) / 4);
}

function isNumbers(value: unknown): value is NetworkMeasures {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => Number.isFinite(each));
}

function isFace(value: unknown): value is Face {
  const { box, landmarks, score } = (value ?? {}) as Partial<Record<keyof Face, unknown>>;
  const { width, height } = (box ?? {}) as Partial<Face['box']>;
  return isPoint(box) && Number.isFinite(width) && Number.isFinite(height) && Array.isArray(landmarks) && landmarks.length === 5 && landmarks.every(isPoint) && Number.isFinite(score);
}

function isPoint(value: unknown): boolean {
  const { x, y } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Number.isFinite(x) && Number.isFinite(y);
}
