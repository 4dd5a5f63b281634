import type { GraphBuilder, Value } from '../../graph/graphBuilder';
import { attention, silu, type AttentionFlavour, type LayerContext } from '../../graph/layers';
import type { PlaneTensor } from './planeWeights';

/** What the layers of one half of the autoencoder share. All is computed in float32: it is a small part of an edit. */
export interface VaeLayers {
  readonly graph: GraphBuilder;
  readonly planes: ReadonlyMap<string, PlaneTensor>;
  readonly attention: AttentionFlavour;
  /** In how many parts the attention takes its queries, so that its scores need not all be there at once. */
  readonly queryParts: number;
}

/** The parameter, which was looked for before the graph is built. */
function parameterOf({ planes }: VaeLayers, name: string): PlaneTensor {
  const tensor = planes.get(name);
  if (!tensor) throw new Error(`The weights lack ${name}.`);
  return tensor;
}

/** A convolution that keeps the size; others say their `strides` and `pads` (top, left, bottom, right). */
export function convolution(layers: VaeLayers, path: string, x: Value, placed: { readonly strides?: readonly number[]; readonly pads?: readonly number[] } = {}): Value {
  const { graph } = layers;
  const weight = parameterOf(layers, `${path}.weight`);
  const [, , rows = 1, columns = 1] = weight.dims;
  const around = [(rows - 1) / 2, (columns - 1) / 2, (rows - 1) / 2, (columns - 1) / 2];
  const inputs = [x, constantOf(graph, `${path}.weight`, weight), constantOf(graph, `${path}.bias`, parameterOf(layers, `${path}.bias`))];
  return graph.op('Conv', inputs, { name: path, attributes: { pads: placed.pads ?? around, ...(placed.strides ? { strides: placed.strides } : {}) } });
}

/** Each pixel's channels to length √channels, then times gamma: `F.normalize(x) · √C · gamma`. */
export function normalise(layers: VaeLayers, path: string, x: Value): Value {
  const { graph } = layers;
  const { values: gamma } = parameterOf(layers, `${path}.gamma`);
  const length = graph.op('ReduceL2', [x, graph.integers('axes', [1])], { name: `${path}.length`, attributes: { keepdims: 1 } });
  const unit = graph.op('Div', [x, graph.op('Max', [length, graph.scalar('smallest', 1e-12)], { name: `${path}.floor` })], { name: path });
  const scaled = { dims: [1, gamma.length, 1, 1], values: gamma.map((value) => value * Math.sqrt(gamma.length)) };
  return graph.op('Mul', [unit, constantOf(graph, `${path}.gamma`, scaled)], { name: `${path}.scaled` });
}

/** Two normalised convolutions around which the input goes, through a third where the channels change. */
export function residualBlock(layers: VaeLayers, path: string, x: Value): Value {
  const around = layers.planes.has(`${path}.conv_shortcut.weight`) ? convolution(layers, `${path}.conv_shortcut`, x) : x;
  const first = convolution(layers, `${path}.conv1`, activate(layers, `${path}.norm1`, x));
  const second = convolution(layers, `${path}.conv2`, activate(layers, `${path}.norm2`, first));
  return layers.graph.op('Add', [second, around], { name: path });
}

/** Normalised, then through SiLU. */
export function activate(layers: VaeLayers, path: string, x: Value): Value {
  return silu(contextOf(layers), normalise(layers, path, x), `${path}.silu`);
}

/** The coarsest level: block, attention of all pixels to all, block. */
export function middle(layers: VaeLayers, path: string, x: Value): Value {
  const before = residualBlock(layers, `${path}.resnets.0`, x);
  return residualBlock(layers, `${path}.resnets.1`, pixelAttention(layers, `${path}.attentions.0`, before));
}

function pixelAttention(layers: VaeLayers, path: string, x: Value): Value {
  const { graph } = layers;
  const channels = parameterOf(layers, `${path}.norm.gamma`).values.length;
  const projected = convolution(layers, `${path}.to_qkv`, normalise(layers, `${path}.norm`, x));
  const rows = graph.op('Transpose', [graph.op('Reshape', [projected, graph.integers('shape', [3 * channels, -1])], { name: `${path}.pixels` })], { name: `${path}.rows`, attributes: { perm: [1, 0] } });
  const [query, key, value] = graph.node('Split', [rows], { name: `${path}.split`, count: 3, attributes: { axis: 1, num_outputs: 3 } });
  if (query === undefined || key === undefined || value === undefined) throw new Error('Split gave fewer values than asked for.');
  const attended = inParts(layers, path, query, (part) => attention(contextOf(layers), path, [part, key, value], { heads: 1, features: channels }));
  const planes = graph.op('Reshape', [graph.op('Transpose', [attended], { name: `${path}.columns`, attributes: { perm: [1, 0] } }), graph.op('Shape', [x], { name: `${path}.shape` })], { name: `${path}.planes` });
  return graph.op('Add', [convolution(layers, `${path}.proj`, planes), x], { name: path });
}

/** `[tokens, features]` cut by tokens, each part through `build`, put together again. */
function inParts({ graph, queryParts }: VaeLayers, path: string, query: Value, build: (part: Value) => Value): Value {
  if (queryParts === 1) return build(query);
  const parts = graph.node('Split', [query], { name: `${path}.parts`, count: queryParts, attributes: { axis: 0, num_outputs: queryParts } });
  return graph.op('Concat', parts.map(build), { name: `${path}.whole`, attributes: { axis: 0 } });
}

/** The shared layers look for no stored weights here. */
function contextOf({ graph, attention: flavour }: VaeLayers): LayerContext {
  return { graph, weights: { names: [], find: () => undefined, read: () => Promise.reject(new Error('There are no stored weights here.')) }, compute: 'float32', attention: flavour, loraTargets: new Map() };
}

export function constantOf(graph: GraphBuilder, name: string, { dims, values }: PlaneTensor): Value {
  return graph.constant(name, 'float32', dims, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
