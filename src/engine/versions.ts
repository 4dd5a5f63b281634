import { availableParallelism, cpus } from 'node:os';
import { graphicsDriver } from './memory/nvidiaSmi';
import { onnxRuntime } from './runtime';

/** What shaped the output beside model and settings. Asked after a model was loaded, so that nothing loads for it. */
export async function versions(device = 'cpu'): Promise<Readonly<Record<string, string>>> {
  const { env } = await onnxRuntime();
  const { default: sharp } = await import('sharp');
  return {
    ...(device === 'cuda' ? await graphicsDriver() : {}),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    threads: String(availableParallelism()),
    onnxruntime: env.versions.node ?? env.versions.common,
    sharp: sharp.versions.sharp ?? 'unknown',
    libvips: sharp.versions.vips,
    node: process.versions.node,
  };
}
