import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { attributeOf } from './attribute';
import { ModelProtoSchema, NodeProtoSchema, TensorProto_DataLocation, TensorProto_DataType as DataType, type GraphProto, type ValueInfoProto } from './onnx_pb';

/** Behind the name of an input or output that was made float32. */
const suffix = '.float32';

/**
 * A model's bytes changed so that the runtime takes them from memory:
 * weights in files beside it are named by their real path below the file system's root, because the runtime refuses the
 * links of which the Hub's cache is made; float16 and bfloat16 inputs and outputs become float32 with a Cast, because the
 * runtime's binding cannot feed float16 where the language has a Float16Array, and knows no bfloat16.
 *
 * @param folder where the model lies; weights outside it are refused
 */
export async function portableModel(bytes: Uint8Array, folder: string): Promise<Uint8Array> {
  const model = fromBinary(ModelProtoSchema, bytes);
  if (!model.graph) throw new Error('The model has no graph.');
  await locateWeights(model.graph, folder);
  castInputs(model.graph);
  castOutputs(model.graph);
  return toBinary(ModelProtoSchema, model);
}

/** The folder to which the paths in a portable model are relative. */
export function weightsRoot(folder: string): string {
  return path.parse(path.resolve(folder)).root;
}

/** The name that an input or output had before it was made float32. */
export function originalName(name: string): string {
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

async function locateWeights(graph: GraphProto, folder: string): Promise<void> {
  const root = weightsRoot(folder);
  for (const tensor of graph.initializer) {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
    const location = tensor.externalData.find(({ key }) => key === 'location');
    if (!location) throw new Error(`The tensor ${tensor.name} does not say where its data lies.`);
    const file = path.resolve(folder, location.value);
    const relative = path.relative(folder, file);
    if (path.isAbsolute(location.value) || relative.startsWith('..') || path.isAbsolute(relative)) {
      throw new Error(`The model wants weights from outside its folder: ${location.value}`);
    }
    location.value = path.relative(root, await realpath(file)).split(path.sep).join('/');
  }
}

function castInputs(graph: GraphProto): void {
  const constants = new Set(graph.initializer.map(({ name }) => name));
  for (const input of graph.input) {
    const type = halfType(input);
    if (type === undefined || constants.has(input.name)) continue;
    const name = input.name;
    makeFloat32(input);
    graph.node.unshift(cast(input.name, name, type));
  }
}

function castOutputs(graph: GraphProto): void {
  for (const output of graph.output) {
    if (halfType(output) === undefined) continue;
    const name = output.name;
    makeFloat32(output);
    graph.node.push(cast(name, output.name, DataType.FLOAT));
  }
}

/** Its type, where that has 16 bits. */
function halfType({ type }: ValueInfoProto): DataType | undefined {
  const element = type?.value.case === 'tensorType' ? type.value.value.elemType : undefined;
  return [DataType.FLOAT16, DataType.BFLOAT16].find((half) => (half as number) === element);
}

function makeFloat32(value: ValueInfoProto): void {
  if (value.type?.value.case === 'tensorType') value.type.value.value.elemType = DataType.FLOAT;
  value.name += suffix;
}

function cast(from: string, to: string, type: DataType) {
  return create(NodeProtoSchema, { name: `${to}.cast`, opType: 'Cast', input: [from], output: [to], attribute: [attributeOf('to', type)] });
}
