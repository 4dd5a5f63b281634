import type { PackedTensor } from '../weights/packedTensor';
import type { StoredTensor, Weights } from '../weights/weights';
import { elementTypeOf, type GraphBuilder, type Value } from './graphBuilder';
import { changedBias, gainedInput, gainedOutput, withBranches, type MatrixSize } from './loraBranch';
import type { LoraTargets } from './loraTargets';

/** What the layers of one graph share. Module paths are those of the checkpoint, so that there is no table of renamings. */
export interface LayerContext {
  readonly graph: GraphBuilder;
  readonly weights: Weights;
  /** What is computed in; weights of other types are cast inside the graph. The processor knows only float32. */
  readonly compute: ComputeType;
  readonly attention: AttentionFlavour;
  /** Modules with a branch beside them, fed at each run. */
  readonly loraTargets: LoraTargets;
}

export type ComputeType = 'float32' | 'float16' | 'bfloat16';

/** `multiHead` is one fused node and the quickest; some WebGPU drivers compute it wrongly, there it is taken apart. */
export type AttentionFlavour = 'multiHead' | 'plain';

/** The operator set of all graphs here: the first with RMSNormalization and RotaryEmbedding. */
export const operatorSet = 23;

/** Microsoft's own operators. */
const contributed = 'com.microsoft';

/**
 * `x · weightᵀ + bias` for `x` of `[tokens, in]`, straight on the stored `[out, in]` bytes, packed or not.
 * With LoRAs: `+ (x · Aᵀ) · Bᵀ + c`, where A `[rank, in]`, B `[out, rank]` and c `[out]` are the float32 inputs
 * `<path>.lora_A`, `.lora_B` and `.lora_bias`; all scales are folded into B. The rank may differ at each run. Further
 * inputs where methods need them: `loraBranch.ts`.
 */
export function linear(context: LayerContext, modulePath: string, x: Value): Value {
  return projected(context, modulePath, x, biasOf(context, modulePath));
}

/** `linear` in two: with CUDA a Gemm takes two passes more over its result for a bias, which often goes in for nothing further on. */
export function linearParts(context: LayerContext, modulePath: string, x: Value): LinearParts {
  return { product: projected(context, modulePath, x, undefined), bias: biasOf(context, modulePath) };
}

export interface LinearParts {
  readonly product: Value;
  /** `[out]` */
  readonly bias: Value | undefined;
}

/**
 * `gelu(linear(x))` with the tanh formula. In bfloat16 the bias is added within the activation, on the widest result there is,
 * and the formula is the one with the error function: it differs from the other by less than bfloat16 rounds, and CUDA's
 * kernel for it is quicker and, as it computes in float32, no further from the tanh formula than that one's own.
 */
export function linearGelu(context: LayerContext, modulePath: string, x: Value): Value {
  const name = `${modulePath}.gelu`;
  if (context.compute !== 'bfloat16') return gelu(context, linear(context, modulePath, x), 'tanh', name);
  const { product, bias } = linearParts(context, modulePath, x);
  return context.graph.op(bias === undefined ? 'Gelu' : 'BiasGelu', bias === undefined ? [product] : [product, bias], { name, domain: contributed });
}

function projected(context: LayerContext, modulePath: string, x: Value, bias: Value | undefined): Value {
  const { graph, weights, loraTargets } = context;
  const packed = weights.packed?.(`${modulePath}.weight`);
  const size: MatrixSize = packed ?? sizeOf(stored(weights, `${modulePath}.weight`));
  const input = gainedInput(context, modulePath, x, size);
  // A gain weakens or strengthens the product alone, and only float weights add a bias themselves.
  const later = packed !== undefined || loraTargets.get(modulePath)?.rowGain === true;
  const product = packed ? packedProduct(context, modulePath, input, packed) : floatProduct(context, modulePath, input, later ? undefined : bias);
  const gained = gainedOutput(context, modulePath, product, size);
  const sum = later && bias !== undefined ? graph.op('Add', [gained, bias], { name: `${modulePath}.biased` }) : gained;
  return withBranches(context, modulePath, x, sum, size);
}

function biasOf(context: LayerContext, modulePath: string): Value | undefined {
  const bias = context.weights.find(`${modulePath}.bias`);
  return changedBias(context, modulePath, bias && parameter(context, bias));
}

function floatProduct(context: LayerContext, modulePath: string, x: Value, bias: Value | undefined): Value {
  const weight = parameter(context, stored(context.weights, `${modulePath}.weight`));
  return context.graph.op('Gemm', [x, weight, bias], { name: modulePath, attributes: { transB: 1 } });
}

function sizeOf({ shape: [rows = 0, columns = 0] }: StoredTensor): MatrixSize {
  return { rows, columns };
}

function packedProduct(context: LayerContext, modulePath: string, x: Value, packed: PackedTensor): Value {
  const { graph } = context;
  const { rows, columns, blockSize, codes, scales } = packed;
  const attributes = { K: columns, N: rows, block_size: blockSize };
  const factors = [x, graph.weight(codes), parameter(context, scales)];
  if (packed.scheme === 'nf4') return graph.op('MatMulBnb4', factors, { name: modulePath, domain: contributed, attributes: { ...attributes, quant_type: 1 } });
  const zeroPoints = packed.zeroPoints && parameter(context, packed.zeroPoints);
  return graph.op('MatMulNBits', [...factors, ...(zeroPoints === undefined ? [] : [zeroPoints])], {
    name: modulePath,
    domain: contributed,
    attributes: { ...attributes, bits: packed.scheme === 'nbits4' ? 4 : 8 },
  });
}

/** A float32 value in the type that is computed in. */
export function narrow(graph: GraphBuilder, value: Value, compute: ComputeType): Value {
  return compute === 'float32' ? value : graph.cast(value, compute);
}

/** The result as float32, as graphs give it out. */
export function widen(graph: GraphBuilder, value: Value, compute: ComputeType): Value {
  return compute === 'float32' ? value : graph.cast(value, 'float32');
}

/** A stored tensor in the type that is computed in. */
export function parameter({ graph, compute }: Pick<LayerContext, 'graph' | 'compute'>, tensor: StoredTensor, dims?: readonly number[]): Value {
  const value = graph.weight(tensor, dims);
  return elementTypeOf[tensor.type] === compute ? value : graph.cast(value, compute);
}

/** The tensor, which whoever builds the graph has looked for before. */
export function stored(weights: Weights, name: string): StoredTensor {
  const tensor = weights.find(name);
  if (!tensor) throw new Error(`The weights lack ${name}.`);
  return tensor;
}

/** `x / √(mean(x²) + epsilon) · <path>.weight` over the last axis. */
export function rmsNorm(context: LayerContext, modulePath: string, x: Value, epsilon = 1e-6): Value {
  const scale = parameter(context, stored(context.weights, `${modulePath}.weight`));
  return context.graph.op('RMSNormalization', [x, scale], { name: modulePath, attributes: { axis: -1, epsilon: { float: epsilon } } });
}

/**
 * The same of `linear(x)` over each head's features by itself; the result is `[tokens, heads · features]`. In bfloat16 the
 * bias goes in with the norm, as the same vector for each token.
 */
export function linearRmsNormOfHeads(context: LayerContext, { linear: linearPath, norm }: { readonly linear: string; readonly norm: string }, x: Value, heads: number, epsilon = 1e-6): Value {
  const [features = 0] = stored(context.weights, `${norm}.weight`).shape;
  const { product, bias } = context.compute === 'bfloat16' ? linearParts(context, linearPath, x) : { product: linear(context, linearPath, x) };
  const split = reshape(context, product, [-1, heads, features], `${norm}.heads`);
  const normed = bias === undefined ? rmsNorm(context, norm, split, epsilon) : biasedRmsNorm(context, norm, split, reshape(context, bias, [1, heads, features], `${norm}.bias`), epsilon);
  return reshape(context, normed, [-1, heads * features], `${norm}.joined`);
}

/** @param bias of the shape of `x` but for a first axis of 1 */
function biasedRmsNorm(context: LayerContext, modulePath: string, x: Value, bias: Value, epsilon: number): Value {
  const scale = parameter(context, stored(context.weights, `${modulePath}.weight`));
  return context.graph.op('SkipSimplifiedLayerNormalization', [x, bias, scale], { name: modulePath, domain: contributed, attributes: { epsilon: { float: epsilon } } });
}

/**
 * Normalises over the last axis, then `· scale + shift`. Both may be computed in the graph (adaptive norms), `[features]` long.
 * A shift has to be there: without one, a fusion of onnxruntime 1.30 (SkipLayerNorm) ends the process.
 */
export function layerNorm({ graph }: Pick<LayerContext, 'graph'>, name: string, x: Value, scale: Value, shift: Value, epsilon = 1e-6): Value {
  return graph.op('LayerNormalization', [x, scale, shift], { name, attributes: { axis: -1, epsilon: { float: epsilon } } });
}

/** `x · sigmoid(x)`. One node with kernels in all types on all devices, which the operator set's own Swish has not. */
export function silu({ graph }: LayerContext, x: Value, name = 'silu'): Value {
  return graph.op('QuickGelu', [x], { name, domain: contributed, attributes: { alpha: { float: 1 } } });
}

export function gelu({ graph }: LayerContext, x: Value, approximate: 'tanh' | 'none', name = 'gelu'): Value {
  return graph.op('Gelu', [x], { name, attributes: { approximate } });
}

export interface RotaryOptions {
  readonly heads: number;
  /** Pairs are neighbours (2k, 2k+1) instead of halves (k, k + features / 2). */
  readonly interleaved: boolean;
}

/**
 * Rotates pairs of each head's features by the angle of the token's position. The angles are taken in float32, where 16 bits
 * would lose them; what is multiplied then is in the type that is computed in, whose rounding of sines and cosines is of the
 * size of that of the features themselves.
 *
 * @param x `[tokens, heads · features]`
 * @param cos,sin float32 `[1, tokens, features / 2]`
 */
export function rotary(context: LayerContext, name: string, x: Value, cos: Value, sin: Value, { heads, interleaved }: RotaryOptions): Value {
  const { graph, compute } = context;
  const batch = graph.op('Unsqueeze', [x, graph.integers('axis', [0])], { name: `${name}.batch` });
  const tables = [cos, sin].map((table) => narrow(graph, table, compute));
  const rotated = graph.op('RotaryEmbedding', [batch, ...tables], { name, attributes: { interleaved: interleaved ? 1 : 0, num_heads: heads } });
  return graph.op('Squeeze', [rotated, graph.integers('axis', [0])], { name: `${name}.tokens` });
}

export interface AttentionOptions {
  readonly heads: number;
  /** Features of one head. */
  readonly features: number;
  /** Fewer than `heads` where several queries share one key and value. */
  readonly keyValueHeads?: number;
  /** A token sees only itself and those before it. */
  readonly causal?: boolean;
  /** Added to the scores: `[1, 1, queries, keys]`. */
  readonly bias?: Value;
  /**
   * Taken apart, the attention has all scores in memory: queries times keys times heads. With this it goes through the
   * queries in so many parts, at most as many as there are. Only for attention without order and bias.
   */
  readonly queryParts?: number;
}

/** `softmax(q · kᵀ / √features + bias) · v` for each head. All are `[tokens, heads · features]`, as is the result. */
export function attention(context: LayerContext, name: string, [query, key, value]: readonly [Value, Value, Value], options: AttentionOptions): Value {
  const { heads, keyValueHeads = heads, features } = options;
  const repeated = (x: Value, part: string) => (keyValueHeads === heads ? x : repeatHeads(context, x, options, `${name}.${part}`));
  const parts = [query, repeated(key, 'keys'), repeated(value, 'values')] as const;
  const joint = context.attention === 'multiHead' ? multiHead(context, name, parts, options) : plain(context, name, parts, options);
  return reshape(context, joint, [-1, heads * features], `${name}.joined`);
}

function multiHead(context: LayerContext, name: string, parts: readonly Value[], { heads, causal = false, bias }: AttentionOptions): Value {
  const { graph } = context;
  const batch = parts.map((part) => graph.op('Unsqueeze', [part, graph.integers('axis', [0])], { name: `${name}.batch` }));
  const attributes = { num_heads: heads, ...(causal ? { unidirectional: 1 } : {}) };
  // query, key, value, bias of the projections, padding mask, bias of the scores
  return graph.op('MultiHeadAttention', [...batch, ...(bias === undefined ? [] : [undefined, undefined, bias])], { name, domain: contributed, attributes });
}

function plain(context: LayerContext, name: string, parts: readonly [Value, Value, Value], options: AttentionOptions): Value {
  const { graph } = context;
  const { heads, features, causal = false, bias, queryParts = 1 } = options;
  const [query, key, value] = parts.map((part) => reshape(context, part, [1, -1, heads, features], `${name}.heads`)) as [Value, Value, Value];
  const order = (x: Value, perm: readonly number[]) => graph.op('Transpose', [x], { name: `${name}.order`, attributes: { perm } });
  const scale = constantOf(context, `${name}.scale`, 1 / Math.sqrt(features));
  const scaled = graph.op('Mul', [order(query, [0, 2, 1, 3]), scale], { name: `${name}.scaled` });
  const keys = order(key, [0, 2, 3, 1]);
  const values = order(value, [0, 2, 1, 3]);
  const mixed = (causal || bias !== undefined ? [scaled] : inParts(graph, scaled, queryParts, name)).map((part) => mix(context, name, [part, keys, values], options));
  const [whole] = mixed;
  return order(mixed.length === 1 && whole !== undefined ? whole : graph.op('Concat', mixed, { name, attributes: { axis: 2 } }), [0, 2, 1, 3]);
}

function mix(context: LayerContext, name: string, [query, keys, values]: readonly [Value, Value, Value], { causal = false, bias }: AttentionOptions): Value {
  const { graph, compute } = context;
  const scores = graph.op('MatMul', [query, keys], { name: `${name}.scores` });
  const biased = bias === undefined ? scores : graph.op('Add', [scores, bias], { name: `${name}.biased` });
  const masked = causal ? graph.op('Add', [biased, narrow(graph, futureMask(graph, scores, name), compute)], { name: `${name}.masked` }) : biased;
  return graph.op('MatMul', [graph.op('Softmax', [masked], { name: `${name}.softmax`, attributes: { axis: -1 } }), values], { name: `${name}.mixed` });
}

/** Cuts `[1, heads, queries, features]` along the queries as evenly as it goes. WebGPU refuses empty parts, so there may be no more of them than queries. */
function inParts(graph: GraphBuilder, query: Value, count: number, name: string): readonly Value[] {
  if (count === 1) return [query];
  const queries = graph.op('Shape', [query], { name: `${name}.queries`, attributes: { start: 2, end: 3 } });
  const edges = Array.from({ length: count + 1 }, (_, index) =>
    graph.op('Div', [graph.op('Mul', [queries, graph.integers('part', [index])], { name: `${name}.share` }), graph.integers('parts', [count])], { name: `${name}.edge` }),
  );
  return edges.slice(1).map((end, index) => graph.op('Slice', [query, edges[index], end, graph.integers('axis', [2])], { name: `${name}.part` }));
}

/** Far below every score above the diagonal, zero elsewhere: `[1, heads, queries, keys]`. */
function futureMask(graph: GraphBuilder, scores: Value, name: string): Value {
  const shape = graph.op('Shape', [scores], { name: `${name}.shape` });
  const lowest = graph.op('Expand', [graph.scalar('lowest', -1e4), shape], { name: `${name}.lowest` });
  return graph.op('Trilu', [lowest, graph.constant('above', 'int64', [], [1])], { name: `${name}.future`, attributes: { upper: 1 } });
}

/** Key or value heads, each repeated for the query heads that share it. */
function repeatHeads(context: LayerContext, x: Value, { heads, keyValueHeads = heads, features }: AttentionOptions, name: string): Value {
  const { graph } = context;
  const split = reshape(context, x, [-1, keyValueHeads, 1, features], `${name}.split`);
  const wide = graph.op('Expand', [split, graph.integers('repeats', [1, 1, heads / keyValueHeads, 1])], { name });
  return reshape(context, wide, [-1, heads * features], `${name}.joined`);
}

/** @param shape -1 for the size that follows from the rest, 0 for the same as before */
export function reshape({ graph }: Pick<LayerContext, 'graph'>, x: Value, shape: readonly number[], name = 'reshape'): Value {
  return graph.op('Reshape', [x, graph.integers('shape', shape)], { name });
}

/** A number in the type that is computed in. */
export function constantOf({ graph, compute }: Pick<LayerContext, 'graph' | 'compute'>, name: string, value: number): Value {
  return narrow(graph, graph.scalar(name, value), compute);
}
