import path from 'node:path';
import { childVariables } from './childVariables';
import type { EngineProgram } from './engineChild';

/** What the host found out about Node and CUDA. */
export interface EngineSetup {
  /** The Node, or the editor's runtime. */
  readonly file: string;
  /** A `node_modules` folder with the runtime and CUDA's provider; the bundled runtime when left out. */
  readonly modules?: string | undefined;
  /** Folders of NVIDIA's libraries that the system does not search by itself. */
  readonly libraryFolders?: readonly string[];
  /** Why CUDA is not to be asked for, as words that follow "because". */
  readonly noCuda?: string | undefined;
  /** What `auto` tries in turn; CUDA, WebGPU and the processor when left out. */
  readonly devices?: readonly string[] | undefined;
}

/** The same as a program with its environment. */
export function programFor({ file, modules, libraryFolders = [], noCuda, devices }: EngineSetup): EngineProgram {
  const variable = process.platform === 'win32' ? 'PATH' : 'LD_LIBRARY_PATH';
  const libraries = [...libraryFolders, process.env[variable] ?? ''].filter(Boolean).join(path.delimiter);
  return {
    file,
    environment: {
      ...(modules === undefined ? {} : { [childVariables.modules]: modules }),
      ...(libraryFolders.length === 0 ? {} : { [variable]: libraries }),
      ...(noCuda === undefined ? {} : { [childVariables.noCuda]: noCuda }),
      ...(devices === undefined ? {} : { [childVariables.devices]: devices.join(',') }),
    },
  };
}
