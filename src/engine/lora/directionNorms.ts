import { GraphBuilder } from '../graph/graphBuilder';
import { openGraph, type NumberTensor } from '../graph/graphSession';
import { operatorSet, parameter } from '../graph/layers';
import { storedWidths, type StoredTensor, type Weights } from '../weights/weights';
import type { Matrix } from './matrix';

/** What norms are taken over: each row of a matrix, or each column. */
export type NormAxis = 'rows' | 'columns';

/** Numbers of a weight that are in memory at a time. */
const numbersAtOnce = 1 << 24;

/**
 * The lengths of the rows or columns of `W + b · a` for a weight of any size, some rows at a time: in a graph of the
 * runtime's on the weight as it lies, which multiplies a hundred times quicker than this language does.
 *
 * @param atOnce numbers of a weight that are in memory at a time; for tests
 */
export async function directionNorms(base: Weights, module: { readonly path: string; readonly shape: readonly [number, number] }, [a, b]: readonly [Matrix, Matrix], axis: NormAxis, atOnce = numbersAtOnce): Promise<Float32Array> {
  const [rows, columns] = module.shape;
  const [rank] = a.dims;
  const stored = base.find(`${module.path}.weight`);
  // In few bits it is unpacked whole, which is one layer.
  const unpacked = stored ? undefined : await base.read(`${module.path}.weight`);
  const squares = new Float64Array(axis === 'rows' ? rows : columns);
  const height = Math.max(1, Math.floor(atOnce / columns));
  for (let first = 0; first < rows; first += height) {
    const count = Math.min(height, rows - first);
    const part = stored ? rowsOf(stored, first, count) : { data: (unpacked ?? new Float32Array()).subarray(first * columns, (first + count) * columns), dims: [count, columns] };
    const found = await squaresOf(part, { a, b: { data: b.data.subarray(first * rank, (first + count) * rank), dims: [count, rank] } }, axis);
    if (axis === 'rows') squares.set(found, first);
    else found.forEach((square, column) => (squares[column] = (squares[column] ?? 0) + square));
  }
  return Float32Array.from(squares, (square) => Math.sqrt(square));
}

function rowsOf(stored: StoredTensor, first: number, count: number): StoredTensor {
  const [, columns = 0] = stored.shape;
  const width = columns * storedWidths[stored.type];
  return { ...stored, shape: [count, columns], offset: stored.offset + first * width, bytes: count * width };
}

async function squaresOf(part: StoredTensor | NumberTensor, factors: Readonly<Record<'a' | 'b', NumberTensor>>, axis: NormAxis): Promise<Float32Array> {
  const graph = new GraphBuilder('directionNorms', operatorSet);
  const a = graph.input('a', 'float32', ['rank', 'in']);
  const b = graph.input('b', 'float32', ['out', 'rank']);
  const weight = 'data' in part ? graph.input('weight', 'float32', ['out', 'in']) : parameter({ graph, compute: 'float32' }, part);
  const direction = graph.op('Gemm', [b, a, weight], { name: 'direction' });
  const axes = graph.integers('axes', [axis === 'rows' ? 1 : 0]);
  graph.output('squares', graph.op('ReduceSumSquare', [direction, axes], { name: 'sum', attributes: { keepdims: 0 } }), 'float32', ['squares']);
  const opened = await openGraph(graph, { device: 'cpu' });
  if (!opened.ok) throw new Error(opened.failure.detail ?? opened.failure.message);
  try {
    const { squares } = await opened.value.run({ ...factors, ...('data' in part ? { weight: part } : {}) });
    return squares?.data as Float32Array;
  } finally {
    await opened.value.release();
  }
}
