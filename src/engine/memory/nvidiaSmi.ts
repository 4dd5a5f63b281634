import { execFile } from 'node:child_process';

export interface DeviceMemory {
  readonly bytes: number;
  /** False when only the whole device's use is known, as in a container with its own process ids. */
  readonly own: boolean;
}

/** Memory that a process holds on NVIDIA's devices; `undefined` where their tool does not answer. */
export async function deviceMemory(processId: number): Promise<DeviceMemory | undefined> {
  const processes = await query('--query-compute-apps=pid,used_gpu_memory');
  if (processes === undefined) return undefined;
  const own = parseRows(processes).filter(([pid]) => pid === processId);
  if (own.length > 0) return { bytes: sum(own.map(([, mebibytes]) => mebibytes)), own: true };
  const devices = await query('--query-gpu=index,memory.used');
  return devices === undefined ? undefined : { bytes: sum(parseRows(devices).slice(0, 1).map(([, mebibytes]) => mebibytes)), own: false };
}

/** Whether a driver answers; asked before CUDA is tried, because the runtime's own error is long and late. */
export async function hasNvidiaDevice(): Promise<boolean> {
  return ((await query('--query-gpu=index,memory.used')) ?? '').trim() !== '';
}

/** Memory of each of NVIDIA's devices, in their order; none where their tool does not answer. */
export async function queryDevices(): Promise<readonly { readonly totalBytes: number; readonly usedBytes: number }[]> {
  const devices = await query('--query-gpu=memory.total,memory.used');
  return parseRows(devices ?? '').map(([total, used]) => ({ totalBytes: total * mebibyte, usedBytes: used * mebibyte }));
}

/** Name and driver of the first device; nothing where NVIDIA's tool does not answer. */
export async function graphicsDriver(): Promise<Readonly<Record<string, string>>> {
  const [line = ''] = ((await query('--query-gpu=name,driver_version')) ?? '').split('\n');
  const [gpu, driver] = line.split(',').map((part) => part.trim());
  return gpu && driver ? { gpu, driver } : {};
}

/** Lines such as `1234, 5678`; a figure that is not known ("[N/A]") makes its line useless. */
export function parseRows(text: string): readonly (readonly [number, number])[] {
  return text
    .split('\n')
    .map((line) => /^\s*(\d+)\s*,\s*(\d+)\s*$/.exec(line))
    .flatMap((found) => (found ? [[Number(found[1]), Number(found[2])] as const] : []));
}

/** Their tool knows nothing of the one GPU that this process may be restricted to. */
const onlyDevice = /^\d+$/.test(process.env['CUDA_VISIBLE_DEVICES'] ?? '') ? [`--id=${process.env['CUDA_VISIBLE_DEVICES'] ?? ''}`] : [];

function query(what: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', [what, ...onlyDevice, '--format=csv,noheader,nounits'], { timeout: 5000, windowsHide: true }, (error, stdout) => resolve(error ? undefined : stdout));
  });
}

function sum(mebibytes: readonly number[]): number {
  return mebibytes.reduce((total, value) => total + value, 0) * mebibyte;
}

const mebibyte = 1024 * 1024;
