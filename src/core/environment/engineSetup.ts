import type { CudaState } from '../cuda/cudaState';
import { missingText } from '../cuda/libraries';

/** The part of the engine's set-up that CUDA decides. */
export interface CudaSetup {
  readonly modules?: string;
  readonly libraryFolders?: readonly string[];
  readonly noCuda?: string;
}

/** A provider whose libraries lack is not handed over: the runtime that asks for it can take its process down. */
export function cudaSetup(state: CudaState): CudaSetup {
  if (state.kind === 'ready') return { modules: state.provider.modules, libraryFolders: state.folders };
  if (state.kind === 'missing') return { noCuda: `${missingText(state.missing)} cannot be found` };
  return {};
}
