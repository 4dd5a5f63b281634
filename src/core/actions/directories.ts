import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { insideWorkspace } from '../evaluation/workspacePath';
import { done, fail, failed, ok, type Outcome, type Result } from '../outcome';
import { writeFailure } from '../report/replaceFile';
import { foldersMade } from '../shell/simpleCommands';
import type { Action, ActionContext, LinkedStep } from './action';

/** Creates a folder, and below it what the task's `mkdir -p a/{b,c}` names; inside the workspace only. */
export const directories: Action = {
  name: 'directories',
  async run(step, context) {
    const folders = foldersOf(step);
    if (folders.length === 0) {
      return failed({ code: 'link-arguments', message: 'The step does not say which folder to create.', advice: 'Name it in the step, such as "Create scripts directory".', short: 'no folder' });
    }
    return create(folders, context);
  },
};

/** The step's own folder first; none twice. */
function foldersOf({ link, task }: LinkedStep): readonly string[] {
  const { path: own, block } = link.arguments;
  if (own === undefined || own.trim() === '') return [];
  const chosen = block === undefined ? undefined : task.blocks[Number(block)];
  const base = normalized(own);
  const named = chosen ? foldersMade(chosen.lines.join('\n')).map(normalized) : [];
  return [...new Set([base, ...named.filter((folder) => folder.startsWith(`${base}/`))])];
}

function normalized(folder: string): string {
  return path.posix.normalize(folder.trim().replaceAll('\\', '/')).replace(/(?<=.)\/$/, '');
}

async function create(folders: readonly string[], context: ActionContext): Promise<Outcome> {
  // All are looked at before the first is made.
  for (const folder of folders) {
    const inside = await insideWorkspace(context.paths.workspace, folder);
    if (!inside.ok) return failed(inside.failure);
  }
  let made = 0;
  for (const folder of folders) {
    const created = await createOne(folder, context);
    if (!created.ok) return failed(created.failure);
    if (created.value) made++;
  }
  const [first = '', ...below] = folders;
  const rest = below.map((folder) => folder.slice(first.length + 1));
  const name = rest.length === 0 ? first : `${first} with ${rest.join(', ')}`;
  return done(made === 0 ? `${name} was there already` : `${name} created`);
}

/** Whether it was missing before. */
async function createOne(folder: string, { paths }: ActionContext): Promise<Result<boolean>> {
  const target = path.join(paths.workspace, folder);
  try {
    const first = await mkdir(target, { recursive: true });
    const inside = await insideWorkspace(paths.workspace, folder);
    if (!inside.ok) return inside;
    if ((await stat(target)).isDirectory()) return ok(first !== undefined);
  } catch (error) {
    return fail(writeFailure(target, error));
  }
  return fail({ code: 'folder-missing', message: `${folder} is not there although it was created.`, advice: 'Look at what else works in this folder, then run the step again.', short: 'no folder' });
}
