import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ask, Logger, PlanPaths, RunSettings } from '../core/actions/action';
import { connectHub } from '../core/hub/connect';
import { SampleHub } from '../core/hub/sampleHub';
import { ok } from '../core/outcome';
import type { PlanStore } from '../core/plan/planStore';
import type { RunServices } from '../core/runner/services';
import { PtySession } from '../core/shell/ptySession';
import { Engines } from '../engine/engines';
import type { CliArguments } from './arguments';
import { engineEntry, engineProgram } from './engineMachine';

export interface Composition {
  readonly services: RunServices;
  dispose(): Promise<void>;
}

/** The CLI's composition root: the same core as the editor's, with a terminal as the outside world. */
export async function compose(args: CliArguments, store: PlanStore, ask: Ask, log: Logger, shellOutput: (text: string) => void): Promise<Composition> {
  const paths = pathsOf(args);
  await ownFolder(paths.storage);
  const bundle = path.dirname(fileURLToPath(import.meta.url));
  const sampleHub = new SampleHub(path.join(bundle, 'sample.mjs'));
  const engines = new Engines(engineEntry, log, {
    cacheFolder: engineCacheFolder(args),
    program: engineProgram,
    previewSteps: () => (args.preview === undefined ? 0 : 1),
  });
  const shell = new PtySession({ folder: paths.workspace, log, input: 'none' });
  shell.onOutput(shellOutput);
  return {
    services: {
      store,
      paths,
      log,
      ask,
      shell,
      now: () => new Date(),
      settings: () => settings,
      policy: () => ({ commitAfter: args.commit, updateStatus: true }),
      hub: () =>
        connectHub({
          evaluationFile: path.join(paths.planFolder, 'evaluation.json'),
          storage: paths.storage,
          endpoint: undefined,
          cacheFolder: undefined,
          token: undefined,
          environment: process.env,
          sampleEndpoint: () => sampleHub.endpoint(),
        }),
      inference: async (device) => ok(engines.of(device)),
      ownCommand: [process.execPath, fileURLToPath(import.meta.url)],
    },
    dispose: async () => {
      shell.dispose();
      sampleHub.dispose();
      await engines.dispose();
    },
  };
}

export function pathsOf({ plan, workspace }: Pick<CliArguments, 'plan' | 'workspace'>): PlanPaths {
  const file = path.resolve(plan);
  const planFolder = path.dirname(file);
  return {
    plan: file,
    planFolder,
    workspace: workspace === undefined ? repositoryRoot(planFolder) : path.resolve(workspace),
    storage: path.join(planFolder, '.evalmark'),
  };
}

/** Where the engine keeps what is costly to compute. */
export function engineCacheFolder(args: Pick<CliArguments, 'plan' | 'workspace'>): string {
  return path.join(pathsOf(args).storage, 'engine');
}

export function journalFile(paths: PlanPaths): string {
  return path.join(paths.storage, 'journal.jsonl');
}

/** The nearest folder upwards that holds `.git`, else the plan's own. */
function repositoryRoot(from: string): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, '.git'))) return folder;
    if (folder === path.dirname(folder)) return from;
  }
}

/** Machine state beside the plan, which git is told to leave alone from inside. */
async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => undefined);
}

const settings: RunSettings = {
  minimumPictureSide: 512,
  minimumSharpness: 60,
  commitMessage: 'docs(${change}): complete task ${task}',
  maximumCommittedPicture: 500_000,
  rater: nameOfUser(),
  downloadConnections: 8,
};

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
