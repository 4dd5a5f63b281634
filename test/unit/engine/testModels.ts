import { GraphBuilder } from '../../../src/engine/graph/graphBuilder';

interface Inverting {
  readonly shape?: readonly (number | string)[];
  readonly type?: 'float32' | 'float16';
  readonly metadata?: Readonly<Record<string, string>>;
}

/** `output = 1 - image`, with whatever size and layout. */
export function invertingModel({ shape = [1, 3, 'height', 'width'], type = 'float32', metadata = {} }: Inverting = {}): Uint8Array {
  const graph = new GraphBuilder('invert', 20);
  const image = graph.input('image', type, shape);
  const one = type === 'float32' ? graph.scalar('one', Number(metadata['white'] ?? 1)) : graph.constant('one', 'float16', [], new Uint8Array([0x00, 0x3c]));
  graph.output('output', graph.op('Sub', [one, image]), type, shape);
  for (const [key, value] of Object.entries(metadata)) graph.describe(key, value);
  return graph.build();
}

/** Computes for minutes: a product of two large matrices, over and over. */
export function slowModel(): Uint8Array {
  const graph = new GraphBuilder('slow', 20);
  const shape = [1, 3, 'height', 'width'];
  const image = graph.input('image', 'float32', shape);
  const start = graph.op('RandomNormal', [], { attributes: { shape: [2048, 2048] } });
  let value = start;
  for (let index = 0; index < 2000; index++) value = graph.op('MatMul', [value, start]);
  const mean = graph.op('ReduceMean', [value], { attributes: { keepdims: 0 } });
  graph.output('output', graph.op('Add', [image, graph.op('Mul', [mean, graph.scalar('none', 0)])]), 'float32', shape);
  return graph.build();
}

/** Takes something that no evaluation has. */
export function demandingModel(): Uint8Array {
  const graph = new GraphBuilder('demanding', 20);
  const shape = [1, 3, 'height', 'width'];
  const image = graph.input('image', 'float32', shape);
  const embedding = graph.input('text_embedding', 'float32', [1, 77, 768]);
  const mean = graph.op('ReduceMean', [embedding], { attributes: { keepdims: 0 } });
  graph.output('output', graph.op('Add', [image, mean]), 'float32', shape);
  return graph.build();
}
