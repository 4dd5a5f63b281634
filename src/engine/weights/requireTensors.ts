import type { Failure } from '../../core/outcome';
import type { Weights } from './weights';

/** Shapes by name, as a model with a certain configuration has them. */
export type ExpectedTensors = ReadonlyMap<string, readonly number[]>;

/** Says what is wrong when the weights are not those of the model: a tensor lacks or has another shape. Others may be there. */
export function requireTensors(weights: Weights, expected: ExpectedTensors, component: string): Failure | undefined {
  const missing = [...expected.keys()].filter((name) => shapeOf(weights, name) === undefined);
  const [first] = missing;
  if (first !== undefined) {
    return {
      code: 'weights-incomplete',
      message: `The weights of the ${component} lack ${missing.length} of ${expected.size} tensors, the first is ${first}.`,
      advice: 'Download the model again with all its files; if it stays so, it is another architecture than its configuration says.',
      short: 'tensors missing',
    };
  }
  for (const [name, shape] of expected) {
    const found = shapeOf(weights, name) ?? [];
    if (found.join() === shape.join()) continue;
    return {
      code: 'weights-differ',
      message: `The tensor ${name} of the ${component} has the shape [${found.join(', ')}], its configuration asks for [${shape.join(', ')}].`,
      advice: 'Download config.json and the weights again from one revision.',
      short: 'shapes differ',
    };
  }
  return undefined;
}

function shapeOf(weights: Weights, name: string): readonly number[] | undefined {
  const packed = weights.packed?.(name);
  return packed ? [packed.rows, packed.columns] : weights.find(name)?.shape;
}
