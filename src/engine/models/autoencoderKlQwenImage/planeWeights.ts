import type { Weights } from '../../weights/weights';

/** A parameter of a layer on planes: a convolution's `[out, in, rows, columns]`, a bias or a norm's factors. */
export interface PlaneTensor {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/**
 * The parameters under some module paths, made for pictures instead of films.
 *
 * The autoencoder convolves over time with two frames of nothing before the first. For one frame only the last tap in
 * time meets a picture, so `[out, in, 3, 3, 3]` becomes its last `[out, in, 3, 3]`, exactly. The slice does not lie in
 * one piece in the file, so it is taken here instead of being mapped.
 *
 * @param parts beginnings of module paths, such as `encoder.`
 */
export async function readPlaneWeights(weights: Weights, parts: readonly string[]): Promise<ReadonlyMap<string, PlaneTensor>> {
  const planes = new Map<string, PlaneTensor>();
  for (const name of weights.names) {
    // Convolutions over time alone come into play from the second frame on.
    if (!parts.some((part) => name.startsWith(part)) || name.includes('.time_conv.')) continue;
    const shape = weights.find(name)?.shape ?? [];
    planes.set(name, lastFrame(shape, await weights.read(name)));
  }
  return planes;
}

function lastFrame(shape: readonly number[], values: Float32Array): PlaneTensor {
  const [outputs = 0, inputs = 0, frames = 0, rows = 0, columns = 0] = shape;
  if (shape.length !== 5) return { dims: shape, values };
  const plane = rows * columns;
  const last = new Float32Array(outputs * inputs * plane);
  for (let kernel = 0; kernel < outputs * inputs; kernel++) {
    const end = (kernel + 1) * frames * plane;
    last.set(values.subarray(end - plane, end), kernel * plane);
  }
  return { dims: [outputs, inputs, rows, columns], values: last };
}
