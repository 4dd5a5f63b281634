import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { childVariables } from '../childVariables';
import { nativesFolder } from '../runtime';

/**
 * Why the runtime cannot use CUDA here, as words that follow "because"; `undefined` when nothing speaks against it.
 * Looked at before CUDA is asked for: the runtime's own error is long, and a library of the wrong kind ends the process.
 *
 * @param folder of the runtime's native files
 */
export async function whyNoCuda(folder = nativesFolder()): Promise<string | undefined> {
  const told = process.env[childVariables.noCuda];
  if (told !== undefined && told !== '') return told;
  const wanted = process.platform === 'linux' ? linux : process.platform === 'win32' ? windows : undefined;
  if (!wanted) return 'this system has no CUDA';
  const there = new Set(await readdir(folder).catch(() => []));
  const absent = wanted.provider.filter((file) => !there.has(file));
  if (absent.length > 0) return `the runtime's files for CUDA are not installed (${absent.join(', ')}): run “Evalmark: Get CUDA Provider”`;
  const missing = await wanted.missing(folder);
  return missing.length === 0 ? undefined : `CUDA or cuDNN is not installed, or not on the library path (${missing.slice(0, 3).join(', ')} not found)`;
}

interface Wanted {
  readonly provider: readonly string[];
  /** Libraries of NVIDIA that the system does not find. */
  missing(folder: string): Promise<readonly string[]>;
}

const linux: Wanted = {
  provider: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'],
  missing: (folder) =>
    new Promise((resolve) => {
      execFile('ldd', [path.join(folder, 'libonnxruntime_providers_cuda.so')], (_error, stdout) => {
        resolve([...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name ?? '').filter((name) => !name.startsWith('libonnxruntime')));
      });
    }),
};

const windows: Wanted = {
  provider: ['onnxruntime_providers_shared.dll', 'onnxruntime_providers_cuda.dll'],
  missing: async (folder) => {
    const places = [folder, ...(process.env['PATH'] ?? '').split(path.delimiter).filter((place) => path.isAbsolute(place))];
    const found = (await Promise.all(places.map((place) => readdir(place).catch(() => [])))).flat();
    // Which version the provider was built for stands nowhere; one of each is a good sign.
    return ['cudart64', 'cublasLt64', 'cudnn64'].filter((library) => !found.some((name) => name.toLowerCase().startsWith(`${library.toLowerCase()}_`))).map((library) => `${library}_….dll`);
  },
};
