import { findToken } from '../hub/token';
import type { CudaState } from '../cuda/cudaState';
import { cudaFact, devicesFact, nodeFact, type DeviceReport } from './engineFacts';
import type { EnvironmentFact } from './fact';
import { cacheFact, diskFact, gitFact, loginFact, pythonFact } from './facts';
import type { NodeProgram } from './findNode';
import { findGraphicsCards, type GraphicsCards } from './graphicsCards';
import { deviceFacts } from './graphicsFacts';

/** What of a machine cannot be looked up from here. */
export interface EnvironmentQuestion {
  /** Where downloaded models lie. */
  readonly cacheFolder: string;
  /** Whether the editor keeps a token. */
  readonly tokenStored: boolean;
  /** The repository; left out where there is none to look at, or none that may be. */
  readonly folder: string | undefined;
  readonly node: () => Promise<NodeProgram>;
  readonly cuda: () => Promise<CudaState>;
  /** Tries the devices, which takes some seconds; left out where a quick look is enough. */
  readonly devices?: (() => Promise<DeviceReport>) | undefined;
}

export interface EnvironmentAnswer {
  readonly cards: GraphicsCards | undefined;
  readonly facts: readonly EnvironmentFact[];
}

/** What this machine offers, and what it lacks with the way to get it. Asks nothing of the network. */
export async function checkEnvironment({ cacheFolder, tokenStored, folder, node, cuda, devices }: EnvironmentQuestion): Promise<EnvironmentAnswer> {
  const [cards, found, cudaState, disk, python, token, program, git] = await Promise.all([findGraphicsCards(), devices?.(), cuda(), diskFact(cacheFolder), pythonFact(), findToken(process.env), node(), folder === undefined ? undefined : gitFact(folder)]);
  const facts = [
    ...deviceFacts(cards),
    ...(found ? [devicesFact(found, cards !== undefined)] : []),
    ...(cards ? [cudaFact(cudaState)] : []),
    nodeFact(program),
    disk,
    cacheFact(cacheFolder),
    python,
    loginFact(tokenStored, token !== undefined),
    ...(git ? [git] : []),
  ];
  return { cards, facts };
}
