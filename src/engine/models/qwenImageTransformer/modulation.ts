import { GraphBuilder } from '../../graph/graphBuilder';
import type { NumberTensor } from '../../graph/graphSession';
import { linear, narrow, operatorSet, silu, widen, type LayerContext } from '../../graph/layers';
import { storedWidths, type Weights } from '../../weights/weights';
import { ports } from './blockGraph';
import type { QwenImageTransformerConfig } from './config';
import { blockPath, timestepFeatures, vectorsPerStream } from './tensors';

/**
 * The vectors that steer blocks and output at one point on the way. They hang on nothing but that point (and LoRAs), so
 * a third of all weights is needed once for a point and not at every prediction. By the names of the graphs' inputs.
 */
export type Modulation = ReadonlyMap<string, NumberTensor>;

/** Whether a LoRA on this module changes a modulation. */
export function modulates(path: string): boolean {
  return path.startsWith('time_text_embed.') || path === 'norm_out.linear' || /\.(?:img|txt)_mod\.1$/.test(path);
}

/** From `timesteps` `[points, 256]` to `conditioning` `[points, width]`, the activation before each modulation included. */
export function conditioningGraph(context: Omit<LayerContext, 'graph'>): GraphBuilder {
  const graph = new GraphBuilder('QwenTimestepProjEmbeddings', operatorSet);
  const layers = { ...context, graph };
  const timesteps = narrow(graph, graph.input('timesteps', 'float32', ['points', timestepFeatures]), context.compute);
  const embedder = 'time_text_embed.timestep_embedder';
  const embedded = linear(layers, `${embedder}.linear_2`, silu(layers, linear(layers, `${embedder}.linear_1`, timesteps), `${embedder}.act`));
  graph.output('conditioning', widen(graph, silu(layers, embedded), context.compute), 'float32', ['points', 'width']);
  return graph;
}

/** From `conditioning` to what each of the modules makes of it, `[points, vectors · width]`, as `<module>.vectors`. */
export function modulationGraph(context: Omit<LayerContext, 'graph'>, { width }: QwenImageTransformerConfig, modules: readonly string[]): GraphBuilder {
  const graph = new GraphBuilder('modulation', operatorSet);
  const layers = { ...context, graph };
  const conditioning = narrow(graph, graph.input('conditioning', 'float32', ['points', width]), context.compute);
  for (const path of modules) graph.output(`${path}.vectors`, widen(graph, linear(layers, path, conditioning), context.compute), 'float32', ['points', 'vectors']);
  return graph;
}

/** What one graph of modulations may take in memory. */
const largestCopy = 1 << 28;

/**
 * All modules that modulate, in groups that are opened one after the other. float32 weights stay mapped and take nothing,
 * others are widened in memory, so of the published model each is a group of its own.
 */
export function modulationGroups(weights: Weights, { layers }: QwenImageTransformerConfig): readonly (readonly string[])[] {
  const ofBlocks = Array.from({ length: layers }, (_, index) => [`${blockPath(index)}.img_mod.1`, `${blockPath(index)}.txt_mod.1`]).flat();
  const groups: string[][] = [];
  let room = 0;
  for (const path of [...ofBlocks, 'norm_out.linear']) {
    const bytes = copiedBytes(weights, `${path}.weight`);
    const group = groups.at(-1);
    if (group && bytes <= room) {
      group.push(path);
      room -= bytes;
    } else {
      groups.push([path]);
      room = largestCopy - bytes;
    }
  }
  return groups;
}

function copiedBytes(weights: Weights, name: string): number {
  const packed = weights.packed?.(name);
  if (packed) return packed.codes.bytes;
  const tensor = weights.find(name);
  return !tensor || tensor.type === 'F32' ? 0 : (tensor.bytes / storedWidths[tensor.type]) * 4;
}

/**
 * Arranges what the modules gave for several points as the graphs of the blocks want it, 1 added to the scales.
 * @param rows the points of this modulation: one, or the point and the end of the way
 */
export function arrangeModulation(outputs: ReadonlyMap<string, Float32Array>, { width, layers }: QwenImageTransformerConfig, rows: readonly number[]): Modulation {
  const vectorsOf = (path: string, count: number): VectorSource => ({ values: outputs.get(path) ?? new Float32Array(), count });
  const blocks = Array.from({ length: layers }, (_, index): [string, NumberTensor] => {
    const path = blockPath(index);
    const sources = [vectorsOf(`${path}.img_mod.1`, vectorsPerStream), vectorsOf(`${path}.txt_mod.1`, vectorsPerStream)];
    // Shift, scale, gate, shift, scale, gate.
    return [ports.blockModulation(index), arranged(sources, width, rows, (vector) => vector % 3 === 1)];
  });
  // Here the scale is first.
  return new Map([...blocks, [ports.outputModulation, arranged([vectorsOf('norm_out.linear', 2)], width, rows, (vector) => vector === 0)]]);
}

interface VectorSource {
  /** `[points, count · width]` */
  readonly values: Float32Array;
  readonly count: number;
}

function arranged(sources: readonly VectorSource[], width: number, rows: readonly number[], isScale: (vector: number) => boolean): NumberTensor {
  const vectors = sources.flatMap(({ values, count }) => Array.from({ length: count }, (_, vector) => ({ values, count, vector })));
  const data = new Float32Array(vectors.length * rows.length * width);
  let at = 0;
  for (const { values, count, vector } of vectors) {
    for (const row of rows) {
      const start = (row * count + vector) * width;
      const part = values.subarray(start, start + width);
      data.set(isScale(vector) ? part.map((value) => value + 1) : part, at);
      at += width;
    }
  }
  return { data, dims: [vectors.length, rows.length, width] };
}
