import type { EngineSettings } from '../../core/evaluation/evaluation';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { providerOf, type Device } from '../graph/graphSession';
import { childVariables } from '../childVariables';
import type { AttentionFlavour, ComputeType } from '../graph/layers';
import { causeOf } from '../childFailure';
import { hasNvidiaDevice } from '../memory/nvidiaSmi';
import { whyNoCuda } from './providerFiles';
import { selfTest } from './selfTest';
import { onnxRuntime } from '../runtime';

/** What a checkpoint is computed on, and how. */
export interface ChosenDevice {
  readonly device: Device;
  readonly compute: ComputeType;
  readonly attention: AttentionFlavour;
  /** Why it is not the one that was asked for. */
  readonly warnings: readonly string[];
}

/** What is known of this machine; tests give their own. */
export interface DeviceProbe {
  /** Why a device is not there at all, as words that follow "because"; `undefined` when it may be tried. */
  whyUnavailable(device: Device): Promise<string | undefined>;
  selfTest: typeof selfTest;
}

/**
 * CUDA, then WebGPU, then the processor, or in the order that the person chose, or the one that was asked for; each has to get a few known numbers right before
 * it is trusted. The processor takes over with a message.
 *
 * @param wantsHalf whether the weights are stored in 16 bits and may be computed so
 */
export async function chooseDevice({ device: asked, precision }: EngineSettings, wantsHalf: boolean, probe: DeviceProbe = machine): Promise<Result<ChosenDevice>> {
  const warnings: string[] = [];
  for (const device of asked === 'auto' ? preferredDevices() : asked === 'cpu' ? (['cpu'] as const) : ([asked, 'cpu'] as const)) {
    const unavailable = await probe.whyUnavailable(device);
    const compute = computeType(device, precision, wantsHalf);
    const test = unavailable === undefined ? await probe.selfTest(device, compute) : undefined;
    if (test?.kind === 'right') return ok({ device, compute, attention: test.attention, warnings: [...warnings, ...test.warnings, ...precisionWarnings(device, precision, compute)] });
    const said = test?.reason ?? unavailable ?? '';
    const reason = causeOf(said)?.what ?? said;
    if (device === 'cpu') return fail(noDevice(reason));
    // A machine without a graphics card needs no word about it, a card that computes wrongly does.
    if (asked !== 'auto' || test?.reason.startsWith('its numbers') || (device === 'cuda' && (await hasNvidiaDevice()))) {
      warnings.push(`${names[device]} cannot be used because ${reason}; the next device is used instead.`);
    }
  }
  return fail(noDevice('none was found'));
}

/** What `auto` tries in turn, the processor at the end whatever was chosen. */
export function preferredDevices(): readonly Device[] {
  const chosen = (process.env[childVariables.devices] ?? '').split(',').filter((name): name is Device => name in providerOf && name !== 'cpu');
  return process.env[childVariables.devices] === undefined ? ['cuda', 'webgpu', 'cpu'] : [...new Set(chosen), 'cpu'];
}

/** The processor knows only float32, bfloat16 has kernels only for CUDA. */
function computeType(device: Device, precision: EngineSettings['precision'], wantsHalf: boolean): ComputeType {
  if (device === 'cpu' || precision === 'float32') return 'float32';
  if (precision === 'float16') return 'float16';
  if (device !== 'cuda') return 'float32';
  return precision === 'bfloat16' || wantsHalf ? 'bfloat16' : 'float32';
}

function precisionWarnings(device: Device, precision: EngineSettings['precision'], compute: ComputeType): readonly string[] {
  const asked = precision === 'bfloat16' || precision === 'float16';
  return asked && compute !== precision ? [`${names[device]} computes in ${compute}; ${precision} was not applied.`] : [];
}

const names: Readonly<Record<Device, string>> = { cuda: 'CUDA', webgpu: 'WebGPU', coreml: 'Core ML', directml: 'DirectML', cpu: 'The processor' };

export const machine: DeviceProbe = {
  selfTest,
  async whyUnavailable(device) {
    if (device === 'cpu') return undefined;
    const { listSupportedBackends } = await onnxRuntime();
    if (!listSupportedBackends().some(({ name }) => name === providerOf[device])) return `this system's ONNX Runtime has no ${names[device]}`;
    if (device !== 'cuda') return undefined;
    return (await hasNvidiaDevice()) ? whyNoCuda() : 'no NVIDIA driver answers';
  },
};

function noDevice(reason: string): Failure {
  return {
    code: 'engine-broken',
    message: `Nothing on this machine computes rightly, not even the processor, because ${reason}.`,
    advice: 'Install Evalmark anew (npm ci in its folder); if it stays so, report it with the log.',
    short: 'runtime broken',
  };
}
