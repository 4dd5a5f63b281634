import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/engine/graph/graphBuilder';
import { openGraph, type GraphSession } from '../../../../src/engine/graph/graphSession';
import { operatorSet } from '../../../../src/engine/graph/layers';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import { temporaryFolder } from '../../actionContext';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true }));

async function opened(model: GraphBuilder | Uint8Array): Promise<GraphSession> {
  const session = await openGraph(model, { device: 'cpu', threads: 1 });
  if (!session.ok) throw new Error(session.failure.detail);
  return session.value;
}

/** `y = flag ? x : table[row]` */
function choosing(): GraphBuilder {
  const graph = new GraphBuilder('choosing', operatorSet);
  const x = graph.input('x', 'float32', ['n']);
  const flag = graph.input('flag', 'bool', []);
  const row = graph.input('row', 'int64', []);
  graph.output('y', graph.op('Where', [flag, x, graph.op('Gather', [graph.floats('table', [10, 20, 30]), row])]), 'float32', ['n']);
  return graph;
}

describe('a graph that is run', () => {
  const feeds = { x: { data: Float32Array.of(1, 2), dims: [2] }, flag: { data: Uint8Array.of(0), dims: [] }, row: { data: BigInt64Array.of(2n), dims: [] } };

  it('takes numbers of three types and leaves out what it does not know', async () => {
    const session = await opened(choosing().build());
    expect(session.inputNames).toEqual(['x', 'flag', 'row']);
    expect(await session.run({ ...feeds, other: feeds.x })).toEqual({ y: { data: Float32Array.of(30, 30), dims: [2] } });
    expect(await session.run({ ...feeds, flag: { data: Uint8Array.of(1), dims: [] } })).toEqual({ y: { data: Float32Array.of(1, 2), dims: [2] } });
    await session.release();
  });

  it('says which input is missing', async () => {
    const session = await opened(choosing());
    await expect(session.run({ x: feeds.x, flag: feeds.flag })).rejects.toThrow("'row'");
    await session.release();
  });

  it('is refused with the reason when it makes no sense', async () => {
    const graph = new GraphBuilder('wrong', operatorSet);
    graph.output('y', graph.op('NoSuchOperator', [graph.input('x', 'float32', ['n'])]), 'float32', ['n']);
    expect(await openGraph(graph, { device: 'cpu' })).toMatchObject({ ok: false, failure: { code: 'graph-refused', message: expect.stringContaining('NoSuchOperator') } });
  });

  it('is refused when its weights have gone', async () => {
    const { graph, file } = await product(4);
    await rm(file);
    expect(await openGraph(graph, { device: 'cpu' })).toMatchObject({ ok: false, failure: { code: 'graph-refused' } });
  });

  it.skipIf(process.platform !== 'linux')('leaves weights mapped from their file instead of copying them', async () => {
    const side = 4096;
    const { graph } = await product(side);
    const before = await ownMegabytes();
    const session = await opened(graph);
    const { y } = await session.run({ x: { data: new Float32Array(side).fill(1), dims: [1, side] } });
    expect(y?.data[0]).toBe(side / 2);
    // The weights are 64 MB; a copy of them would show.
    expect((await ownMegabytes()) - before).toBeLessThan(32);
    await session.release();
  });

  /** `x · weightᵀ` with a square matrix of 0.5 in a file. */
  async function product(side: number): Promise<{ readonly graph: GraphBuilder; readonly file: string }> {
    const file = path.join(folder, 'weight.safetensors');
    const header = Buffer.from(JSON.stringify({ weight: { dtype: 'F32', shape: [side, side], data_offsets: [0, 4 * side * side] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    // Row by row: what this process itself took and gave back would hide what the runtime takes.
    const row = Buffer.from(new Float32Array(side).fill(0.5).buffer);
    const handle = await open(file, 'w');
    await handle.write(Buffer.concat([length, header]));
    for (let index = 0; index < side; index++) await handle.write(row);
    await handle.close();
    const weights = await openSafetensors(file);
    if (!weights.ok) throw new Error(weights.failure.message);
    const graph = new GraphBuilder('product', operatorSet);
    graph.output('y', graph.op('Gemm', [graph.input('x', 'float32', ['n', side]), graph.weight(weights.value.find('weight')!)], { attributes: { transB: 1 } }), 'float32', ['n', side]);
    return { graph, file };
  }

  /** Memory of this process that no file stands behind. */
  async function ownMegabytes(): Promise<number> {
    return Number(/RssAnon:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1024;
  }
});
