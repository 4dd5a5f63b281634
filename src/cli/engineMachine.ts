import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCudaState, type CudaPlaces } from '../core/cuda/cudaState';
import { cudaSetup } from '../core/environment/engineSetup';
import type { EngineProgram } from '../engine/engineChild';
import { programFor } from '../engine/engineSetup';

/** The bundled child beside this bundle. */
export const engineEntry = path.join(path.dirname(fileURLToPath(import.meta.url)), 'engine.cjs');

/** What a terminal's runs have of CUDA: in the user's cache, since there is no editor to keep it. */
export function cudaPlaces(): CudaPlaces {
  const runtime = path.join(path.dirname(createRequire(engineEntry).resolve('onnxruntime-node')), '..');
  const folder = path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'evalmark', 'cuda');
  return { folder, runtime, named: [], environment: process.env };
}

/** The engine runs in the Node that runs this. */
export async function engineProgram(): Promise<EngineProgram> {
  return programFor({ file: process.execPath, ...cudaSetup(await findCudaState(cudaPlaces())) });
}
