import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { readSafetensorsHeader } from './safetensorsHeader';
import { StoredTensors } from './storedTensors';
import type { StoredTensor } from './weights';

export interface OpenOptions {
  /**
   * Other names under which modules are found: a tensor whose name begins with the key is known with the value in its
   * place, `{ 'model.language_model.': 'model.' }`. The first key that fits is taken.
   */
  readonly prefixes?: Readonly<Record<string, string>>;
}

/**
 * Opens the weights of one component of a checkpoint: a safetensors file, or a folder with one such file or with an
 * index and its shards. Only headers are read. Links, of which the Hub's cache is made, are followed.
 */
export async function openSafetensors(place: string, { prefixes = {} }: OpenOptions = {}): Promise<Result<SafetensorsWeights>> {
  const files = await filesOf(place);
  if (!files.ok) return files;
  const { shards, shardOf } = files.value;
  const tensors = new Map<string, StoredTensor>();
  const metadata: Record<string, string> = {};
  for (const file of shards) {
    const header = await readSafetensorsHeader(file);
    if (!header.ok) return header;
    Object.assign(metadata, header.value.metadata);
    for (const tensor of header.value.tensors.values()) {
      // An index decides which shard a tensor comes from.
      if (shardOf !== undefined && shardOf.get(tensor.name) !== path.basename(file)) continue;
      const name = renamed(tensor.name, prefixes);
      tensors.set(name, { ...tensor, name });
    }
  }
  const lacking = [...(shardOf ?? [])].find(([name]) => !tensors.has(renamed(name, prefixes)));
  if (lacking) return fail(lackingTensor(...lacking));
  return ok(new SafetensorsWeights(tensors, metadata));
}

export class SafetensorsWeights extends StoredTensors {
  constructor(
    tensors: ReadonlyMap<string, StoredTensor>,
    /** What the files say of themselves; later shards win. */
    readonly metadata: Readonly<Record<string, string>>,
  ) {
    super(tensors);
  }
}

interface ComponentFiles {
  readonly shards: readonly string[];
  /** Name of the shard by tensor, where an index says it. */
  readonly shardOf?: ReadonlyMap<string, string>;
}

const suffix = '.safetensors';
/** What diffusers and transformers call the weights of a component; a folder may hold variants beside them. */
const usualNames: readonly string[] = ['diffusion_pytorch_model', 'model', 'pytorch_model'];

async function filesOf(place: string): Promise<Result<ComponentFiles>> {
  const found = await stat(place).catch(() => undefined);
  if (!found) return fail(noWeights(place));
  if (found.isFile()) return ok({ shards: [place] });
  const names = await readdir(place);
  const usual = (ending: string) => usualNames.map((name) => name + ending).find((name) => names.includes(name));
  const index = usual(`${suffix}.index.json`);
  if (index !== undefined) return shardsOf(place, index);
  const single = usual(suffix) ?? onlyOne(names.filter((name) => name.endsWith(suffix)));
  if (single !== undefined) return ok({ shards: [path.join(place, single)] });
  const other = onlyOne(names.filter((name) => name.endsWith(`${suffix}.index.json`)));
  return other === undefined ? fail(noWeights(place)) : shardsOf(place, other);
}

async function shardsOf(folder: string, index: string): Promise<Result<ComponentFiles>> {
  const map = weightMap(await readFile(path.join(folder, index), 'utf8').catch(() => ''));
  if (!map) return fail(brokenIndex(index, 'it names no tensors'));
  const shards = [...new Set(map.values())];
  const outside = shards.find((name) => name !== path.posix.basename(name) || name !== path.win32.basename(name) || !name.endsWith(suffix));
  if (outside !== undefined) return fail(brokenIndex(index, `it names ${outside.slice(0, 80)}, which is no shard in its folder`));
  return ok({ shards: shards.map((name) => path.join(folder, name)), shardOf: map });
}

function weightMap(text: string): ReadonlyMap<string, string> | undefined {
  try {
    const { weight_map: map } = JSON.parse(text) as { weight_map?: unknown };
    if (typeof map !== 'object' || map === null) return undefined;
    const entries = Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return entries.length > 0 && entries.length === Object.keys(map).length ? new Map(entries) : undefined;
  } catch {
    return undefined;
  }
}

function renamed(name: string, prefixes: Readonly<Record<string, string>>): string {
  const found = Object.entries(prefixes).find(([prefix]) => name.startsWith(prefix));
  return found ? found[1] + name.slice(found[0].length) : name;
}

function onlyOne(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

function noWeights(place: string): Failure {
  return {
    code: 'weights-missing',
    message: `${path.basename(place)} holds no safetensors weights, or several between which nothing chooses.`,
    advice: 'Run the download step of this model with all its files, then this step again.',
    short: 'weights missing',
  };
}

function brokenIndex(index: string, why: string): Failure {
  return { code: 'weights-refused', message: `${index} is no sound index of shards: ${why}.`, advice: 'Download it again; if it stays so, do not use this repository.', short: 'broken index' };
}

function lackingTensor(name: string, shard: string): Failure {
  return {
    code: 'weights-refused',
    message: `The index says that ${name.slice(0, 80)} is in ${shard}, but it is not.`,
    advice: 'Download the shards again: they and the index come from different revisions.',
    short: 'shards differ',
  };
}
