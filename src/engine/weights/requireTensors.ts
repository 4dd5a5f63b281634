import path from 'node:path';
import type { Failure } from '../../core/outcome';
import type { Weights } from './weights';

/** Shapes by name, as a model with a certain configuration has them. */
export type ExpectedTensors = ReadonlyMap<string, readonly number[]>;

/**
 * Says what is wrong when the weights are not those of the model: a tensor lacks, has another shape, or lies on another
 * drive than the rest, where the runtime does not reach. Other tensors may be there.
 */
export function requireTensors(weights: Weights, expected: ExpectedTensors, component: string): Failure | undefined {
  return lackOrDiffer(weights, expected, component) ?? lieApart([...expected.keys()].flatMap((name) => filesOf(weights, name)), component);
}

/** @param paths of the system that the files are on */
export function lieApart(files: readonly string[], component: string, paths: Pick<typeof path, 'parse'> = path): Failure | undefined {
  const [first, second] = new Set(files.map((file) => paths.parse(file).root.toUpperCase()));
  if (first === undefined || second === undefined) return undefined;
  return {
    code: 'weights-on-two-drives',
    message: `The weights of the ${component} lie on ${first} and ${second}, and the runtime maps them from one drive only.`,
    advice: 'Move the Hugging Face cache (HF_HOME) to the drive on which the editor keeps its data, or use "precision": "auto".',
    short: 'two drives',
  };
}

function lackOrDiffer(weights: Weights, expected: ExpectedTensors, component: string): Failure | undefined {
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

function filesOf(weights: Weights, name: string): readonly string[] {
  const packed = weights.packed?.(name);
  const tensors = packed ? [packed.codes, packed.scales] : [weights.find(name)];
  return tensors.flatMap((tensor) => tensor?.file ?? []);
}
