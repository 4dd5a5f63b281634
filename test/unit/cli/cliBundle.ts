import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export interface CliBundle {
  /** As `dist/cli.mjs` is in the product, with the engine and the sample beside it. */
  readonly entry: string;
  remove(): Promise<void>;
}

/** Bundles the command line where it finds its native packages. */
export async function bundleCli(): Promise<CliBundle> {
  const folder = await mkdtemp(path.resolve('node_modules/.evalmark-cli-'));
  await promisify(execFile)(process.execPath, ['build.mjs', '--out', folder], { cwd: path.resolve('.') });
  return { entry: path.join(folder, 'cli.mjs'), remove: () => rm(folder, { recursive: true, force: true }) };
}
