import { execFile } from 'node:child_process';
import { arch, cpus, platform, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Machine } from './resultsRecord';

/** The machine that this runs on, without anything that names its owner. Graphics are asked for only where they were used. */
export async function thisMachine({ graphics }: { readonly graphics: boolean }): Promise<Machine> {
  const cards = graphics ? await graphicsCards() : [];
  return {
    system: `${platform()} ${arch()}`,
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} threads`,
    memoryBytes: totalmem(),
    ...(cards.length > 0 && { graphics: cards }),
  };
}

/** "NVIDIA A100-SXM4-80GB, driver 550.54": one for each card that the driver's own tool names. */
async function graphicsCards(): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader'], { timeout: 10_000 });
    return stdout.split('\n').flatMap((line) => (line.includes(',') ? [line.trim().replace(/,\s*/, ', driver ')] : []));
  } catch {
    return [];
  }
}
