import { missingAdvice, missingText } from '../cuda/libraries';
import type { CudaState } from '../cuda/cudaState';
import type { EnvironmentFact } from './fact';
import type { NodeProgram } from './findNode';

/** What the engine's own process found out about the devices, in the order in which it tries them. */
export interface DeviceReport {
  readonly devices: readonly { readonly device: string; readonly reason?: string | undefined }[];
  readonly onnxruntime: string | undefined;
  /** What it said, when it ended without an answer. */
  readonly problem?: string;
}

/** Devices that compute rightly, the first of which edits run on. */
export function devicesFact({ devices, onnxruntime, problem }: DeviceReport, hasCard: boolean): EnvironmentFact {
  const row = { id: 'devices', label: 'Devices', fix: { kind: 'setting', setting: 'evalmark.engine.devices' } } as const;
  if (devices.length === 0) {
    return { ...row, value: 'engine does not start', detail: `The inference process ended before it answered (${problem ?? 'without a word'}): name another Node in the setting evalmark.engine.node, or install Evalmark anew.`, wanting: true };
  }
  const works = devices.filter(({ reason }) => reason === undefined).map(({ device }) => device);
  const lines = devices.map(({ device, reason }) => (reason === undefined ? `${device}: computes rightly` : `${device}: not used because ${reason}`));
  const isPassedOver = hasCard && devices.some(({ device }) => device === 'cuda') && !works.includes('cuda');
  const value = works.join(' → ');
  return { ...row, value: value === '' ? 'none' : value, detail: `${lines.join('\n')}\nONNX Runtime ${onnxruntime ?? 'unknown'}`, ...(isPassedOver || value === '' ? { wanting: true } : {}) };
}

/** Only where there is an NVIDIA card. */
export function cudaFact(state: CudaState): EnvironmentFact {
  const row = { id: 'cuda', label: 'CUDA', fix: { kind: 'get-cuda' } } as const;
  switch (state.kind) {
    case 'foreign':
      return { ...row, value: 'not for this system', detail: 'ONNX Runtime has CUDA for x64 Linux and Windows only; WebGPU is used instead where it works.' };
    case 'absent':
      return { ...row, value: 'provider not there', detail: 'Edits do not use CUDA yet: run “Evalmark: Get CUDA Provider” (evalmark cuda on the command line). It shows the size first.', wanting: true };
    case 'missing':
      return { ...row, value: `lacks ${state.missing.join(', ')}`, detail: `${missingText(state.missing)} cannot be found. ${missingAdvice(state.missing)}`, wanting: true };
    case 'ready':
      return { ...row, value: `provider ${state.provider.version}`, detail: `All libraries of CUDA and cuDNN are found${state.folders.length > 0 ? ` (in ${state.folders.join(', ')})` : ''}.` };
  }
}

export function nodeFact({ file, version, source }: NodeProgram): EnvironmentFact {
  const from = { setting: 'named in the settings', path: 'found on the path', server: 'the server’s own', editor: 'the editor’s own; none was found on the path' }[source];
  return { id: 'node', label: 'Node', value: version, detail: `The engine runs in ${file}, ${from}.`, fix: { kind: 'setting', setting: 'evalmark.engine.node' } };
}
