import { GraphBuilder } from '../graph/graphBuilder';
import { openGraph, type GraphSession } from '../graph/graphSession';
import { operatorSet } from '../graph/layers';
import { readStored } from '../weights/readStored';
import { storedWidths, type Weights } from '../weights/weights';
import type { Matrix } from './matrix';

/** Lengths of a matrix' rows and columns. */
export interface DirectionNorms {
  readonly rows: Float32Array;
  readonly columns: Float32Array;
}

/** Numbers of a weight that are in memory at a time. */
const numbersAtOnce = 1 << 24;

/**
 * Computes `|W + b · a|` of weights of any size, some rows at a time: in a graph of the runtime's, which multiplies a
 * hundred times quicker than this language does.
 */
export class DirectionMeter {
  private session: GraphSession | undefined;

  /** @param atOnce numbers of a weight that are in memory at a time; for tests */
  constructor(
    private readonly base: Weights,
    private readonly atOnce = numbersAtOnce,
  ) {}

  async norms(modulePath: string, [rows, columns]: readonly [number, number], a: Matrix, b: Matrix): Promise<DirectionNorms> {
    const session = (this.session ??= await openMeter());
    const [rank] = a.dims;
    const ofRows = new Float32Array(rows);
    const ofColumns = new Float64Array(columns);
    const height = Math.max(1, Math.floor(this.atOnce / columns));
    for (let first = 0; first < rows; first += height) {
      const count = Math.min(height, rows - first);
      const results = await session.run({
        weight: { data: await this.part(`${modulePath}.weight`, first * columns, count * columns), dims: [count, columns] },
        a,
        b: { data: b.data.subarray(first * rank, (first + count) * rank), dims: [count, rank] },
      });
      ofRows.set((results['rows']?.data as Float32Array).map((square) => Math.sqrt(square)), first);
      (results['columns']?.data as Float32Array).forEach((square, column) => (ofColumns[column] = (ofColumns[column] ?? 0) + square));
    }
    return { rows: ofRows, columns: Float32Array.from(ofColumns, (square) => Math.sqrt(square)) };
  }

  async release(): Promise<void> {
    await this.session?.release();
    this.session = undefined;
  }

  /** Of a weight in few bits the whole is unpacked, which is one layer. */
  private async part(name: string, first: number, count: number): Promise<Float32Array> {
    const stored = this.base.find(name);
    if (!stored) return (await this.base.read(name)).slice(first, first + count);
    const width = storedWidths[stored.type];
    return readStored({ ...stored, shape: [count], offset: stored.offset + first * width, bytes: count * width });
  }
}

async function openMeter(): Promise<GraphSession> {
  const graph = new GraphBuilder('directionNorms', operatorSet);
  const weight = graph.input('weight', 'float32', ['out', 'in']);
  const a = graph.input('a', 'float32', ['rank', 'in']);
  const b = graph.input('b', 'float32', ['out', 'rank']);
  const direction = graph.op('Gemm', [b, a, weight], { name: 'direction' });
  const squares = (axis: number) => graph.op('ReduceSumSquare', [direction, graph.integers('axes', [axis])], { name: 'squares', attributes: { keepdims: 0 } });
  graph.output('rows', squares(1), 'float32', ['out']);
  graph.output('columns', squares(0), 'float32', ['in']);
  const opened = await openGraph(graph, { device: 'cpu' });
  if (!opened.ok) throw new Error(opened.failure.detail ?? opened.failure.message);
  return opened.value;
}
