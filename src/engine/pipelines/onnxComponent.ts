import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { providerOf, type Device, type NumberTensor } from '../graph/graphSession';
import { originalName, portableModel, weightsRoot } from '../graph/portableModel';
import { onnxRuntime } from '../runtime';

/** One part of a checkpoint as an ONNX file with the names that its exporter gave to inputs and outputs. */
export class OnnxComponent {
  /** Opens it on the device that was chosen for the checkpoint; weights in files beside it stay there. */
  static async open(file: string, device: Device): Promise<Result<OnnxComponent>> {
    const { InferenceSession: Session, env } = await onnxRuntime();
    env.logLevel = 'error';
    const folder = path.dirname(file);
    try {
      const session = await Session.create(await portableModel(await readFile(file), folder), {
        executionProviders: device === 'cpu' ? ['cpu'] : [providerOf[device], 'cpu'],
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        extra: { session: { model_external_initializers_file_folder_path: weightsRoot(folder) } },
      });
      return ok(new OnnxComponent(file, session));
    } catch (error) {
      return fail(refused(file, error));
    }
  }

  private readonly inputs: ReadonlyMap<string, InferenceSession.TensorValueMetadata>;

  private constructor(
    private readonly file: string,
    private readonly session: InferenceSession,
  ) {
    this.inputs = new Map(session.inputMetadata.flatMap((input) => (input.isTensor ? [[originalName(input.name), input] as const] : [])));
  }

  /** Dimensions of an input, or undefined where there is no such one. */
  rankOf(input: string): number | undefined {
    return this.inputs.get(input)?.shape.length;
  }

  /** Why it does not fit, where it lacks one of the inputs or wants another one. */
  misfit(wanted: readonly string[], also: readonly string[] = []): Failure | undefined {
    const lacking = wanted.filter((name) => !this.inputs.has(name));
    const foreign = [...this.inputs.keys()].filter((name) => !wanted.includes(name) && !also.includes(name));
    return lacking.length === 0 && foreign.length === 0 ? undefined : otherInputs(this.file, lacking, foreign);
  }

  /** The first output. Inputs that it does not have are left out. */
  async run(feeds: Readonly<Record<string, NumberTensor>>): Promise<{ readonly data: Float32Array; readonly dims: readonly number[] }> {
    const { Tensor } = await onnxRuntime();
    const given = Object.entries(feeds).flatMap(([name, { data, dims }]) => {
      const input = this.inputs.get(name);
      if (!input) return [];
      return [[input.name, data instanceof BigInt64Array ? new Tensor('int64', data, dims) : new Tensor('float32', data as Float32Array, dims)] as const];
    });
    const results = await this.session.run(Object.fromEntries(given));
    const output = results[this.session.outputNames[0] ?? ''];
    if (!output || !(output.data instanceof Float32Array)) throw new Error(`${path.basename(this.file)} gave no numbers.`);
    return { data: output.data, dims: output.dims };
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

function nameOf(file: string): string {
  return path.join(path.basename(path.dirname(file)), path.basename(file));
}

function otherInputs(file: string, lacking: readonly string[], foreign: readonly string[]): Failure {
  const says = [...(lacking.length > 0 ? [`lacks the input ${lacking.join(', ')}`] : []), ...(foreign.length > 0 ? [`wants ${foreign.slice(0, 4).join(', ').slice(0, 200)}, which nobody gives it`] : [])];
  return {
    code: 'model-other-inputs',
    message: `${nameOf(file)} was exported in another way than Evalmark knows: it ${says.join(' and ')}.`,
    advice: 'Use the checkpoint with safetensors, which needs no export.',
    short: 'unknown export',
  };
}

function refused(file: string, error: unknown): Failure {
  const detail = error instanceof Error ? error.message : String(error);
  return {
    code: 'model-refused',
    message: `${nameOf(file)} cannot be loaded: ${(detail.trim().split('\n')[0] ?? '').replace(/\.$/, '').slice(0, 200)}.`,
    advice: 'Verify the download; if it is whole, the model needs another version of ONNX Runtime or another device.',
    short: 'model refused',
    detail,
  };
}
