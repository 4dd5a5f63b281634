import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { readModelHeader } from '../graph/modelHeader';
import { openSession } from '../pipelines/onnxSession';
import { onnxRuntime } from '../runtime';

/** One ONNX file that measures, on the processor: it is small, and the device may be busy with an edit. */
export class Network {
  private constructor(
    private readonly session: InferenceSession,
    private readonly file: string,
  ) {}

  static async open(file: string): Promise<Result<Network>> {
    const header = await readModelHeader(file);
    if (header.kind !== 'onnx') return fail(unsuitable(file, header.kind === 'truncated' ? 'it is incomplete' : 'it is no ONNX model'));
    const opened = await openSession(file, 'cpu');
    return opened.ok ? ok(new Network(opened.value.session, file)) : opened;
  }

  get inputs(): readonly Port[] {
    return this.session.inputMetadata.map(portOf);
  }

  get outputs(): readonly Port[] {
    return this.session.outputMetadata.map(portOf);
  }

  /** Floats by output name. Inputs are planes (`[1, 3, height, width]`) or token ids. */
  async run(feeds: Readonly<Record<string, NetworkInput>>): Promise<Readonly<Record<string, NetworkOutput>>> {
    const { Tensor } = await onnxRuntime();
    const tensors = Object.entries(feeds).map(([name, { data, dims }]) => [name, data instanceof Float32Array ? new Tensor('float32', data, dims) : new Tensor('int64', data, dims)] as const);
    const found = await this.session.run(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(found).map(([name, { data, dims }]) => [name, { data: data as Float32Array, dims }]));
  }

  /** What to say of a file that is another network than it was taken for. */
  refuse(why: string): Failure {
    return unsuitable(this.file, why);
  }
}

export interface NetworkInput {
  readonly data: Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

interface NetworkOutput {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export interface Port {
  readonly name: string;
  readonly type: string;
  /** Open sizes are names, or negative. */
  readonly shape: readonly (number | string)[];
}

function portOf(value: InferenceSession.ValueMetadata): Port {
  return value.isTensor ? { name: value.name, type: value.type, shape: value.shape } : { name: value.name, type: '', shape: [] };
}

function unsuitable(file: string, why: string): Failure {
  return { code: 'network-refused', message: `${path.basename(file)} cannot measure: ${why}.`, advice: 'Download it again, or name another file in evaluation.json.', short: 'bad network' };
}
