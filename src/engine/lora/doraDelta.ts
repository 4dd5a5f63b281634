import { product, type Matrix } from './matrix';

interface Dora {
  /** The base's, `[out, in]`. */
  readonly weight: Matrix;
  readonly a: Matrix;
  readonly b: Matrix;
  /** Of the branch. PEFT puts it inside the norm; Kohya's DoRA is applied by that much as a whole. */
  readonly scale: number;
  readonly magnitude: Float32Array;
  readonly trainer: 'peft' | 'kohya';
  /** Over which the norms are taken: each row of the weight, or (older LyCORIS) each column. */
  readonly axis: 'rows' | 'columns';
}

/** What DoRA (arXiv 2402.09353, equation 5) adds to a weight: magnitude · V / |V| - W, where V = W + b · a. */
export function doraDelta({ weight, a, b, scale, magnitude, trainer, axis }: Dora): Matrix {
  const [rows, columns] = weight.dims;
  const inside = trainer === 'peft' ? scale : 1;
  const outside = trainer === 'peft' ? 1 : scale;
  const change = product(b, a).data;
  const directed = weight.data.map((value, index) => value + inside * (change[index] ?? 0));
  const norms = new Float64Array(axis === 'rows' ? rows : columns);
  const along = (index: number) => (axis === 'rows' ? Math.floor(index / columns) : index % columns);
  directed.forEach((value, index) => (norms[along(index)] = (norms[along(index)] ?? 0) + value * value));
  const gains = norms.map((square, index) => (square === 0 ? 1 : (magnitude[index] ?? 1) / Math.sqrt(square)));
  return { data: directed.map((value, index) => outside * ((gains[along(index)] ?? 1) * value - (weight.data[index] ?? 0))), dims: weight.dims };
}
