import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

export interface EngineBundle {
  /** The child's entry, as `dist/engine.cjs` is in the product. */
  readonly entry: string;
  remove(): Promise<void>;
}

/** Bundles the engine's child where it finds its native packages. */
export async function bundleEngine(): Promise<EngineBundle> {
  const folder = await mkdtemp(path.resolve('node_modules/.evalmark-engine-'));
  const entry = path.join(folder, 'engine.cjs');
  await build({
    entryPoints: ['src/engine/main.ts'], outfile: entry, bundle: true, platform: 'node', target: 'node20', format: 'cjs',
    external: ['onnxruntime-node', 'sharp'], logLevel: 'error',
  });
  return { entry, remove: () => rm(folder, { recursive: true }) };
}
