import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { GraphBuilder } from '../../../../src/engine/graph/graphBuilder';
import { openGraph } from '../../../../src/engine/graph/graphSession';
import { linear, operatorSet } from '../../../../src/engine/graph/layers';
import { branchFeeds, type LayerChange } from '../../../../src/engine/graph/loraBranch';
import { lowRankOnly, type LoraTargets } from '../../../../src/engine/graph/loraTargets';
import { readLora, type LoraFile } from '../../../../src/engine/lora/loraFile';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import type { Weights } from '../../../../src/engine/weights/weights';
import { safetensorsFile, type MadeType } from '../../../../test_data/make/checkpoints/safetensorsFile';
import { temporaryFolder } from '../../actionContext';
import { numbers } from '../numbers';

/** Numbers by name: shape, and values where they matter. */
export type Tensors = Readonly<Record<string, readonly [shape: readonly number[], values?: ArrayLike<number>]>>;

let folder: string;

/** Each test has a folder of its own. */
export function inTemporaryFolder(): void {
  beforeEach(async () => {
    folder = await mkdtemp(temporaryFolder);
  });
  afterEach(() => rm(folder, { recursive: true }));
}

interface WriteOptions {
  readonly type?: MadeType;
  readonly metadata?: Readonly<Record<string, string>>;
}

export async function write(name: string, tensors: Tensors, { type = 'F32', metadata = {} }: WriteOptions = {}): Promise<string> {
  const made = Object.entries(tensors).map(([key, [shape, values]]) => ({ name: key, shape, values: Float32Array.from(values ?? valuesFor(key, shape)) }));
  const file = path.join(folder, name);
  await writeFile(file, safetensorsFile(made, type, metadata));
  return file;
}

export async function besideLora(name: string, content: string): Promise<void> {
  await writeFile(path.join(folder, name), content);
}

/** Repeatable, and other ones for each name. */
export function valuesFor(name: string, shape: readonly number[]): Float32Array {
  const seed = Buffer.from(name).reduce((sum, letter) => (sum * 31 + letter) % 1_000_003, 7);
  return numbers(shape.reduce((product, side) => product * side, 1), seed, 0.5);
}

export async function lora(tensors: Tensors, options?: WriteOptions): Promise<LoraFile> {
  const read = await readLora(await write(`lora-${Object.keys(tensors).length}.safetensors`, tensors, options));
  if (!read.ok) throw new Error(read.failure.message);
  return read.value;
}

export async function refusal(tensors: Tensors, options?: WriteOptions): Promise<string> {
  const read = await readLora(await write('lora.safetensors', tensors, options));
  if (read.ok) throw new Error('It was read.');
  return `${read.failure.code}: ${read.failure.message}`;
}

export const query = 'transformer_blocks.0.attn.to_q';
export const output = 'transformer_blocks.0.attn.to_out.0';
export const up = 'transformer_blocks.1.img_mlp.net.0.proj';

/** Three layers of a small Qwen-Image, and what is no matrix. */
export async function baseModel(): Promise<Weights> {
  const opened = await openSafetensors(
    await write('base.safetensors', {
      [`${query}.weight`]: [[8, 8]],
      [`${query}.bias`]: [[8]],
      [`${output}.weight`]: [[8, 8]],
      [`${up}.weight`]: [[12, 8]],
      'transformer_blocks.0.attn.norm_q.weight': [[4]],
    }),
  );
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

/** What a layer computes on unit vectors with a change, less what it computes without: the changes of weight `[out, in]` and bias. */
export async function effectOf(base: Weights, path: string, change: LayerChange, targets: LoraTargets): Promise<{ readonly weight: Float32Array; readonly bias: Float32Array }> {
  const [rows = 0, columns = 0] = base.find(`${path}.weight`)?.shape ?? [];
  const graph = new GraphBuilder('layer', operatorSet);
  const x = graph.input('x', 'float32', ['tokens', columns]);
  graph.output('y', linear({ graph, weights: base, compute: 'float32', attention: 'multiHead', loraTargets: targets }, path, x), 'float32', ['tokens', rows]);
  const opened = await openGraph(graph, { device: 'cpu' });
  if (!opened.ok) throw new Error(opened.failure.detail ?? opened.failure.message);
  try {
    const units = Float32Array.from({ length: (columns + 1) * columns }, (_, index) => (index % (columns + 1) === 0 ? 1 : 0));
    const feeds = branchFeeds(path, targets.get(path) ?? lowRankOnly, { rows, columns }, change, 'cpu');
    const { y } = await opened.value.run({ x: { data: units, dims: [columns + 1, columns] }, ...feeds });
    const at = (token: number, row: number) => Number(y?.data[token * rows + row]);
    const [weight, bias] = [await base.read(`${path}.weight`), base.find(`${path}.bias`) ? await base.read(`${path}.bias`) : new Float32Array(rows)];
    return {
      weight: weight.map((value, index) => at(index % columns, Math.floor(index / columns)) - at(columns, Math.floor(index / columns)) - value),
      bias: bias.map((value, row) => at(columns, row) - value),
    };
  } finally {
    await opened.value.release();
  }
}
