import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { MeasureNetworks, NetworkMeasureRequest, NetworkMeasurement, NetworkMeasures } from '../../evaluation/networkMeasures';
import type { Result } from '../../outcome';
import type { MeasureCache } from './measureCache';
import type { MeasuredPair } from './measurer';
import type { PairMeasures } from './measurePair';

/** Where networks are, and what runs them. */
export interface NetworkSource {
  find(): Promise<MeasureNetworks>;
  measure(request: NetworkMeasureRequest, signal: AbortSignal): Promise<Result<NetworkMeasurement>>;
}

/** Measures pairs by the networks that are on this disk, each pair once for the same networks; faces are kept by the way. */
export class NetworkMeasurer {
  private found: Promise<MeasureNetworks> | undefined;
  private readonly looking = new Map<string, Promise<void>>();
  private readonly told = new Set<string>();
  private readonly ended = new AbortController();

  constructor(private readonly source: NetworkSource, private readonly cache: MeasureCache, private readonly warn: (text: string) => void) {}

  /** The networks that are there now; looked for again, because one may have been downloaded. */
  look(): Promise<MeasureNetworks> {
    return (this.found = this.source.find());
  }

  async any(): Promise<boolean> {
    return Object.keys(await this.networks()).length > 0;
  }

  async recall(key: string, pair: MeasuredPair): Promise<NetworkMeasures | undefined> {
    return this.cache.byNetworks(key, await this.conditions(pair));
  }

  async measure(key: string, pair: MeasuredPair, { kept }: PairMeasures): Promise<NetworkMeasures | undefined> {
    if (!(await this.any())) return undefined;
    const networks = await this.networks();
    const conditions = await this.conditions(pair);
    const known = await this.cache.byNetworks(key, conditions);
    if (known || this.ended.signal.aborted) return known;
    const { source, output, captions } = pair;
    const measured = await this.source.measure({ networks, source, output, kept, ...(captions && { captions }) }, this.ended.signal);
    if (!measured.ok) {
      if (!this.ended.signal.aborted) this.tell(`${measured.failure.message} ${measured.failure.advice}`);
      return undefined;
    }
    const { measures, faces, skipped } = measured.value;
    for (const reason of skipped) this.tell(reason);
    if (faces) {
      await this.cache.keepFaces(pair.sourceSha256, faces.source);
      await this.cache.keepFaces(pair.outputSha256, faces.output);
    }
    await this.cache.keepByNetworks(key, conditions, measures);
    return measures;
  }

  /** Faces alone, for a panel that shows a pair before it is measured. Nothing happens without a detector. */
  async findFaces(key: string, pair: MeasuredPair): Promise<void> {
    const { detector } = await this.networks();
    if (detector === undefined || this.ended.signal.aborted) return;
    const looking = this.looking.get(key) ?? this.lookForFaces(detector, pair);
    this.looking.set(key, looking);
    return looking;
  }

  private async lookForFaces(detector: string, { source, output, sourceSha256, outputSha256 }: MeasuredPair): Promise<void> {
    const measured = await this.source.measure({ networks: { detector }, source, output }, this.ended.signal);
    if (!measured.ok || !measured.value.faces) return;
    await this.cache.keepFaces(sourceSha256, measured.value.faces.source);
    await this.cache.keepFaces(outputSha256, measured.value.faces.output);
  }

  dispose(): void {
    this.ended.abort();
  }

  private networks(): Promise<MeasureNetworks> {
    return (this.found ??= this.source.find());
  }

  /** Other networks, or other words, measure something else. */
  private async conditions({ captions }: MeasuredPair): Promise<string> {
    const files = Object.entries(await this.networks()).sort(([left], [right]) => (left < right ? -1 : 1));
    const named = await Promise.all(files.map(async ([role, file]: readonly [string, string]) => [role, path.basename(file), (await stat(file).catch(() => undefined))?.size]));
    return createHash('sha256').update(JSON.stringify([named, captions])).digest('hex').slice(0, 16);
  }

  private tell(text: string): void {
    if (this.told.has(text)) return;
    this.told.add(text);
    this.warn(`Not measured: ${text}`);
  }
}
