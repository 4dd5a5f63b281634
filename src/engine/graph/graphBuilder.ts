import path from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import type { StoredTensor, StoredType } from '../weights/weights';
import { attributeOf, type AttributeValue } from './attribute';
import { GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, type GraphProto } from './onnx_pb';
import { elementTypes, externalTensor, tensorProto, valueInfo, type Dimension, type ElementType, type TensorData } from './tensorProto';

/** The name of a tensor in one graph; only a builder makes them, so that a node cannot name what is not there. */
export type Value = string & { readonly __value: unique symbol };

/**
 * Builds an ONNX model node by node. Node names are module paths (`background.mask.mul`), so that profiles and the
 * runtime's error messages read well. `scope` nests them.
 */
export class GraphBuilder {
  private readonly graph: GraphProto;
  private readonly names = new Set<string>();
  private readonly opsets = new Map<string, number>();
  private readonly metadata = new Map<string, string>();
  private readonly weights = new Map<string, Value>();
  private readonly casts = new Map<string, Value>();
  private path: readonly string[] = [];
  private root: string | undefined;

  /** @param opset version of the default operator set; 20 and later know `Gelu`, `StringSplit` and 5-D grids. */
  constructor(name: string, opset: number) {
    this.graph = create(GraphProtoSchema, { name });
    this.opsets.set('', opset);
  }

  input(name: string, type: ElementType, shape: readonly Dimension[]): Value {
    this.graph.input.push(valueInfo(name, type, shape));
    return this.named(name);
  }

  output(name: string, value: Value, type: ElementType, shape: readonly Dimension[]): void {
    this.node('Identity', [value], { outputs: [name], name: `${name}.out` });
    this.graph.output.push(valueInfo(name, type, shape));
  }

  /** A constant tensor; `dims` empty for a scalar. */
  constant(name: string, type: ElementType, dims: readonly number[], data: TensorData): Value {
    const full = this.free([...this.path, name].join('.'));
    this.graph.initializer.push(tensorProto(full, type, dims, data));
    return this.named(full);
  }

  floats(name: string, values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.constant(name, 'float32', dims, values);
  }

  scalar(name: string, value: number): Value {
    return this.constant(name, 'float32', [], [value]);
  }

  integers(name: string, values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.constant(name, 'int64', dims, values);
  }

  /**
   * A tensor of a checkpoint, mapped from its file and named as there, whatever the scope; the same one each time.
   * @param dims another shape for the same bytes, such as a patch convolution read as a matrix
   */
  weight(stored: StoredTensor, dims: readonly number[] = stored.shape): Value {
    const known = this.weights.get(`${stored.name} ${dims.join()}`);
    if (known !== undefined) return known;
    const { root } = path.parse(stored.file);
    this.root ??= root;
    if (root !== this.root) throw new Error(`${stored.file} lies on another drive than the other weights, under ${this.root}.`);
    const name = this.free(stored.name);
    const location = path.relative(root, stored.file).split(path.sep).join('/');
    this.graph.initializer.push(externalTensor(name, elementTypeOf[stored.type], dims, { location, offset: stored.offset, length: stored.bytes }));
    const value = this.named(name);
    this.weights.set(`${stored.name} ${dims.join()}`, value);
    return value;
  }

  /** The value in another element type; one node however often it is asked for. */
  cast(value: Value, type: ElementType): Value {
    const key = `${value} ${type}`;
    const known = this.casts.get(key);
    if (known !== undefined) return known;
    const cast = this.op('Cast', [value], { name: `${value}.${type}`, attributes: { to: elementTypes[type] } });
    this.casts.set(key, cast);
    return cast;
  }

  /** Adds a node with one output. An input of `undefined` is an optional one left out. */
  op(type: string, inputs: readonly (Value | undefined)[], options: NodeOptions = {}): Value {
    const [output] = this.node(type, inputs, options);
    if (output === undefined) throw new Error(`The node ${type} was asked for without outputs.`);
    return output;
  }

  /** Adds a node and returns its outputs, one unless `outputs` (names) or `count` says otherwise. */
  node(type: string, inputs: readonly (Value | undefined)[], { name, outputs, count = 1, attributes = {}, domain = '' }: NodeOptions & { readonly outputs?: readonly string[] } = {}): readonly Value[] {
    const path = this.free([...this.path, name ?? type.toLowerCase()].join('.'));
    const produced = outputs ?? Array.from({ length: count }, (_, index) => (count === 1 ? `${path}:0` : `${path}:${index}`));
    if (!this.opsets.has(domain)) this.opsets.set(domain, 1);
    this.graph.node.push(
      create(NodeProtoSchema, {
        name: path,
        opType: type,
        domain,
        input: inputs.map((input) => input ?? ''),
        output: [...produced],
        attribute: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
      }),
    );
    return produced.map((output) => this.named(output));
  }

  /** Puts `part` before the names of all that `build` adds. */
  scope<Result>(part: string, build: () => Result): Result {
    const outer = this.path;
    this.path = [...outer, part];
    try {
      return build();
    } finally {
      this.path = outer;
    }
  }

  /** Version of another operator set, such as `ai.onnx.ml`; 1 when a node uses it and nothing was said. */
  useOperators(domain: string, version: number): this {
    this.opsets.set(domain, version);
    return this;
  }

  describe(key: string, value: string): this {
    this.metadata.set(key, value);
    return this;
  }

  /** The root of the drive on which the weights lie: what their locations are relative to. */
  get weightsRoot(): string {
    return this.root ?? path.parse(process.cwd()).root;
  }

  /** The bytes of a `.onnx` file; the same calls give the same bytes. */
  build(): Uint8Array {
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 10n,
        producerName: 'evalmark',
        graph: this.graph,
        opsetImport: [...this.opsets].map(([domain, version]) => ({ domain, version: BigInt(version) })),
        metadataProps: [...this.metadata].map(([key, value]) => ({ key, value })),
      }),
    );
  }

  private named(name: string): Value {
    this.names.add(name);
    return name as Value;
  }

  /** The name, or with a number behind it where it is taken. */
  private free(wanted: string): string {
    for (let count = 1; ; count++) {
      const name = count === 1 ? wanted : `${wanted}_${count}`;
      if (this.names.has(name)) continue;
      this.names.add(name);
      return name;
    }
  }
}

export interface NodeOptions {
  readonly name?: string;
  readonly count?: number;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
}

/** What the runtime calls the element types of safetensors. */
export const elementTypeOf: Readonly<Record<StoredType, ElementType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  U8: 'uint8',
  I8: 'int8',
  BOOL: 'bool',
};
