import { createRequire } from 'node:module';
import path from 'node:path';
import type * as OnnxRuntime from 'onnxruntime-node';
import { childVariables } from './childVariables';

declare const __filename: string | undefined;

/** ONNX Runtime, loaded on first use: the bundled one, or the copy with CUDA's provider that the host names. */
export async function onnxRuntime(): Promise<typeof OnnxRuntime> {
  const modules = process.env[childVariables.modules];
  if (modules === undefined || modules === '') return import('onnxruntime-node');
  return createRequire(path.join(modules, 'onnxruntime-node', 'package.json'))('onnxruntime-node') as typeof OnnxRuntime;
}

/** The folder of the runtime's native files, where it looks for its providers. */
export function nativesFolder(): string {
  const modules = process.env[childVariables.modules];
  const here = createRequire(typeof __filename === 'string' ? __filename : import.meta.url);
  const runtime = modules === undefined || modules === '' ? path.join(path.dirname(here.resolve('onnxruntime-node')), '..') : path.join(modules, 'onnxruntime-node');
  return path.join(runtime, 'bin', 'napi-v6', process.platform, process.arch);
}
