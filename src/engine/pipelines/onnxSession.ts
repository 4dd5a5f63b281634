import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { EngineSettings } from '../../core/evaluation/evaluation';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { providerOf } from '../graph/graphSession';
import { portableModel, weightsRoot } from '../graph/portableModel';
import { hasNvidiaDevice } from '../memory/nvidiaSmi';
import { onnxRuntime } from '../runtime';

export interface OpenSession {
  readonly session: InferenceSession;
  readonly device: EngineSettings['device'];
  readonly warnings: readonly string[];
}

/** Opens a model on the device that was asked for, or on the processor with a warning that says why. */
export async function openSession(file: string, wanted: EngineSettings['device']): Promise<Result<OpenSession>> {
  const warnings: string[] = [];
  for (const device of await devicesFor(wanted)) {
    const unavailable = await whyUnavailable(device);
    if (unavailable !== undefined) {
      warnings.push(`${names[device]} cannot be used (${unavailable}); the processor is used instead.`);
      continue;
    }
    try {
      return ok({ session: await create(file, device), device, warnings });
    } catch (error) {
      if (device === 'cpu') return fail(refused(file, error));
      warnings.push(`${names[device]} refused the model (${firstLine(error)}); the processor is used instead.`);
    }
  }
  return fail(refused(file, 'no device could be used'));
}

type Device = Exclude<EngineSettings['device'], 'auto'>;

const names: Readonly<Record<Device, string>> = { cuda: 'CUDA', webgpu: 'WebGPU', coreml: 'Core ML', directml: 'DirectML', cpu: 'The processor' };

/** WebGPU is never chosen by itself: some of its drivers compute wrongly without saying so. */
async function devicesFor(wanted: EngineSettings['device']): Promise<readonly Device[]> {
  if (wanted === 'cpu') return ['cpu'];
  if (wanted !== 'auto') return [wanted, 'cpu'];
  return (await isBuiltIn('cuda')) && (await hasNvidiaDevice()) ? ['cuda', 'cpu'] : ['cpu'];
}

async function whyUnavailable(device: Device): Promise<string | undefined> {
  if (device === 'cpu') return undefined;
  if (!(await isBuiltIn(device))) return `this system's ONNX Runtime has no ${names[device]}`;
  return device === 'cuda' && !(await hasNvidiaDevice()) ? 'no NVIDIA driver answers' : undefined;
}

async function isBuiltIn(device: Device): Promise<boolean> {
  const { listSupportedBackends } = await onnxRuntime();
  return listSupportedBackends().some(({ name }) => name === providerOf[device]);
}

async function create(file: string, device: Device): Promise<InferenceSession> {
  const { InferenceSession, env } = await onnxRuntime();
  env.logLevel = 'error';
  const options: InferenceSession.SessionOptions = {
    executionProviders: device === 'cpu' ? ['cpu'] : [providerOf[device], 'cpu'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  };
  const direct = await InferenceSession.create(file, options).catch((error: unknown) => {
    if (!/external|outside|escape|symlink/i.test(String(error))) throw error;
    return undefined;
  });
  const values = direct ? [...direct.inputMetadata, ...direct.outputMetadata] : [];
  if (direct && !values.some((value) => value.isTensor && value.type === 'float16')) return direct;
  await direct?.release();
  const folder = path.dirname(file);
  const extra = { session: { model_external_initializers_file_folder_path: weightsRoot(folder) } };
  return InferenceSession.create(await portableModel(await readFile(file), folder), { ...options, extra });
}

function refused(file: string, error: unknown): Failure {
  return {
    code: 'model-refused',
    message: `${path.basename(file)} cannot be loaded: ${firstLine(error)}.`,
    advice: 'Verify the download; if it is whole, the model needs another version of ONNX Runtime or another device.',
    short: 'model refused',
    detail: String(error),
  };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.trim().split('\n')[0] ?? '').replace(/\.$/, '').slice(0, 200);
}
