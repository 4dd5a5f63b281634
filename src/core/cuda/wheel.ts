import type { IndexFile } from './packageIndex';

/** The package that holds the CUDA provider of ONNX Runtime, built by its makers. */
export const providerProject = 'onnxruntime-gpu';

/** Libraries of the provider, as they are called in the wheel and beside the runtime; nothing where there is no such wheel. */
export function providerLibraries(platform: NodeJS.Platform, architecture: string): readonly string[] {
  if (architecture !== 'x64') return [];
  if (platform === 'linux') return ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];
  return platform === 'win32' ? ['onnxruntime_providers_shared.dll', 'onnxruntime_providers_cuda.dll'] : [];
}

/**
 * The wheel of exactly the runtime's version for a system. Which Python it is for makes no difference to the provider; the
 * newest is taken, because it stays listed longest.
 */
export function chooseWheel(files: readonly IndexFile[], version: string, platform: NodeJS.Platform): IndexFile | undefined {
  const system = platform === 'win32' ? /^win_amd64$/ : /^manylinux\w*_x86_64$/;
  const fitting = files.filter(({ name }) => {
    const [project, found, python, abi, tags, ...rest] = name.replace(/\.whl$/, '').split('-');
    if (!name.endsWith('.whl') || rest.length > 0 || python === undefined || abi === undefined || tags === undefined) return false;
    return project?.replaceAll('_', '-').toLowerCase() === providerProject && found === version && tags.split('.').some((tag) => system.test(tag));
  });
  return fitting.toSorted((one, other) => pythonOf(other) - pythonOf(one) || one.name.localeCompare(other.name))[0];
}

/** "cp313" as 313; the free-threaded builds come last. */
function pythonOf({ name }: IndexFile): number {
  const [, number, free] = /-cp(\d+)-cp\d+(t?)-/.exec(name) ?? [];
  return Number(number ?? 0) - (free ? 1000 : 0);
}
