import { attention, layerNorm, narrow, operatorSet, widen, type AttentionFlavour, type ComputeType, type LayerContext } from '../graph/layers';
import { GraphBuilder } from '../graph/graphBuilder';
import { openGraph, type Device } from '../graph/graphSession';
import { philoxNoise } from '../noise/philoxNoise';

export type SelfTest =
  | { readonly kind: 'right'; readonly attention: AttentionFlavour; readonly warnings: readonly string[] }
  /** As words that follow "because". */
  | { readonly kind: 'wrong'; readonly reason: string };

/**
 * Computes a few numbers on a device and compares them with the same in double precision: a product of matrices, a norm
 * and the attention. Some drivers compute one of them wrongly without a word.
 */
export async function selfTest(device: Device, compute: ComputeType): Promise<SelfTest> {
  const fused = await differenceOf(device, compute, 'multiHead');
  if (typeof fused === 'number' && fused <= tolerances[compute]) return { kind: 'right', attention: 'multiHead', warnings: [] };
  const plain = await differenceOf(device, compute, 'plain');
  if (typeof plain === 'string') return { kind: 'wrong', reason: plain };
  if (!(plain <= tolerances[compute])) return { kind: 'wrong', reason: `its numbers are off by ${plain.toPrecision(2)}` };
  const said = typeof fused === 'string' ? 'is not there' : `is off by ${fused.toPrecision(2)}`;
  return { kind: 'right', attention: 'plain', warnings: device === 'webgpu' ? [] : [`The fused attention of this device ${said}; a slower one is used.`] };
}

/** Beyond what rounding explains: CUDA multiplies float32 in TF32, with 10 bits. Wrong attention was off by 0.06 and more. */
const tolerances: Readonly<Record<ComputeType, number>> = { float32: 0.02, float16: 0.02, bfloat16: 0.05 };

const heads = 2;
const features = 16;
const width = heads * features;
/** The fused attention of one driver is right up to 36 tokens only. */
const tokens = 45;

/** The largest difference to the right numbers, or why there are none. */
async function differenceOf(device: Device, compute: ComputeType, flavour: AttentionFlavour): Promise<number | string> {
  const x = philoxNoise(1, tokens * width);
  const matrix = philoxNoise(2, width * width).map((value) => value / Math.sqrt(width));
  const opened = await openGraph(testGraph(compute, flavour), { device });
  if (!opened.ok) return opened.failure.message.replace(/\.$/, '');
  try {
    const feeds = { x: { data: x, dims: [tokens, width] }, matrix: { data: matrix, dims: [width, width] } };
    const { y } = await opened.value.run(feeds);
    const expected = rightNumbers(x, matrix);
    return expected.reduce((most, value, index) => Math.max(most, Math.abs(value - Number(y?.data[index] ?? NaN))), 0);
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200) ?? '';
  } finally {
    await opened.value.release();
  }
}

function testGraph(compute: ComputeType, flavour: AttentionFlavour): GraphBuilder {
  const graph = new GraphBuilder('selfTest', operatorSet);
  const context: LayerContext = { graph, weights: { names: [], find: () => undefined, read: noWeights }, compute, attention: flavour, loraTargets: new Map() };
  const x = narrow(graph, graph.input('x', 'float32', [tokens, width]), compute);
  const matrix = narrow(graph, graph.input('matrix', 'float32', [width, width]), compute);
  const product = graph.op('Gemm', [x, matrix], { name: 'product', attributes: { transB: 1 } });
  const one = narrow(graph, graph.floats('one', new Array<number>(width).fill(1)), compute);
  const zero = narrow(graph, graph.floats('zero', new Array<number>(width).fill(0)), compute);
  const normalised = layerNorm(context, 'norm', product, one, zero);
  const attended = attention(context, 'attention', [normalised, product, x], { heads, features });
  graph.output('y', widen(graph, attended, compute), 'float32', [tokens, width]);
  return graph;
}

function noWeights(): never {
  throw new Error('The self-test has no weights.');
}

/** The same in double precision, straight from the definitions. */
function rightNumbers(x: Float32Array, matrix: Float32Array): Float64Array {
  const row = (values: ArrayLike<number>, index: number) => Array.from({ length: width }, (_, column) => values[index * width + column] ?? 0);
  const dot = (left: readonly number[], right: readonly number[]) => left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
  const rows = Array.from({ length: tokens }, (_, token) => row(x, token));
  const product = rows.map((values) => Array.from({ length: width }, (_, output) => dot(values, row(matrix, output))));
  const normalised = product.map((values) => {
    const mean = dot(values, values.map(() => 1 / width));
    const centred = values.map((value) => value - mean);
    const deviation = Math.sqrt(dot(centred, centred) / width + 1e-6);
    return centred.map((value) => value / deviation);
  });
  const result = new Float64Array(tokens * width);
  for (let head = 0; head < heads; head++) {
    const part = (values: readonly number[]) => values.slice(head * features, (head + 1) * features);
    for (const [token, query] of normalised.entries()) {
      const scores = product.map((key) => dot(part(query), part(key)) / Math.sqrt(features));
      const highest = Math.max(...scores);
      const shares = scores.map((score) => Math.exp(score - highest));
      const sum = shares.reduce((total, share) => total + share, 0);
      for (let feature = 0; feature < features; feature++) {
        const column = head * features + feature;
        result[token * width + column] = shares.reduce((total, share, key) => total + (share / sum) * (rows[key]?.[column] ?? 0), 0);
      }
    }
  }
  return result;
}
