import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { InstalledProvider } from './installedProvider';
import { providerLibraries } from './wheel';

/** NVIDIA's libraries that the provider loads. */
export interface CudaLibraries {
  /** Folders beside the system's own in which some of them lie; the engine's process gets them on its path. */
  readonly folders: readonly string[];
  /** Names of those that are nowhere, such as `libcudnn.so.9`. */
  readonly missing: readonly string[];
}

/** Looks for them in the system's own places, in what a person named, and where CUDA, conda and pip put them. */
export async function findCudaLibraries(provider: InstalledProvider, named: readonly string[], environment: NodeJS.ProcessEnv): Promise<CudaLibraries> {
  const library = providerLibraries(process.platform, process.arch).find((name) => name.includes('cuda'));
  if (library === undefined) return { folders: [], missing: [] };
  const file = path.join(provider.natives, library);
  const places = [...named, ...(await usualPlaces(environment))];
  return process.platform === 'win32' ? onWindows(file, places, environment) : onLinux(file, places, environment);
}

/** Says what is missing in the words of those who install it: "CUDA 13 (libcublas.so.13, …) and cuDNN 9 (libcudnn.so.9)". */
export function missingText(missing: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const name of missing) {
    const part = partOf(name, missing);
    groups.set(part, [...(groups.get(part) ?? []), name]);
  }
  return [...groups].map(([part, names]) => `${part} (${names.join(', ')})`).join(' and ');
}

/** What to do about it, in one sentence. */
export function missingAdvice(missing: readonly string[]): string {
  const parts = [...new Set(missing.map((name) => partOf(name, missing)))].join(' and ');
  if (missing.every(isDriver)) return `Install ${parts}.`;
  return `Install ${parts}, or name the folder with the libraries in the setting evalmark.cuda.libraries.`;
}

function partOf(name: string, missing: readonly string[]): string {
  if (isDriver(name)) return 'the NVIDIA driver';
  const version = majorOf(name);
  if (/cudnn/i.test(name)) return version === undefined ? 'cuDNN' : `cuDNN ${version}`;
  // The parts of CUDA count their versions differently; these two follow CUDA's own.
  const own = missing.find((other) => /cudart|cublas/i.test(other)) ?? (/cudart|cublas/i.test(name) ? name : undefined);
  const cuda = own === undefined ? undefined : majorOf(own);
  return cuda === undefined ? 'CUDA' : `CUDA ${cuda}`;
}

function isDriver(name: string): boolean {
  return /^(libcuda\.so|nvcuda\.dll)/i.test(name);
}

function majorOf(name: string): string | undefined {
  return /\.so\.(\d+)/.exec(name)?.[1] ?? /64_(\d+)/.exec(name)?.[1];
}

async function usualPlaces(environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const named = (...names: readonly string[]): readonly string[] => names.flatMap((name) => environment[name] || []);
  const roots = named('CUDA_PATH', 'CUDA_HOME');
  if (process.platform === 'win32') return [...roots.map((root) => path.join(root, 'bin')), ...roots.map((root) => path.join(root, 'bin', 'x64'))];
  const installed = (await namesIn('/usr/local')).filter((name) => /^cuda(-[\d.]+)?$/.test(name)).sort().reverse();
  const toolkits = [...roots, ...installed.map((name) => path.join('/usr/local', name)), '/opt/cuda'].flatMap((root) => [path.join(root, 'lib64'), path.join(root, 'targets', 'x86_64-linux', 'lib')]);
  const prefixes = named('CONDA_PREFIX', 'VIRTUAL_ENV');
  const ofPip = (await Promise.all(prefixes.map((prefix) => pipFolders(path.join(prefix, 'lib'))))).flat();
  return [...toolkits, ...prefixes.map((prefix) => path.join(prefix, 'lib')), ...ofPip];
}

/** NVIDIA's wheels lay their libraries into `site-packages/nvidia/PART/lib`. */
async function pipFolders(lib: string): Promise<readonly string[]> {
  const pythons = (await namesIn(lib)).filter((name) => /^python3/.test(name)).map((name) => path.join(lib, name, 'site-packages', 'nvidia'));
  return (await Promise.all(pythons.map(async (folder) => (await namesIn(folder)).map((part) => path.join(folder, part, 'lib'))))).flat();
}

async function onLinux(file: string, places: readonly string[], environment: NodeJS.ProcessEnv): Promise<CudaLibraries> {
  const loadedLater = (await holds(file, 'libcudnn')) ? ['libcudnn.so.9'] : [];
  const lookIn = async (folders: readonly string[]): Promise<readonly string[]> => {
    const notLinked = await notFound(file, folders, environment);
    const notThere = loadedLater.length === 0 ? [] : await notKnown(loadedLater, folders, environment);
    return [...notLinked, ...notThere.filter((name) => !notLinked.includes(name))];
  };
  let folders: readonly string[] = [];
  let missing = await lookIn(folders);
  // A library that was found may need others in turn.
  for (let round = 0; round < 3 && missing.length > 0; round++) {
    const more = await foldersWith(missing, places.filter((place) => !folders.includes(place)), (name) => name);
    if (more.length === 0) break;
    folders = [...folders, ...more];
    missing = await lookIn(folders);
  }
  return { folders, missing };
}

/** Whether a library's bytes hold a word: the provider opens cuDNN by name when it needs it first, so the loader does not tell. */
async function holds(file: string, word: string): Promise<boolean> {
  let tail = '';
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 }) as AsyncIterable<string>) {
    if ((tail + chunk).includes(word)) return true;
    tail = chunk.slice(-word.length);
  }
  return false;
}

/** Names that lie neither in the given folders nor where the loader looks by itself. */
async function notKnown(names: readonly string[], folders: readonly string[], environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const own = (environment['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => path.isAbsolute(folder));
  const there = new Set((await Promise.all([...folders, ...own, '/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib64', '/usr/lib64', '/usr/lib', '/lib'].map(namesIn))).flat());
  const cached = await new Promise<string>((resolve) => {
    execFile('ldconfig', ['-p'], { env: { ...environment, PATH: `${environment['PATH'] ?? ''}:/sbin:/usr/sbin` }, timeout: 10_000, maxBuffer: 1 << 24 }, (_error, output) => resolve(output));
  });
  return names.filter((name) => !there.has(name) && !cached.includes(`\t${name} `));
}

/** Names that the system's loader would not find for a library. Nothing of it is run. */
function notFound(file: string, folders: readonly string[], environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const env = { ...environment, LC_ALL: 'C', LD_LIBRARY_PATH: [...folders, environment['LD_LIBRARY_PATH'] ?? ''].filter(Boolean).join(':') };
  return new Promise((resolve) => {
    execFile('ldd', [file], { env, timeout: 60_000, maxBuffer: 1 << 24 }, (_error, output) => {
      const names = [...output.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name ?? '');
      resolve([...new Set(names)].filter((name) => !name.startsWith('libonnxruntime')));
    });
  });
}

async function onWindows(file: string, places: readonly string[], environment: NodeJS.ProcessEnv): Promise<CudaLibraries> {
  const needed = await namesInside(file);
  const onPath = (environment['PATH'] ?? environment['Path'] ?? '').split(path.delimiter).filter((place) => path.isAbsolute(place));
  const lower = (name: string): string => name.toLowerCase();
  const there = new Set((await Promise.all(onPath.map(namesIn))).flat().map(lower));
  const wanted = needed.filter((name) => !there.has(lower(name)));
  const folders = await foldersWith(wanted, places, lower);
  const found = new Set((await Promise.all(folders.map(namesIn))).flat().map(lower));
  return { folders, missing: wanted.filter((name) => !found.has(lower(name))) };
}

/** The names of NVIDIA's libraries that a library imports, read from its bytes. */
export async function namesInside(file: string): Promise<readonly string[]> {
  const names = new Set<string>();
  let tail = '';
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 }) as AsyncIterable<string>) {
    const text = tail + chunk;
    for (const [name] of text.matchAll(/\b(?:cudart|cublas|cublasLt|cudnn|cufft|curand|nvrtc)64_\d+(?:_\d+)*\.dll\b/gi)) names.add(name);
    tail = text.slice(-64);
  }
  return [...names].sort();
}

async function foldersWith(names: readonly string[], places: readonly string[], spelling: (name: string) => string): Promise<readonly string[]> {
  let open = new Set(names.map(spelling));
  const folders: string[] = [];
  for (const place of places) {
    const there = new Set((await namesIn(place)).map(spelling));
    const left = new Set([...open].filter((name) => !there.has(name)));
    if (left.size < open.size) folders.push(place);
    open = left;
  }
  return folders;
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
