import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActionContext, ActionName, Ask, LinkedStep } from '../../../../src/core/actions/action';
import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import type { Plan } from '../../../../src/core/plan/plan';
import { scene } from '../images/samplePictures';
import { linkedStep, makeContext, nobody, temporaryFolder } from '../../actionContext';

export interface PictureWorkspace {
  readonly folder: string;
  readonly logged: string[];
  readonly context: ReturnType<typeof makeContext>;
  /** Absolute path of a picture that was written there. */
  picture(name: string, seed: number): Promise<string>;
  write(name: string, content: Buffer | string): Promise<string>;
  dispose(): Promise<void>;
}

export async function openPictureWorkspace(ask: Partial<Ask> = {}, overrides: Partial<ActionContext> = {}): Promise<PictureWorkspace> {
  const folder = await realpath(await mkdtemp(temporaryFolder));
  const logged: string[] = [];
  const note = (message: string) => void logged.push(message);
  const write = async (name: string, content: Buffer | string) => {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  };
  return {
    folder,
    logged,
    context: makeContext(folder, { ask: { ...nobody, ...ask }, log: { debug: note, info: note, warn: note, error: note }, ...overrides }),
    picture: async (name, seed) => write(name, await scene(640, 640, seed)),
    write,
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A step of a task whose other steps have these texts; the plan holds that task only. */
export function pictureStep(action: ActionName, args: Readonly<Record<string, string>>, others: readonly string[] = []): { readonly step: LinkedStep; readonly plan: Plan } {
  const step = linkedStep({ action, arguments: args });
  const siblings = others.map((text, index) => ({ ...step.step, id: `1.1/other-${index}`, text, ordinal: index + 1 }));
  const task = { ...step.task, title: 'Prepare test pictures', steps: [step.step, ...siblings] };
  const phase = { ...step.phase, tasks: [task] };
  const plan: Plan = {
    title: undefined, dialect: 'plain', phases: [phase], tasks: [task], steps: task.steps, dependencies: [], gates: [], legend: undefined,
    parallelizable: undefined, criticalPath: undefined, diagnostics: [],
    counts: { phases: 1, tasks: 1, steps: task.steps.length, done: 0, doing: 0, failed: 0 },
  };
  return { step: { ...step, task, phase }, plan };
}

export function evaluationWith(folder: string, files?: readonly string[]): () => Promise<{ readonly ok: true; readonly value: Evaluation }> {
  return async () => ({ ok: true, value: { pictures: { folder, ...(files ? { files } : {}) }, results: 'results' } as Evaluation });
}
