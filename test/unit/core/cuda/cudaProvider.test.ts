import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCudaState } from '../../../../src/core/cuda/cudaState';
import { fetchProvider, offerProvider, type ProviderRequest } from '../../../../src/core/cuda/getProvider';
import { runtimeVersion } from '../../../../src/core/cuda/installedProvider';
import { missingAdvice, missingText, namesInside } from '../../../../src/core/cuda/libraries';
import { packageIndexAt } from '../../../../src/core/cuda/packageIndex';
import { findPackageIndex, indexInHelp } from '../../../../src/core/cuda/pipIndex';
import { chooseWheel } from '../../../../src/core/cuda/wheel';
import { temporaryFolder } from '../../actionContext';
import { elfLibrary } from './elfLibrary';
import { startPackageIndex, type IndexServer, type ServedFile } from './packageIndexServer';
import { zipFile } from './zipFile';

let folder: string;
/** A small package in the runtime's place. */
let runtime: string;
let server: IndexServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  runtime = path.join(folder, 'bundled', 'onnxruntime-node');
  const natives = path.join(runtime, 'bin', 'napi-v6', process.platform, process.arch);
  const common = path.join(folder, 'bundled', 'node_modules', 'onnxruntime-common', 'dist');
  for (const place of [natives, common, path.join(runtime, 'dist')]) await mkdir(place, { recursive: true });
  await writeFile(path.join(runtime, 'package.json'), JSON.stringify({ name: 'onnxruntime-node', version: '1.30.0', main: 'dist/index.js' }));
  await writeFile(path.join(runtime, 'dist', 'index.js'), "module.exports = require('onnxruntime-common');");
  await writeFile(path.join(common, '..', 'package.json'), JSON.stringify({ name: 'onnxruntime-common', version: '1.30.0', main: 'dist/index.js' }));
  await writeFile(path.join(common, 'index.js'), "module.exports = { from: __dirname };");
  for (const name of ['onnxruntime_binding.node', 'libonnxruntime.so.1']) await writeFile(path.join(natives, name), name);
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

const needed = ['libcublasLt.so.13', 'libcudart.so.13', 'libcuda.so.1'];

function wheelOf(content: Readonly<Record<string, Buffer>>): Buffer {
  return zipFile({ 'onnxruntime/__init__.py': Buffer.from('import nothing'), 'onnxruntime/capi/libonnxruntime_providers_tensorrt.so': randomBytes(1000), ...content });
}

const cudaLibrary = Buffer.concat([elfLibrary(needed, 'libcudnn.so'), randomBytes(200_000)]);
const provider = (): Readonly<Record<string, Buffer>> => ({
  'onnxruntime/capi/libonnxruntime_providers_shared.so': elfLibrary([]),
  'onnxruntime/capi/libonnxruntime_providers_cuda.so': cudaLibrary,
});

async function serve(files: (version: string) => readonly ServedFile[], form?: 'json' | 'html'): Promise<ProviderRequest> {
  server = await startPackageIndex('onnxruntime-gpu', files(await runtimeVersion(runtime)), form);
  const index = packageIndexAt(server.address)!;
  return { index, runtime, folder: path.join(folder, 'cuda'), signal: new AbortController().signal, tuning: { tries: 1, firstWait: 1 } };
}

const wheelName = (version: string, tag = 'cp313-cp313-manylinux_2_28_x86_64'): string => `onnxruntime_gpu-${version}-${tag}.whl`;

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the CUDA provider', () => {
  it.each(['json', 'html'] as const)('is offered with its size, and comes with a checked copy of the runtime beside it (index as %s)', async (form) => {
    const wheel = wheelOf(provider());
    const request = await serve((version) => [{ name: wheelName('1.0.0'), content: Buffer.from('old') }, { name: wheelName(version), content: wheel }], form);
    const offer = await offerProvider(request);
    expect(offer).toMatchObject({ ok: true, value: { bytes: wheel.length, kept: 0, wheel: { name: wheelName(await runtimeVersion(runtime)) } } });
    if (!offer.ok) return;
    const reports: number[] = [];
    const got = await fetchProvider(offer.value, { ...request, progress: ({ completed = 0 }) => reports.push(completed) });
    expect(got.ok).toBe(true);
    if (!got.ok) return;
    expect((await readdir(got.value.natives)).sort()).toEqual(['libonnxruntime.so.1', 'libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so', 'onnxruntime_binding.node']);
    expect((await readFile(path.join(got.value.natives, 'libonnxruntime_providers_cuda.so'))).equals(cudaLibrary)).toBe(true);
    expect(await readdir(request.folder)).toEqual([`onnxruntime-${offer.value.version}`]);
    expect(reports.at(-1)).toBe(wheel.length);
    // The copy is a whole runtime, and loads nothing of the bundled one.
    const copy = createRequire(path.join(got.value.modules, 'onnxruntime-node', 'package.json'))('onnxruntime-node') as { from: string };
    expect(copy.from.startsWith(await realpath(got.value.modules))).toBe(true);
  });

  it('goes on where a download broke off, and fetches no byte twice', async () => {
    const wheel = wheelOf(provider());
    const request = await serve((version) => [{ name: wheelName(version), content: wheel }]);
    const offer = await offerProvider(request);
    if (!offer.ok) throw new Error(offer.failure.message);
    server?.cutNextAfter(30_000);
    expect(await fetchProvider(offer.value, request)).toMatchObject({ ok: false });
    const again = await offerProvider(request);
    if (!again.ok) throw new Error(again.failure.message);
    expect(again.value.kept).toBeGreaterThan(0);
    expect((await fetchProvider(again.value, request)).ok).toBe(true);
    expect(server?.asked.at(-1)?.range).toBe(`bytes=${again.value.kept}-${wheel.length - 1}`);
  });

  it('with another checksum than the index names is thrown away, and nothing is installed', async () => {
    const request = await serve((version) => [{ name: wheelName(version), content: wheelOf(provider()), sha256: 'a'.repeat(64) }]);
    const offer = await offerProvider(request);
    if (!offer.ok) throw new Error(offer.failure.message);
    expect(await fetchProvider(offer.value, request)).toMatchObject({ ok: false, failure: { code: 'wrong-checksum' } });
    expect(await findCudaState({ folder: request.folder, runtime, named: [], environment: {} })).toEqual({ kind: 'absent' });
    expect((await readdir(path.join(request.folder, 'download'))).filter((name) => name.includes('a'.repeat(64)) && !name.endsWith('lock'))).toEqual([]);
  });

  it('of a wheel without the libraries is refused, and what was there before stays', async () => {
    const good = await serve((version) => [{ name: wheelName(version), content: wheelOf(provider()) }]);
    const first = await offerProvider(good);
    if (first.ok) await fetchProvider(first.value, good);
    await server?.close();
    const bad = await serve((version) => [{ name: wheelName(version), content: zipFile({ 'a.txt': Buffer.from('nothing') }) }]);
    const offer = await offerProvider(bad);
    if (!offer.ok) throw new Error(offer.failure.message);
    expect(await fetchProvider(offer.value, bad)).toMatchObject({ ok: false });
    expect(await findCudaState({ folder: bad.folder, runtime, named: [], environment: process.env })).toMatchObject({ kind: 'missing' });
  });

  it('of no other version is taken', async () => {
    const request = await serve((version) => [{ name: wheelName('9.9.9'), content: Buffer.from('x') }, { name: wheelName(version), content: Buffer.from('x'), yanked: true }]);
    expect(await offerProvider(request)).toMatchObject({ ok: false, failure: { code: 'provider-not-listed' } });
  });

  it('is not there where the index does not know the package', async () => {
    const request = await serve(() => []);
    const elsewhere = packageIndexAt(`${server!.address}/other`)!;
    expect(await offerProvider({ ...request, index: elsewhere })).toMatchObject({ ok: false, failure: { code: 'package-not-found' } });
  });

  it('cannot be written where the folder may not be, and says so', async () => {
    const request = await serve((version) => [{ name: wheelName(version), content: wheelOf(provider()) }]);
    await writeFile(path.join(folder, 'cuda'), 'a file');
    const offer = await offerProvider(request);
    if (!offer.ok) throw new Error(offer.failure.message);
    expect(await fetchProvider(offer.value, request)).toMatchObject({ ok: false, failure: { code: 'not-writable' } });
  });
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('libraries of CUDA and cuDNN', () => {
  async function installed(): Promise<string> {
    const request = await serve((version) => [{ name: wheelName(version), content: wheelOf(provider()) }]);
    const offer = await offerProvider(request);
    if (offer.ok) await fetchProvider(offer.value, request);
    return request.folder;
  }
  const state = (where: string, named: readonly string[], environment: NodeJS.ProcessEnv = {}) => findCudaState({ folder: where, runtime, named, environment: { PATH: process.env['PATH'], ...environment } });

  it('that the system has nowhere are named, with what brings them', async () => {
    const found = await state(await installed(), []);
    expect(found).toMatchObject({ kind: 'missing', missing: [...needed, 'libcudnn.so.9'] });
    if (found.kind !== 'missing') return;
    expect(missingText(found.missing)).toBe('CUDA 13 (libcublasLt.so.13, libcudart.so.13) and the NVIDIA driver (libcuda.so.1) and cuDNN 9 (libcudnn.so.9)');
    expect(missingAdvice(found.missing)).toContain('Install CUDA 13 and the NVIDIA driver and cuDNN 9');
    expect(missingAdvice(['libcuda.so.1'])).toBe('Install the NVIDIA driver.');
  });

  it('are found in a folder that a person named, in CUDA_HOME and where pip puts them; only folders that help are handed on', async () => {
    const where = await installed();
    const named = path.join(folder, 'named');
    const home = path.join(folder, 'home');
    const python = path.join(folder, 'venv/lib/python3.13/site-packages/nvidia/cudnn/lib');
    for (const place of [named, path.join(home, 'lib64'), python, path.join(folder, 'useless')]) await mkdir(place, { recursive: true });
    // What one library needs in turn has to be found as well.
    await writeFile(path.join(named, 'libcublasLt.so.13'), elfLibrary(['libcublasInner.so.13']), { mode: 0o755 });
    await writeFile(path.join(home, 'lib64', 'libcudart.so.13'), elfLibrary([]), { mode: 0o755 });
    await writeFile(path.join(home, 'lib64', 'libcublasInner.so.13'), elfLibrary([]), { mode: 0o755 });
    await writeFile(path.join(named, 'libcuda.so.1'), elfLibrary([]), { mode: 0o755 });
    await writeFile(path.join(python, 'libcudnn.so.9'), elfLibrary([]), { mode: 0o755 });
    const found = await state(where, [path.join(folder, 'useless'), named], { CUDA_HOME: home, VIRTUAL_ENV: path.join(folder, 'venv') });
    expect(found).toMatchObject({ kind: 'ready', folders: [named, path.join(home, 'lib64'), python] });
    expect(await state(where, [named], { CUDA_HOME: home })).toMatchObject({ kind: 'missing', missing: ['libcudnn.so.9'] });
  });

  it('on the library path already need no folder', async () => {
    const where = await installed();
    const place = path.join(folder, 'libraries');
    await mkdir(place);
    for (const name of [...needed, 'libcudnn.so.9']) await writeFile(path.join(place, name), elfLibrary([]), { mode: 0o755 });
    expect(await state(where, [], { LD_LIBRARY_PATH: place })).toMatchObject({ kind: 'ready', folders: [] });
  });
});

it('reads the names of Windows’ libraries from the bytes of one that imports them', async () => {
  const file = path.join(folder, 'onnxruntime_providers_cuda.dll');
  await writeFile(file, Buffer.concat([randomBytes(1 << 20), Buffer.from('\0cublasLt64_13.dll\0cudnn64_9.dll\0KERNEL32.dll\0cublasLt64_13.dll\0')]));
  expect(await namesInside(file)).toEqual(['cublasLt64_13.dll', 'cudnn64_9.dll']);
  expect(missingText(['cublasLt64_13.dll', 'cudnn64_9.dll'])).toBe('CUDA 13 (cublasLt64_13.dll) and cuDNN 9 (cudnn64_9.dll)');
});

describe('the wheel', () => {
  const files = (...names: readonly string[]) => names.map((name) => ({ name, url: 'http://127.0.0.1/x', sha256: 'b'.repeat(64) }));

  it('is of the system and of exactly the version, for the newest Python', () => {
    const listed = files(
      'onnxruntime_gpu-1.30.0-cp311-cp311-manylinux_2_28_x86_64.whl',
      'onnxruntime_gpu-1.30.0-cp314-cp314t-manylinux_2_28_x86_64.whl',
      'onnxruntime_gpu-1.30.0-cp314-cp314-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl',
      'onnxruntime_gpu-1.30.0-cp314-cp314-win_amd64.whl',
      'onnxruntime_gpu-1.30.0-cp314-cp314-manylinux_2_28_aarch64.whl',
      'onnxruntime_gpu-1.30.1-cp315-cp315-manylinux_2_28_x86_64.whl',
      'onnxruntime_gpu-1.30.0.tar.gz',
    );
    expect(chooseWheel(listed, '1.30.0', 'linux')?.name).toBe('onnxruntime_gpu-1.30.0-cp314-cp314-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl');
    expect(chooseWheel(listed, '1.30.0', 'win32')?.name).toBe('onnxruntime_gpu-1.30.0-cp314-cp314-win_amd64.whl');
    expect(chooseWheel(listed, '1.29.0', 'linux')).toBeUndefined();
  });
});

describe('the package index', () => {
  it('is what a person set, then the environment’s, then pip’s own', async () => {
    const asked: string[] = [];
    const pip = async () => {
      asked.push('pip');
      return 'http://pip.example/simple';
    };
    expect((await findPackageIndex('http://set.example/simple/', { PIP_INDEX_URL: 'http://env.example' }, pip))?.address).toBe('http://set.example/simple/');
    expect((await findPackageIndex(undefined, { PIP_INDEX_URL: 'http://env.example/a' }, pip))?.address).toBe('http://env.example/a/');
    expect(asked).toEqual([]);
    expect((await findPackageIndex('not an address', {}, pip))?.address).toBe('http://pip.example/simple/');
    expect(await findPackageIndex(undefined, {}, async () => undefined)).toBeUndefined();
  });

  it('is read from pip’s help, however it breaks its lines', () => {
    const help = '  -i, --index-url <url>       Base URL of the Python Package Index (default\n                              https://index.example/simple). This should point to\n  --extra-index-url <url>     Extra (default http://wrong.example)\n';
    expect(indexInHelp(help)).toBe('https://index.example/simple');
    expect(indexInHelp('nothing')).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32')('is asked of the pip on the path', async () => {
    const pip = path.join(folder, 'pip');
    await writeFile(pip, '#!/bin/sh\nprintf -- "  -i, --index-url <url>  Base URL (default http://own.example/simple)\\n  --next\\n"\n');
    await chmod(pip, 0o755);
    const before = process.env['PATH'];
    process.env['PATH'] = `${folder}:${before}`;
    try {
      expect((await findPackageIndex(undefined, {}))?.address).toBe('http://own.example/simple/');
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('sends name and password to its own origin only, and shows them nowhere', async () => {
    const index = packageIndexAt('http://me:se%20cret@127.0.0.1:1/simple');
    expect(index).toEqual({ address: 'http://127.0.0.1:1/simple/', authorization: `Basic ${Buffer.from('me:se cret').toString('base64')}` });
    const other = await startPackageIndex('elsewhere', []);
    server = await startPackageIndex('onnxruntime-gpu', []);
    const own = packageIndexAt(server.address.replace('http://', 'http://me:secret@'))!;
    const { indexFetch } = await import('../../../../src/core/cuda/packageIndex');
    await indexFetch(own, {})(`${server.address}/onnxruntime-gpu/`);
    await indexFetch(own, {})(`${other.address}/elsewhere/`);
    expect(server.asked[0]?.authorization).toMatch(/^Basic /);
    expect(other.asked[0]?.authorization).toBeUndefined();
    await other.close();
  });

  it('is no file and no other scheme', () => {
    for (const address of ['file:///etc', 'simple', 'ftp://index.example']) expect(packageIndexAt(address)).toBeUndefined();
  });
});
