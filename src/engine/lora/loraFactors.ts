import { roundInPlace } from '../weights/halfFloats';
import { doraDelta } from './doraDelta';
import { identity, kronecker, product, scaleInPlace, type Matrix } from './matrix';
import type { LoraModule } from './loraFile';
import type { LoraPart } from '../../core/hub/loraKeys';

/**
 * The change of a weight as a product `b · a`: a `[rank, in]`, b `[out, rank]`. What has no low rank is its own product
 * with the identity, exact, at the price of a full matrix.
 */
export interface Factors {
  readonly a: Matrix;
  readonly b: Matrix;
}

export interface FactorInputs {
  readonly module: LoraModule;
  /** Values of a part of the module, widened to float32; they may be changed, as each is used once. */
  readonly part: (part: LoraPart) => Matrix;
  /** `alpha / rank` of the file's own `.alpha`, which diffusers multiplies into the first matrix. */
  readonly alphaScale: number;
  /** The adapter's setting times the weight that the user gave: what PEFT scales the branch with. */
  readonly scale: number;
  /** The base's weight; only DoRA needs it. */
  readonly weight: () => Promise<Matrix>;
}

export async function factorsOf(inputs: FactorInputs): Promise<Factors | undefined> {
  switch (inputs.module.method) {
    case 'lora':
      return lowRank(inputs);
    case 'dora': {
      const { a, b } = lowRank({ ...inputs, scale: 1 });
      return dense(doraDelta({ weight: await inputs.weight(), a, b, scale: inputs.scale, ...magnitudeOf(inputs) }));
    }
    case 'loha':
      return hadamard(inputs);
    case 'lokr':
      return kroneckerFactors(inputs);
    case 'difference':
      return dense(scaleInPlace(inputs.part('difference'), inputs.scale));
    case 'bias':
      return undefined;
  }
}

/** Numbers in the factors of a module: `rank * (in + out)`. Known from the header, for a plan of the memory. */
export function factorNumbers({ method, shape, tensors, rank = 0 }: LoraModule): number {
  if (!shape) return 0;
  const [rows, columns] = shape;
  const full = Math.min(rows, columns);
  const sides = (part: LoraPart) => Math.min(...(tensors.get(part)?.shape.slice(0, 2) ?? [0]));
  switch (method) {
    case 'lora':
      return rank * (rows + columns);
    case 'loha':
      return Math.min(full, sides('hada_w1_b') * sides('hada_w2_b')) * (rows + columns);
    case 'lokr': {
      const side = (which: 'lokr_w1' | 'lokr_w2') => (tensors.has(which) ? sides(which) : (tensors.get(`${which}_b`)?.shape[0] ?? 0));
      return side('lokr_w1') * side('lokr_w2') * (rows + columns);
    }
    case 'dora':
    case 'difference':
      return full * (rows + columns);
    case 'bias':
      return 0;
  }
}

/** diffusers multiplies the alpha into the first matrix in the type that the file has, so that it is rounded there. */
function lowRank({ part, module, alphaScale, scale }: FactorInputs): Factors {
  const type = module.tensors.get('down')?.type;
  const down = scaleInPlace(part('down'), alphaScale);
  if (alphaScale !== 1 && (type === 'F16' || type === 'BF16')) roundInPlace(down.data, type);
  return { a: down, b: scaleInPlace(part('up'), scale) };
}

/**
 * LoHa: the element-wise product of two low-rank matrices. Its rank is at most the product of theirs: column (p, q) of b
 * is column p of the first times column q of the second, row (p, q) of a likewise.
 */
function hadamard({ part, alphaScale, scale }: FactorInputs): Factors {
  const [w1a, w1b, w2a, w2b] = [part('hada_w1_a'), part('hada_w1_b'), part('hada_w2_a'), part('hada_w2_b')];
  const [rows, firstRank] = w1a.dims;
  const [secondRank, columns] = w2b.dims;
  const rank = firstRank * secondRank;
  if (rank > Math.min(rows, columns)) {
    const [first, second] = [product(w1a, w1b), product(w2a, w2b)];
    return dense({ data: first.data.map((value, index) => value * (second.data[index] ?? 0) * alphaScale * scale), dims: [rows, columns] });
  }
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

/** LoKr: kron(P1 Q1, P2 Q2) = kron(P1, P2) kron(Q1, Q2). A factor that the file has whole is its own product with the identity. */
function kroneckerFactors({ part, module, alphaScale, scale }: FactorInputs): Factors {
  const pair = (side: 'lokr_w1' | 'lokr_w2'): Factors => (module.tensors.has(side) ? dense(part(side)) : { a: part(`${side}_b`), b: part(`${side}_a`) });
  const [first, second] = [pair('lokr_w1'), pair('lokr_w2')];
  return { a: kronecker(first.a, second.a), b: scaleInPlace(kronecker(first.b, second.b), alphaScale * scale) };
}

function dense(delta: Matrix): Factors {
  const [rows, columns] = delta.dims;
  return rows <= columns ? { a: delta, b: identity(rows) } : { a: identity(columns), b: delta };
}

function magnitudeOf({ module, part }: FactorInputs): { readonly magnitude: Float32Array; readonly trainer: 'peft' | 'kohya'; readonly axis: 'rows' | 'columns' } {
  if (module.tensors.has('magnitude')) return { magnitude: part('magnitude').data, trainer: 'peft', axis: 'rows' };
  const magnitude = part('doraScale');
  return { magnitude: magnitude.data, trainer: 'kohya', axis: magnitude.dims[0] === 1 && module.shape?.[0] !== 1 ? 'columns' : 'rows' };
}
