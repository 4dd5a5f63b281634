import type { LoraPart } from '../../core/hub/loraKeys';
import type { HadamardFactors, KroneckerFactors, LayerChange } from '../graph/loraBranch';
import { lowRankOnly, type BranchForm } from '../graph/loraTargets';
import { roundInPlace } from '../weights/halfFloats';
import type { NormAxis } from './directionNorms';
import type { LoraModule } from './loraFile';
import { identity, kronecker, product, scaleColumnsInPlace, scaleInPlace, scaleRowsInPlace, type Matrix } from './matrix';

export interface ChangeInputs {
  readonly module: LoraModule;
  /** Values of a part of the module, widened to float32; they may be changed, as each is used once. */
  readonly part: (part: LoraPart) => Matrix;
  /** `alpha / rank` of the file's own `.alpha`, which diffusers multiplies into the first matrix. */
  readonly alphaScale: number;
  /** The adapter's setting times the weight that the user gave: what PEFT scales the branch with. */
  readonly scale: number;
  /** Of the base's weight with `b · a` added; only DoRA asks. */
  readonly directionNorms: (a: Matrix, b: Matrix, axis: NormAxis) => Promise<Float32Array>;
}

/** What a module changes of its layer's weight, in the form with the fewest numbers that its method has. */
export async function changeOf(inputs: ChangeInputs): Promise<LayerChange> {
  const { module, part, scale } = inputs;
  switch (module.method) {
    case 'lora':
      return { lowRank: lowRank(inputs) };
    case 'dora':
      return magnitudes(inputs);
    case 'loha':
      return isLowRank(module) ? { lowRank: hadamardAsLowRank(inputs) } : { hadamard: [hadamard(inputs)] };
    case 'lokr':
      return isLowRank(module) ? { lowRank: kroneckerAsLowRank(inputs) } : { kronecker: [kroneckerFactors(inputs)] };
    case 'difference':
      return { kronecker: [{ left: identity(1), right: scaleInPlace(part('difference'), scale) }] };
    case 'bias':
      return {};
  }
}

/** What inputs the change of a module needs. Known from the header, so that a graph can be made for LoRAs to come. */
export function formOf(module: LoraModule): BranchForm {
  switch (module.method) {
    case 'dora':
      return { ...lowRankOnly, ...(isOverColumns(module) ? { columnGain: true } : { rowGain: true }) };
    case 'loha':
      return isLowRank(module) ? lowRankOnly : { ...lowRankOnly, hadamard: 1 };
    case 'lokr':
      return isLowRank(module) ? lowRankOnly : { ...lowRankOnly, kronecker: 1 };
    case 'difference':
      return { ...lowRankOnly, kronecker: 1 };
    case 'lora':
    case 'bias':
      return lowRankOnly;
  }
}

/** Numbers in the change of a module. Known from the header, for a plan of the memory. */
export function changeNumbers(module: LoraModule): number {
  if (!module.shape) return 0;
  const [rows, columns] = module.shape;
  const rank = lowRankOf(module);
  switch (module.method) {
    case 'lora':
      return rank * (rows + columns);
    case 'dora':
      return rank * (rows + columns) + (isOverColumns(module) ? columns : rows);
    case 'loha':
      return isLowRank(module) ? rank * (rows + columns) : hadamardParts.reduce((sum, part) => sum + numbersIn(module, part), 0);
    case 'lokr':
      return isLowRank(module) ? rank * (rows + columns) : kroneckerNumbers(module);
    case 'difference':
      return rows * columns;
    case 'bias':
      return 0;
  }
}

const hadamardParts = ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b'] as const;

/**
 * Whether the change is better written as one product `b · a`. LoHa's is as long as its rank is small: a product of 1/16 of
 * the layer's sides costs an eighth of the layer's own. LoKr's is where its factors are themselves low-rank products of
 * large matrices.
 */
function isLowRank(module: LoraModule): boolean {
  if (!module.shape) return true;
  const [rows, columns] = module.shape;
  const rank = lowRankOf(module);
  if (module.method === 'loha') return rank <= Math.max(1, Math.min(rows, columns) / 16);
  return rank * (rows + columns) < kroneckerNumbers(module);
}

/** Rank of the change as one product. */
function lowRankOf(module: LoraModule): number {
  const { method, tensors, rank = 0 } = module;
  const side = (part: LoraPart, axis: 0 | 1) => tensors.get(part)?.shape[axis] ?? 0;
  if (method === 'loha') return side('hada_w1_b', 0) * side('hada_w2_b', 0);
  if (method !== 'lokr') return rank;
  const factor = (which: 'lokr_w1' | 'lokr_w2') => (tensors.has(which) ? Math.min(side(which, 0), side(which, 1)) : side(`${which}_b`, 0));
  return factor('lokr_w1') * factor('lokr_w2');
}

/** Of both factors, made whole. */
function kroneckerNumbers({ tensors }: LoraModule): number {
  const whole = (which: 'lokr_w1' | 'lokr_w2') => {
    const rows = (tensors.get(which) ?? tensors.get(`${which}_a`))?.shape[0] ?? 0;
    const columns = (tensors.get(which) ?? tensors.get(`${which}_b`))?.shape[1] ?? 0;
    return rows * columns;
  };
  return whole('lokr_w1') + whole('lokr_w2');
}

function numbersIn({ tensors }: LoraModule, part: LoraPart): number {
  return tensors.get(part)?.shape.reduce((size, side) => size * side, 1) ?? 0;
}

/** diffusers multiplies the alpha into the first matrix in the type that the file has, so that it is rounded there. */
function lowRank({ part, module, alphaScale, scale }: Pick<ChangeInputs, 'part' | 'module' | 'alphaScale' | 'scale'>): { readonly a: Matrix; readonly b: Matrix } {
  const type = module.tensors.get('down')?.type;
  const down = scaleInPlace(part('down'), alphaScale);
  if (alphaScale !== 1 && (type === 'F16' || type === 'BF16')) roundInPlace(down.data, type);
  return { a: down, b: scaleInPlace(part('up'), scale) };
}

/**
 * DoRA (arXiv 2402.09353, equation 5): `magnitude · V / |V|` in the place of W, where V = W + b · a. With the gain g =
 * magnitude / |V| that is `g · W + (g · b) · a`: the base's own outputs are multiplied and a low-rank branch is added.
 * PEFT puts the LoRA's scale inside the norm; Kohya's DoRA is applied by that much as a whole. Norms are of V's rows, or
 * (older LyCORIS) of its columns.
 */
async function magnitudes(inputs: ChangeInputs): Promise<LayerChange> {
  const { module, part, scale } = inputs;
  const isPeft = module.tensors.has('magnitude');
  const outside = isPeft ? 1 : scale;
  const { a, b } = lowRank({ ...inputs, scale: isPeft ? scale : 1 });
  const magnitude = part(isPeft ? 'magnitude' : 'doraScale').data;
  const axis: NormAxis = isOverColumns(module) ? 'columns' : 'rows';
  const norms = await inputs.directionNorms(a, b, axis);
  const gains = norms.map((norm, index) => (norm === 0 ? 1 : (magnitude[index] ?? 1) / norm));
  const gain = gains.map((value) => 1 + outside * (value - 1));
  if (axis === 'columns') return { lowRank: { a: scaleColumnsInPlace(a, gains), b: scaleInPlace(b, outside) }, columnGain: gain };
  return { lowRank: { a, b: scaleInPlace(scaleRowsInPlace(b, gains), outside) }, rowGain: gain };
}

function isOverColumns({ tensors, shape }: LoraModule): boolean {
  return !tensors.has('magnitude') && tensors.get('doraScale')?.shape[0] === 1 && shape?.[0] !== 1;
}

function hadamard({ part, alphaScale, scale }: ChangeInputs): HadamardFactors {
  return { firstB: scaleInPlace(part('hada_w1_a'), alphaScale * scale), firstA: part('hada_w1_b'), secondB: part('hada_w2_a'), secondA: part('hada_w2_b') };
}

/**
 * The element-wise product of two low-rank matrices as one: column (p, q) of b is column p of the first times column q of
 * the second, row (p, q) of a likewise.
 */
function hadamardAsLowRank({ part, alphaScale, scale }: ChangeInputs): { readonly a: Matrix; readonly b: Matrix } {
  const [w1a, w1b, w2a, w2b] = hadamardParts.map(part) as [Matrix, Matrix, Matrix, Matrix];
  const [rows, firstRank] = w1a.dims;
  const [secondRank, columns] = w2b.dims;
  const rank = firstRank * secondRank;
  const a = new Float32Array(rank * columns);
  const b = new Float32Array(rows * rank);
  for (let p = 0; p < firstRank; p++) {
    for (let q = 0; q < secondRank; q++) {
      const index = p * secondRank + q;
      for (let column = 0; column < columns; column++) a[index * columns + column] = (w1b.data[p * columns + column] ?? 0) * (w2b.data[q * columns + column] ?? 0);
      for (let row = 0; row < rows; row++) b[row * rank + index] = (w1a.data[row * firstRank + p] ?? 0) * (w2a.data[row * secondRank + q] ?? 0) * alphaScale * scale;
    }
  }
  return { a: { data: a, dims: [rank, columns] }, b: { data: b, dims: [rows, rank] } };
}

function kroneckerFactors({ part, module, alphaScale, scale }: ChangeInputs): KroneckerFactors {
  const whole = (side: 'lokr_w1' | 'lokr_w2') => (module.tensors.has(side) ? part(side) : product(part(`${side}_a`), part(`${side}_b`)));
  return { left: scaleInPlace(whole('lokr_w1'), alphaScale * scale), right: whole('lokr_w2') };
}

/** kron(P1 Q1, P2 Q2) = kron(P1, P2) kron(Q1, Q2). A factor that the file has whole is its own product with the identity. */
function kroneckerAsLowRank({ part, module, alphaScale, scale }: ChangeInputs): { readonly a: Matrix; readonly b: Matrix } {
  const pair = (side: 'lokr_w1' | 'lokr_w2') => (module.tensors.has(side) ? asProduct(part(side)) : { a: part(`${side}_b`), b: part(`${side}_a`) });
  const [first, second] = [pair('lokr_w1'), pair('lokr_w2')];
  return { a: kronecker(first.a, second.a), b: scaleInPlace(kronecker(first.b, second.b), alphaScale * scale) };
}

function asProduct(matrix: Matrix): { readonly a: Matrix; readonly b: Matrix } {
  const [rows, columns] = matrix.dims;
  return rows <= columns ? { a: matrix, b: identity(rows) } : { a: identity(columns), b: matrix };
}
