import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { bytes } from '../status/wording';

export interface Device {
  /** For the status bar: "cuda:0 10.2/24 GB", "cpu". */
  readonly short: string;
  readonly long: string;
}

/** The first NVIDIA card that its driver's own tool names, else the processor. */
export async function findDevice(): Promise<Device> {
  const output = await run('nvidia-smi', ['--query-gpu=name,memory.used,memory.total', '--format=csv,noheader,nounits']);
  const [name, used, total] = output?.split('\n')[0]?.split(',').map((part) => part.trim()) ?? [];
  if (name !== undefined && Number(total) > 0) {
    const mebibyte = 1024 * 1024;
    return { short: `cuda:0 ${(Number(used) / 1024).toFixed(1)}/${Math.round(Number(total) / 1024)} GB`, long: `${name}, ${bytes(Number(total) * mebibyte)}` };
  }
  const processors = cpus();
  return { short: 'cpu', long: `${processors[0]?.model.trim() ?? 'Processor'}, ${processors.length} cores. No NVIDIA driver answered.` };
}

function run(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 5000, windowsHide: true }, (error, output) => resolve(error ? undefined : output));
  });
}
