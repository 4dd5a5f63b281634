import path from 'node:path';
import { checkEnvironment } from '../core/environment/checkEnvironment';
import { hubCacheFolder } from '../core/hub/cache';
import { findCudaState } from '../core/cuda/cudaState';
import { reportDevices } from '../engine/deviceReport';
import type { CliArguments } from './arguments';
import { cudaPlaces, engineEntry, engineProgram } from './engineMachine';

/** `evalmark doctor [FOLDER]`: what this machine offers and lacks, each with its fix. Code 1 when something is wanting. */
export async function doctor({ plan: folder, json }: CliArguments): Promise<number> {
  const { facts } = await checkEnvironment({
    cacheFolder: hubCacheFolder(process.env),
    tokenStored: false,
    folder: path.resolve(folder),
    node: async () => ({ file: process.execPath, version: process.versions.node, source: 'path' }),
    cuda: () => findCudaState(cudaPlaces()),
    devices: async () => reportDevices(engineEntry, await engineProgram()),
  });
  const wanting = facts.filter((fact) => fact.wanting);
  if (json) process.stdout.write(`${JSON.stringify({ facts: facts.map(({ id, label, value, detail, wanting: lacks = false }) => ({ id, label, value, detail, wanting: lacks })) }, undefined, 2)}\n`);
  else {
    for (const { label, value, detail, wanting: lacks } of facts) {
      process.stdout.write(`${lacks ? '✗' : '✓'} ${label.padEnd(10)} ${value}\n`);
      if (lacks) for (const line of detail.split('\n')) process.stdout.write(`  ${''.padEnd(10)} ${line}\n`);
    }
    process.stdout.write(wanting.length === 0 ? '\nNothing is wanting.\n' : `\nWanting: ${wanting.map(({ label }) => label).join(', ')}\n`);
  }
  return wanting.length === 0 ? 0 : 1;
}
