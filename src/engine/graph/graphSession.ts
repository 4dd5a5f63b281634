import path from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { EngineSettings } from '../../core/evaluation/evaluation';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { GraphBuilder } from './graphBuilder';
import { onnxRuntime } from '../runtime';

/** Numbers with their shape: what goes into a graph and comes out. `Uint8Array` is a bool tensor. */
export interface NumberTensor {
  readonly data: Float32Array | BigInt64Array | Uint8Array;
  readonly dims: readonly number[];
}

export type Device = Exclude<EngineSettings['device'], 'auto'>;

export interface GraphOptions {
  readonly device: Device;
  /** Threads on the processor; the runtime's own choice when left out. */
  readonly threads?: number;
  /**
   * Whether the runtime may copy weights into the order that its kernels like best. Off, float weights stay mapped from
   * their file: opening takes no time and no memory of the process's own. Quantised weights need it to be quick.
   */
  readonly prepack?: boolean;
}

/**
 * Opens a graph made in memory; its weights are mapped from where they lie. All inputs and outputs are float32, int64
 * or bool: the runtime's binding cannot feed float16 where the language has a Float16Array, and knows no bfloat16.
 *
 * @param model a builder, which knows on what drive its weights lie, or the bytes of a model without weights in files
 */
export async function openGraph(model: GraphBuilder | Uint8Array, { device, threads, prepack = false }: GraphOptions): Promise<Result<GraphSession>> {
  const { InferenceSession, env } = await onnxRuntime();
  env.logLevel = 'error';
  const root = model instanceof GraphBuilder ? model.weightsRoot : path.parse(process.cwd()).root;
  try {
    const session = await InferenceSession.create(model instanceof GraphBuilder ? model.build() : model, {
      executionProviders: device === 'cpu' ? ['cpu'] : [providerOf[device], 'cpu'],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      extra: { session: { model_external_initializers_file_folder_path: root, ...(prepack ? {} : { disable_prepacking: '1' }), ...(device === 'cpu' ? {} : deviceMemory) } },
    });
    return ok(new OrtGraphSession(session));
  } catch (error) {
    return fail(refused(device, error));
  }
}

/** Weights get memory of their own size; from the pool they would get the next power of two. */
const deviceMemory = { use_device_allocator_for_initializers: '1' };

export interface GraphSession {
  readonly inputNames: readonly string[];
  /** Feeds that the graph does not know are left out; one that lacks is named in the error. Blocks this process while it computes. */
  run(feeds: Readonly<Record<string, NumberTensor>>): Promise<Readonly<Record<string, NumberTensor>>>;
  release(): Promise<void>;
}

class OrtGraphSession implements GraphSession {
  readonly inputNames: readonly string[];

  constructor(private readonly session: InferenceSession) {
    this.inputNames = session.inputNames;
  }

  async run(feeds: Readonly<Record<string, NumberTensor>>): Promise<Readonly<Record<string, NumberTensor>>> {
    const { Tensor } = await onnxRuntime();
    const known = this.inputNames.flatMap((name) => {
      const feed = feeds[name];
      return feed ? [[name, tensorOf(Tensor, feed)] as const] : [];
    });
    const results = await this.session.run(Object.fromEntries(known));
    return Object.fromEntries(Object.entries(results).map(([name, { data, dims }]) => [name, { data: data as NumberTensor['data'], dims }]));
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** What the runtime calls each. */
export const providerOf: Readonly<Record<Device, string>> = { cuda: 'cuda', webgpu: 'webgpu', coreml: 'coreml', directml: 'dml', cpu: 'cpu' };

function tensorOf(TensorClass: typeof Tensor, { data, dims }: NumberTensor): Tensor {
  if (data instanceof Float32Array) return new TensorClass('float32', data, dims);
  if (data instanceof BigInt64Array) return new TensorClass('int64', data, dims);
  return new TensorClass('bool', data, dims);
}

function refused(device: Device, error: unknown): Failure {
  const detail = error instanceof Error ? error.message : String(error);
  const memory = /alloc|out of memory/i.test(detail);
  return {
    code: memory ? 'out-of-memory' : 'graph-refused',
    message: memory ? `There is not enough memory to load the model on ${device}.` : `The runtime refused the model on ${device}: ${(detail.trim().split('\n')[0] ?? '').slice(0, 200)}.`,
    advice: memory
      ? 'Set "precision" to "int4" under "engine" in evaluation.json, or close other programs.'
      : 'Set "device" to "cpu" under "engine" in evaluation.json, or update the driver; the log has the whole message.',
    short: memory ? 'out of memory' : 'model refused',
    detail,
  };
}
