import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src/engine/graph/graphBuilder';
import { readModelHeader } from '../../../src/engine/graph/modelHeader';
import { ModelProtoSchema, StringStringEntryProtoSchema, TensorProto_DataLocation } from '../../../src/engine/graph/onnx_pb';
import { openSession } from '../../../src/engine/pipelines/onnxSession';
import { makeSampleModels } from '../../../test_data/make/models';
import { temporaryFolder } from '../actionContext';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true }));

/** `y = x * weights`, with the names of a module tree. */
function scaling(): GraphBuilder {
  const graph = new GraphBuilder('scaling', 20);
  const x = graph.input('x', 'float32', ['n', 4]);
  const y = graph.scope('blocks.0', () => graph.scope('scale', () => graph.op('Mul', [x, graph.floats('weight', [1, 2, 3, 4])])));
  graph.output('y', y, 'float32', ['n', 4]);
  return graph.describe('author', 'Mira');
}

async function run(session: InferenceSession): Promise<readonly number[]> {
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 1, 1, 1), [1, 4]) });
  return [...(y?.data as Float32Array)];
}

describe('a graph built in TypeScript', () => {
  it('is loaded and computed by the runtime', async () => {
    expect(await run(await InferenceSession.create(scaling().build()))).toEqual([1, 2, 3, 4]);
  });

  it('names nodes and weights by their path in the module tree, each once', () => {
    const graph = scaling();
    graph.scope('blocks.0', () => graph.scope('scale', () => graph.op('Neg', [graph.floats('weight', [1])], { name: 'mul' })));
    const names = fromBinary(ModelProtoSchema, graph.build()).graph;
    expect(names?.node.map(({ name }) => name)).toEqual(['blocks.0.scale.mul', 'y.out', 'blocks.0.scale.mul_2']);
    expect(names?.initializer.map(({ name }) => name)).toEqual(['blocks.0.scale.weight', 'blocks.0.scale.weight_2']);
  });

  it('gives the same bytes each time, small ones for the sample models', () => {
    const models = makeSampleModels();
    expect(makeSampleModels()).toEqual(models);
    expect(Object.keys(models)).toEqual(['base', 'angles', 'face-keep', 'relight', 'reference']);
    expect(Object.values(models).every(({ byteLength }) => byteLength < 100_000)).toBe(true);
  });
});

describe('a model file', () => {
  const file = () => path.join(folder, 'model.onnx');

  it('tells about itself without its graph being read', async () => {
    await writeFile(file(), scaling().build());
    const header = await readModelHeader(file());
    expect(header).toMatchObject({ kind: 'onnx', producer: 'evalmark' });
    expect(header.kind === 'onnx' && [header.metadata.get('author'), header.opsets.get('ai.onnx')]).toEqual(['Mira', 20]);
  });

  it('is known as cut off at every length', async () => {
    const bytes = scaling().build();
    for (let length = 1; length < bytes.length; length += 7) {
      await writeFile(file(), bytes);
      await truncate(file(), length);
      const { kind } = await readModelHeader(file());
      // Cut between two fields behind the graph, only what is told about the model is missing.
      expect(['truncated', 'foreign', 'onnx'], `length ${length}`).toContain(kind);
      if (length < bytes.length / 2) expect(kind, `length ${length}`).not.toBe('onnx');
    }
  });

  it('with weights beside it, all links into a cache, is loaded from where they really lie', async () => {
    const weights = Buffer.from(new Float32Array([5, 6, 7, 8]).buffer);
    const model = external('model.onnx_data');
    for (const name of ['blobs', 'snapshot']) await mkdir(path.join(folder, name));
    for (const [blob, name, content] of [['aa', 'model.onnx', model], ['bb', 'model.onnx_data', weights]] as const) {
      await writeFile(path.join(folder, 'blobs', blob), content);
      await symlink(path.join('..', 'blobs', blob), path.join(folder, 'snapshot', name));
    }
    const opened = await openSession(path.join(folder, 'snapshot', 'model.onnx'), 'cpu');
    if (!opened.ok) throw new Error(opened.failure.detail);
    expect(await run(opened.value.session)).toEqual([5, 6, 7, 8]);
  });

  it('cannot name weights outside its folder', async () => {
    await writeFile(path.join(folder, 'secret'), Buffer.alloc(16));
    await mkdir(path.join(folder, 'model'));
    for (const location of ['../secret', path.join(folder, 'secret')]) {
      await writeFile(path.join(folder, 'model', 'model.onnx'), external(location));
      expect(await openSession(path.join(folder, 'model', 'model.onnx'), 'cpu')).toMatchObject({ ok: false, failure: { code: 'model-refused' } });
    }
  });

  function external(location: string): Uint8Array {
    const model = fromBinary(ModelProtoSchema, scaling().build());
    const weight = model.graph?.initializer[0];
    if (!weight) throw new Error('no weight');
    weight.rawData = new Uint8Array();
    weight.dataLocation = TensorProto_DataLocation.EXTERNAL;
    weight.externalData = Object.entries({ location, offset: '0', length: '16' }).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
    return toBinary(ModelProtoSchema, model);
  }
});
