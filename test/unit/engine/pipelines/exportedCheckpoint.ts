import { open, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { GraphBuilder, type Value } from '../../../../src/engine/graph/graphBuilder';
import { operatorSet, type LayerContext } from '../../../../src/engine/graph/layers';
import { ModelProtoSchema, TensorProto_DataLocation, type GraphProto, type ModelProto } from '../../../../src/engine/graph/onnx_pb';
import { readPlaneWeights } from '../../../../src/engine/models/autoencoderKlQwenImage/planeWeights';
import { vaeConfig } from '../../../../src/engine/models/autoencoderKlQwenImage/vaeConfig';
import { decoderGraph, encoderGraph } from '../../../../src/engine/models/autoencoderKlQwenImage/vaeGraphs';
import { ports, sectionGraph } from '../../../../src/engine/models/qwenImageTransformer/blockGraph';
import { qwenImageTransformerConfig, type QwenImageTransformerConfig } from '../../../../src/engine/models/qwenImageTransformer/config';
import { conditioningGraph, modulationGraph } from '../../../../src/engine/models/qwenImageTransformer/modulation';
import { blockPath } from '../../../../src/engine/models/qwenImageTransformer/tensors';
import { readConfig } from '../../../../src/engine/models/readConfig';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';

/** Puts ONNX files in the place of a checkpoint's transformer and autoencoder, with the inputs and outputs that exporters give them. */
export async function exportCheckpoint(folder: string): Promise<void> {
  await exportTransformer(path.join(folder, 'transformer'));
  await exportAutoencoder(folder);
  await writeFile(path.join(folder, 'model_index.json'), JSON.stringify({ _class_name: 'QwenImageEditPlusPipeline', transformer: ['diffusers', 'OnnxRuntimeModel'], vae_encoder: ['diffusers', 'OnnxRuntimeModel'], vae_decoder: ['diffusers', 'OnnxRuntimeModel'] }));
}

async function exportTransformer(folder: string): Promise<void> {
  const [config, weights] = [value(await readConfig(path.join(folder, 'config.json'), qwenImageTransformerConfig)), value(await openSafetensors(folder))];
  const context: Omit<LayerContext, 'graph'> = { weights, compute: 'float32', attention: 'multiHead', loraTargets: new Map() };
  const modules = [...Array.from({ length: config.layers }, (_, block) => [`${blockPath(block)}.img_mod.1`, `${blockPath(block)}.txt_mod.1`]).flat(), 'norm_out.linear'];
  const parts = [conditioningGraph(context), modulationGraph(context, config, modules), sectionGraph(context, config, { first: 0, end: config.layers })];
  const model = joined(adapter(config), parts.map((part) => fromBinary(ModelProtoSchema, part.build())), new Map([[ports.velocity, 'velocity']]));
  await writeWithData(path.join(folder, 'model.onnx'), model);
  for (const name of weights.names) await rm(weights.find(name)?.file ?? '', { force: true });
}

/** From what exporters call inputs to what our graphs call them. */
function adapter({ width, layers, inputs, outputs, joint, headFeatures }: QwenImageTransformerConfig): GraphBuilder {
  const graph = new GraphBuilder('exported', operatorSet);
  const angles = headFeatures / 2;
  const give = (name: string, made: Value) => graph.node('Identity', [made], { outputs: [name], name: `give.${name}` });
  const first = (x: Value) => graph.op('Squeeze', [x, graph.integers('axis', [0])]);
  const latents = first(graph.input('hidden_states', 'float32', [1, 'img_seq_len', inputs]));
  give(ports.latents, latents);
  give(ports.prompt, first(graph.input('encoder_hidden_states', 'float32', [1, 'txt_seq_len', joint])));
  give(ports.target, graph.op('Shape', [latents], { attributes: { start: 0, end: 1 } }));
  for (const [port, of, part] of [[ports.textCos, 'txt', 'real'], [ports.textSin, 'txt', 'imag'], [ports.imageCos, 'img', 'real'], [ports.imageSin, 'img', 'imag']] as const) {
    give(port, graph.op('Unsqueeze', [graph.input(`${of}_rope_${part}`, 'float32', [`${of}_seq_len`, angles]), graph.integers('axis', [0])]));
  }
  // Cosines first, then sines, of a thousand times the point.
  const frequencies = graph.floats('frequencies', Array.from({ length: 128 }, (_, index) => 1000 * Math.exp((-Math.log(10000) * index) / 128)), [1, 128]);
  const turned = graph.op('Mul', [graph.op('Unsqueeze', [graph.input('timestep', 'float32', [1]), graph.integers('axis', [1])]), frequencies]);
  give('timesteps', graph.op('Concat', [graph.op('Cos', [turned]), graph.op('Sin', [turned])], { attributes: { axis: 1 } }));
  const arranged = (sources: readonly string[], count: number, isScale: (vector: number) => boolean) => {
    const all = graph.op('Reshape', [graph.op('Concat', sources as readonly Value[], { attributes: { axis: 1 } }), graph.integers('shape', [count, 1, width])]);
    return graph.op('Add', [all, graph.floats('ones', Array.from({ length: count }, (_, vector) => (isScale(vector) ? 1 : 0)), [count, 1, 1])]);
  };
  for (let block = 0; block < layers; block++) {
    give(ports.blockModulation(block), arranged([`${blockPath(block)}.img_mod.1.vectors`, `${blockPath(block)}.txt_mod.1.vectors`], 12, (vector) => vector % 3 === 1));
  }
  give(ports.outputModulation, arranged(['norm_out.linear.vectors'], 2, (vector) => vector === 0));
  graph.output('out_hidden_states', graph.op('Unsqueeze', ['velocity' as Value, graph.integers('axis', [0])]), 'float32', [1, 'img_seq_len', outputs]);
  return graph;
}

async function exportAutoencoder(folder: string): Promise<void> {
  const [config, weights] = [value(await readConfig(path.join(folder, 'vae', 'config.json'), vaeConfig)), value(await openSafetensors(path.join(folder, 'vae')))];
  // Exported graphs leave shift and scale to the pipeline.
  const raw = { ...config, mean: config.mean.map(() => 0), deviation: config.deviation.map(() => 1) };
  const layers = async (names: readonly string[]) => ({ planes: await readPlaneWeights(weights, names), attention: 'plain' as const, queryParts: 1 });
  const halves = [
    ['vae_encoder', encoderGraph(raw, await layers(['encoder.', 'quant_conv.'])), { picture: 'sample', latents: 'latent_sample' }],
    ['vae_decoder', decoderGraph(raw, await layers(['decoder.', 'post_quant_conv.'])), { latents: 'latent_sample', picture: 'sample' }],
  ] as const;
  for (const [name, graph, names] of halves) {
    const model = fromBinary(ModelProtoSchema, graph.build());
    if (model.graph) rename(model.graph, (each) => (names as Readonly<Record<string, string>>)[each] ?? each);
    await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, name, 'model.onnx'), toBinary(ModelProtoSchema, model));
  }
  await rm(path.join(folder, 'vae_decoder', 'config.json'), { force: true });
  await writeFile(path.join(folder, 'vae_encoder', 'config.json'), await readFile(path.join(folder, 'vae', 'config.json')));
  await rm(path.join(folder, 'vae'), { recursive: true });
}

/** One graph: what the parts give and take is tied by its name, all else keeps apart. */
function joined(first: GraphBuilder, parts: readonly ModelProto[], outer: ReadonlyMap<string, string>): ModelProto {
  const model = fromBinary(ModelProtoSchema, first.build());
  const graph = model.graph;
  if (!graph) throw new Error('There is no graph.');
  const [after, before] = [graph.node.filter(({ input }) => input.includes('velocity')), graph.node.filter(({ input }) => !input.includes('velocity'))];
  const merged: GraphProto['node'] = [...before];
  for (const [index, { graph: part, opsetImport }] of parts.entries()) {
    if (!part) continue;
    const ties = new Set([...part.input, ...part.output].map(({ name }) => name));
    rename(part, (name) => outer.get(name) ?? (ties.has(name) || name === '' ? name : `part${index}.${name}`));
    merged.push(...part.node);
    graph.initializer.push(...part.initializer);
    for (const opset of opsetImport) if (!model.opsetImport.some(({ domain }) => domain === opset.domain)) model.opsetImport.push(opset);
  }
  graph.node = inOrder([...merged, ...after], [...graph.input, ...graph.initializer].map(({ name }) => name));
  return model;
}

/** Each node behind those whose results it takes. */
function inOrder(nodes: GraphProto['node'], known: readonly string[]): GraphProto['node'] {
  const there = new Set(['', ...known]);
  const ordered: GraphProto['node'] = [];
  for (let left = nodes; left.length > 0; ) {
    const ready = left.filter(({ input }) => input.every((name) => there.has(name)));
    if (ready.length === 0) throw new Error(`Nothing gives what ${left[0]?.name} takes.`);
    ready.forEach(({ output }) => output.forEach((name) => there.add(name)));
    ordered.push(...ready);
    left = left.filter((node) => !ready.includes(node));
  }
  return ordered;
}

function rename(graph: GraphProto, to: (name: string) => string): void {
  for (const node of graph.node) {
    node.input = node.input.map(to);
    node.output = node.output.map(to);
  }
  for (const named of [...graph.initializer, ...graph.input, ...graph.output]) named.name = to(named.name);
}

/** Weights go into one file beside the graph, as exporters do it. */
async function writeWithData(file: string, model: ModelProto): Promise<void> {
  const data = `${path.basename(file)}_data`;
  const parts: Buffer[] = [];
  let at = 0;
  for (const tensor of model.graph?.initializer ?? []) {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
    const said = (key: string) => tensor.externalData.find((entry) => entry.key === key);
    const [location, offset, length] = [said('location'), said('offset'), said('length')];
    if (!location || !offset || !length) throw new Error('A weight does not say where it lies.');
    const handle = await open(path.join(path.parse(file).root, location.value));
    const bytes = Buffer.alloc(Number(length.value));
    await handle.read(bytes, 0, bytes.length, Number(offset.value));
    await handle.close();
    [location.value, offset.value] = [data, String(at)];
    parts.push(bytes);
    at += bytes.length;
  }
  await writeFile(path.join(path.dirname(file), data), Buffer.concat(parts));
  await writeFile(file, toBinary(ModelProtoSchema, model));
}

function value<Value>(result: { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: { readonly message: string } }): Value {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}
