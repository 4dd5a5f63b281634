import type { Value } from './graphBuilder';
import type { Device, NumberTensor } from './graphSession';
import type { LayerContext } from './layers';
import type { BranchForm } from './loraTargets';

/** A change of a layer as LoRAs make it, every scale folded in; float32. What is left out changes nothing. */
export interface LayerChange {
  readonly lowRank?: LowRankFactors | undefined;
  /** Added to the bias, `[out]`. */
  readonly bias?: Float32Array | undefined;
  /** What outputs of the base's product are multiplied with, before the bias, `[out]`. */
  readonly rowGain?: Float32Array | undefined;
  /** What the base's own inputs are multiplied with, `[in]`. */
  readonly columnGain?: Float32Array | undefined;
  readonly kronecker?: readonly KroneckerFactors[] | undefined;
  readonly hadamard?: readonly HadamardFactors[] | undefined;
}

/** A `[rank, in]` and B `[out, rank]`. */
export interface LowRankFactors {
  readonly a: FloatMatrix;
  readonly b: FloatMatrix;
}

/** `left ⊗ right` is added to the weight: left is `[out / k, in / l]` where right is `[k, l]`. */
export interface KroneckerFactors {
  readonly left: FloatMatrix;
  readonly right: FloatMatrix;
}

/** `(firstB · firstA) ∘ (secondB · secondA)` is added to the weight: A `[rank, in]`, B `[out, rank]`. */
export interface HadamardFactors {
  readonly firstA: FloatMatrix;
  readonly firstB: FloatMatrix;
  readonly secondA: FloatMatrix;
  readonly secondB: FloatMatrix;
}

interface FloatMatrix {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export interface MatrixSize {
  readonly rows: number;
  readonly columns: number;
}

/** The base's inputs, where a LoRA weakens or strengthens them. */
export function gainedInput(context: LayerContext, modulePath: string, x: Value, { columns }: MatrixSize): Value {
  if (!context.loraTargets.get(modulePath)?.columnGain) return x;
  return context.graph.op('Mul', [x, port(context, names.columnGain(modulePath), [columns])], { name: `${modulePath}.inputs_gained` });
}

/** The base's outputs, where a LoRA weakens or strengthens them. */
export function gainedOutput(context: LayerContext, modulePath: string, product: Value, { rows }: MatrixSize): Value {
  if (!context.loraTargets.get(modulePath)?.rowGain) return product;
  return context.graph.op('Mul', [product, port(context, names.rowGain(modulePath), [rows])], { name: `${modulePath}.outputs_gained` });
}

/** `base` and what LoRAs add to it. A weight's change is never made whole but for element-wise products. */
export function withBranches(context: LayerContext, modulePath: string, x: Value, base: Value, size: MatrixSize): Value {
  const form = context.loraTargets.get(modulePath);
  if (!form) return base;
  let sum = withLowRank(context, modulePath, x, base, size);
  for (let index = 0; index < form.kronecker; index++) sum = withKronecker(context, names.kronecker(modulePath, index), x, sum, size);
  for (let index = 0; index < form.hadamard; index++) sum = withHadamard(context, names.hadamard(modulePath, index), x, sum, size);
  return sum;
}

/** The bias and what LoRAs add to it. */
export function changedBias(context: LayerContext, modulePath: string, own: Value | undefined): Value | undefined {
  if (!context.loraTargets.has(modulePath)) return own;
  const change = port(context, names.bias(modulePath), ['out']);
  return own === undefined ? change : context.graph.op('Add', [own, change], { name: `${modulePath}.bias_changed` });
}

/** What a graph with a branch of this form is fed for a change; where the change has no part in the form, what adds nothing. */
export function branchFeeds(modulePath: string, form: BranchForm, { rows, columns }: MatrixSize, change: LayerChange, device: Device): Readonly<Record<string, NumberTensor>> {
  const { a, b } = change.lowRank ?? noFactors(rows, columns, device);
  const feeds: Record<string, NumberTensor> = {
    [names.down(modulePath)]: a,
    [names.up(modulePath)]: b,
    [names.bias(modulePath)]: vector(change.bias ?? new Float32Array(rows)),
  };
  if (form.rowGain) feeds[names.rowGain(modulePath)] = vector(change.rowGain ?? new Float32Array(rows).fill(1));
  if (form.columnGain) feeds[names.columnGain(modulePath)] = vector(change.columnGain ?? new Float32Array(columns).fill(1));
  for (let index = 0; index < form.kronecker; index++) {
    Object.assign(feeds, under(names.kronecker(modulePath, index), change.kronecker?.[index] ?? noKronecker(rows, columns)));
  }
  for (let index = 0; index < form.hadamard; index++) {
    Object.assign(feeds, under(names.hadamard(modulePath, index), change.hadamard?.[index] ?? noHadamard(rows, columns, device)));
  }
  return feeds;
}

/** The module of a low-rank input, which every branch has; undefined for other inputs. */
export function moduleOfInput(input: string): string | undefined {
  return input.endsWith('.lora_A') ? input.slice(0, -'.lora_A'.length) : undefined;
}

const names = {
  down: (path: string) => `${path}.lora_A`,
  up: (path: string) => `${path}.lora_B`,
  bias: (path: string) => `${path}.lora_bias`,
  rowGain: (path: string) => `${path}.lora_row_gain`,
  columnGain: (path: string) => `${path}.lora_column_gain`,
  kronecker: (path: string, index: number) => `${path}.kronecker.${index}`,
  hadamard: (path: string, index: number) => `${path}.hadamard.${index}`,
};

function port({ graph, compute }: LayerContext, name: string, shape: readonly (string | number)[]): Value {
  const value = graph.input(name, 'float32', shape);
  return compute === 'float32' ? value : graph.cast(value, compute);
}

/** The sums ride on the third input of Gemm. */
function withLowRank(context: LayerContext, modulePath: string, x: Value, base: Value, { rows, columns }: MatrixSize): Value {
  const { graph } = context;
  const rank = `${modulePath}.rank`;
  const down = port(context, names.down(modulePath), [rank, columns]);
  const up = port(context, names.up(modulePath), [rows, rank]);
  const low = graph.op('Gemm', [x, down], { name: `${modulePath}.lora_down`, attributes: { transB: 1 } });
  return graph.op('Gemm', [low, up, base], { name: `${modulePath}.lora_up`, attributes: { transB: 1 } });
}

/** `(L ⊗ R) x = L X Rᵀ` with x read as the matrix X, so that neither the product nor its result is ever made as a matrix. */
function withKronecker(context: LayerContext, name: string, x: Value, base: Value, { rows }: MatrixSize): Value {
  const { graph } = context;
  const left = port(context, `${name}.left`, [`${name}.left_rows`, `${name}.left_columns`]);
  const right = port(context, `${name}.right`, [`${name}.right_rows`, `${name}.right_columns`]);
  const side = (of: Value, axis: 0 | 1) => graph.op('Shape', [of], { name: `${name}.side`, attributes: { start: axis, end: axis + 1 } });
  const shaped = (value: Value, ...sides: readonly Value[]) => {
    const shape = graph.op('Concat', [graph.integers('rest', [-1]), ...sides], { name: `${name}.shape`, attributes: { axis: 0 } });
    return graph.op('Reshape', [value, shape], { name: `${name}.shaped` });
  };
  const inner = graph.op('Gemm', [shaped(x, side(right, 1)), right], { name: `${name}.inner`, attributes: { transB: 1 } });
  const outer = graph.op('MatMul', [left, shaped(inner, side(left, 1), side(right, 0))], { name: `${name}.outer` });
  return graph.op('Add', [base, graph.op('Reshape', [outer, graph.integers('rows', [-1, rows])], { name })], { name: `${name}.added` });
}

/** An element-wise product has no short cut: the change of the weight is made, used and given back at each run. */
function withHadamard(context: LayerContext, name: string, x: Value, base: Value, { rows, columns }: MatrixSize): Value {
  const { graph } = context;
  const product = (of: 'first' | 'second') => {
    const b = port(context, `${name}.${of}B`, [rows, `${name}.${of}_rank`]);
    const a = port(context, `${name}.${of}A`, [`${name}.${of}_rank`, columns]);
    return graph.op('Gemm', [b, a], { name: `${name}.${of}` });
  };
  const change = graph.op('Mul', [product('first'), product('second')], { name });
  return graph.op('Gemm', [x, change, base], { name: `${name}.added`, attributes: { transB: 1 } });
}

function under(name: string, parts: KroneckerFactors | HadamardFactors): Readonly<Record<string, NumberTensor>> {
  return Object.fromEntries(Object.entries(parts).map(([part, tensor]) => [`${name}.${part}`, tensor as FloatMatrix]));
}

/** Matrices without rows are not sure to work on graphics cards; there it is one row of zeros. */
function noFactors(rows: number, columns: number, device: Device): LowRankFactors {
  const rank = device === 'cpu' ? 0 : 1;
  return { a: zeros(rank, columns), b: zeros(rows, rank) };
}

/** Both sides about as large as the other: the fewest numbers, and the fewest steps. */
function noKronecker(rows: number, columns: number): KroneckerFactors {
  const [high, wide] = [middleDivisor(rows), middleDivisor(columns)];
  return { left: zeros(high, wide), right: zeros(rows / high, columns / wide) };
}

function noHadamard(rows: number, columns: number, device: Device): HadamardFactors {
  const { a, b } = noFactors(rows, columns, device);
  return { firstA: a, firstB: b, secondA: a, secondB: b };
}

/** The largest divisor up to the root. */
function middleDivisor(size: number): number {
  for (let divisor = Math.floor(Math.sqrt(size)); divisor > 1; divisor--) if (size % divisor === 0) return divisor;
  return 1;
}

function zeros(rows: number, columns: number): FloatMatrix {
  return { data: new Float32Array(rows * columns), dims: [rows, columns] };
}

function vector(data: Float32Array): NumberTensor {
  return { data, dims: [data.length] };
}
