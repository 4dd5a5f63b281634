import { installedProvider, runtimeVersion, type InstalledProvider } from './installedProvider';
import { findCudaLibraries } from './libraries';
import { providerLibraries } from './wheel';

/** How far this machine is from computing with CUDA; whether a card is there is another question. */
export type CudaState =
  /** ONNX Runtime has no CUDA for this system. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'missing'; readonly provider: InstalledProvider; readonly missing: readonly string[] }
  | { readonly kind: 'ready'; readonly provider: InstalledProvider; readonly folders: readonly string[] };

export interface CudaPlaces {
  /** Where the provider is kept. */
  readonly folder: string;
  /** Folder of the bundled runtime's package, `…/onnxruntime-node`. */
  readonly runtime: string;
  /** Folders with libraries of CUDA and cuDNN that a person named. */
  readonly named: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** Looks at files only; nothing of CUDA is loaded. */
export async function findCudaState({ folder, runtime, named, environment }: CudaPlaces): Promise<CudaState> {
  if (providerLibraries(process.platform, process.arch).length === 0) return { kind: 'foreign' };
  const provider = await installedProvider(folder, await runtimeVersion(runtime));
  if (!provider) return { kind: 'absent' };
  const { folders, missing } = await findCudaLibraries(provider, named, environment);
  return missing.length > 0 ? { kind: 'missing', provider, missing } : { kind: 'ready', provider, folders };
}
