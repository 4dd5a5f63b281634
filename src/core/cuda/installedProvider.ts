import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ExtractedFile } from './wheelEntries';

/** A runtime with CUDA's provider beside it: a copy of the bundled one, because that one's folder may not be written to. */
export interface InstalledProvider {
  readonly version: string;
  /** Holds `onnxruntime-node`, as a `node_modules` folder does. */
  readonly modules: string;
  /** The folder of the native files. */
  readonly natives: string;
}

/** Version of a runtime's package, `…/onnxruntime-node`. */
export async function runtimeVersion(runtime: string): Promise<string> {
  return (JSON.parse(await readFile(path.join(runtime, 'package.json'), 'utf8')) as { version: string }).version;
}

/** The provider for a version of the runtime, if it was got and is whole. */
export async function installedProvider(folder: string, version: string): Promise<InstalledProvider | undefined> {
  const provider = describe(path.join(folder, `${prefix}${version}`), version);
  const record = await readFile(path.join(path.dirname(provider.modules), recordName), 'utf8').catch(() => undefined);
  if (record === undefined) return undefined;
  const there = new Set(await readdir(provider.natives).catch(() => []));
  const { libraries } = JSON.parse(record) as ProviderRecord;
  return libraries.every(({ name }) => there.has(name)) ? provider : undefined;
}

interface ProviderRecord {
  readonly wheel: string;
  readonly libraries: readonly ExtractedFile[];
}

/**
 * Lays the provider beside a copy of the runtime, as a whole or not at all, and takes those of other versions away.
 *
 * @param extract writes the provider's libraries into a folder
 */
export async function installProvider(folder: string, runtime: string, wheel: string, extract: (into: string) => Promise<readonly ExtractedFile[]>): Promise<InstalledProvider> {
  const version = await runtimeVersion(runtime);
  const root = path.join(folder, `${prefix}${version}`);
  const building = `${root}.new`;
  await rm(building, { recursive: true, force: true });
  const { modules, natives } = describe(building, version);
  await mkdir(natives, { recursive: true });
  const common = path.dirname(createRequire(path.join(runtime, 'package.json')).resolve('onnxruntime-common')).replace(/([\\/]onnxruntime-common)[\\/].*$/, '$1');
  await copyCode(runtime, path.join(modules, 'onnxruntime-node'));
  await copyCode(common, path.join(modules, 'onnxruntime-common'));
  await cp(path.join(runtime, nativesBelow), natives, { recursive: true });
  const libraries = await extract(natives);
  const record: ProviderRecord = { wheel, libraries };
  await writeFile(path.join(building, recordName), `${JSON.stringify(record, undefined, 2)}\n`);
  for (const other of await readdir(folder)) if (other.startsWith(prefix) && other !== path.basename(building)) await rm(path.join(folder, other), { recursive: true, force: true });
  await rename(building, root);
  return describe(root, version);
}

const prefix = 'onnxruntime-';
const recordName = 'provider.json';
const nativesBelow = path.join('bin', 'napi-v6', process.platform, process.arch);

function describe(root: string, version: string): InstalledProvider {
  const modules = path.join(root, 'node_modules');
  return { version, modules, natives: path.join(modules, 'onnxruntime-node', nativesBelow) };
}

async function copyCode(from: string, to: string): Promise<void> {
  for (const name of ['package.json', 'dist']) await cp(path.join(from, name), path.join(to, name), { recursive: true });
}
