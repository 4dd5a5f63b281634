import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PlanPaths } from '../actions/action';
import type { Plan } from '../plan/plan';
import type { SectionStanding } from './rebuild';

/** A file or folder that a task is to deliver. */
export interface Deliverable {
  readonly taskId: string;
  /** As the plan names it. */
  readonly name: string;
  /** Where it was found, relative to the workspace, with `/`. */
  readonly file: string | undefined;
  readonly state: 'there' | 'missing' | 'empty' | 'stale';
}

/**
 * What the plan's Deliverable lines name, each file or folder once. A document is stale when a section of it no longer
 * agrees with the data; an analysis of files would be fooled by a checkout, which gives all of them the same time.
 */
export async function findDeliverables(plan: Plan, paths: Pick<PlanPaths, 'workspace' | 'planFolder'>, resultsFile: string, standings: readonly SectionStanding[]): Promise<readonly Deliverable[]> {
  const found: Deliverable[] = [];
  for (const { id, deliverable } of plan.tasks) {
    for (const name of pathsIn(deliverable ?? '')) {
      if (found.some((other) => other.name === name)) continue;
      const located = await locate(name, paths, resultsFile, standings);
      // "with pros/cons" names no file, unless there is one.
      if (located.state !== 'missing' || isNamedFile(name)) found.push({ taskId: id, name, ...located });
    }
  }
  return found;
}

/** With an ending, or a folder with its slash. */
function isNamedFile(name: string): boolean {
  return name.endsWith('/') || /\.\w+$/.test(name);
}

const pathPattern = /(?<![\w./-])(?:(?:[\w.-]+\/)+[\w.-]*|[\w-][\w.-]*\.(?:md|jsonl?|csv|py|txt|ya?ml|toml|html|pdf))/g;

/** "All results in test_data/results/loras/<lora-name>/" names the folder up to the placeholder. */
function pathsIn(deliverable: string): readonly string[] {
  return [...deliverable.matchAll(pathPattern)].flatMap(([name]) => (name.includes('..') ? [] : [name.replace(/\.$/, '')]));
}

async function locate(name: string, { workspace, planFolder }: Pick<PlanPaths, 'workspace' | 'planFolder'>, resultsFile: string, standings: readonly SectionStanding[]): Promise<Pick<Deliverable, 'file' | 'state'>> {
  // "results.md" may be short for docs/….-results.md.
  const short = !name.includes('/') && resultsFile.endsWith(name) ? [path.join(workspace, resultsFile)] : [];
  for (const file of [path.join(workspace, name), path.join(planFolder, name), ...(name.includes('/') ? [] : [path.join(workspace, 'docs', name)]), ...short]) {
    const kind = await stat(file).catch(() => undefined);
    if (!kind) continue;
    const relative = path.relative(workspace, file).split(path.sep).join('/');
    if (kind.isDirectory()) return { file: relative, state: (await readdir(file)).length > 0 ? 'there' : 'empty' };
    if (kind.size === 0) return { file: relative, state: 'empty' };
    return { file: relative, state: standings.some((one) => one.file === relative && one.standing === 'stale') ? 'stale' : 'there' };
  }
  return { file: undefined, state: 'missing' };
}
