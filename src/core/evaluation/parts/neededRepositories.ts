import { stat } from 'node:fs/promises';
import { findSnapshot } from '../../hub/cache';
import { isRepositoryName } from '../../hub/repositoryPath';
import type { ModelEntry } from '../evaluation';
import { insideWorkspace } from '../workspacePath';
import type { NeededRepository } from './part';

/** Repositories of the Hub that these models are made of, each once. */
export async function neededRepositories(models: readonly ModelEntry[], workspace: string): Promise<readonly NeededRepository[]> {
  const needed = new Map<string, NeededRepository>();
  for (const { base, revision, file, transformer, loras = [] } of models) {
    const places = [{ repository: base, revision, file }, ...(transformer ? [transformer] : []), ...loras];
    for (const { repository, revision: at, file: only } of places) {
      if (!isRepositoryName(repository) || (await liesIn(workspace, repository))) continue;
      const one = { repository, ...(at === undefined ? {} : { revision: at }), ...(only === undefined ? {} : { file: only }) };
      needed.set(JSON.stringify(one), one);
    }
  }
  return [...needed.values()];
}

/** Whether a cache on this machine holds it. */
export async function isInCache(cacheFolder: string, { repository, revision, file }: NeededRepository): Promise<boolean> {
  const snapshot = await findSnapshot(cacheFolder, repository, revision);
  return snapshot !== undefined && (file === undefined || snapshot.files.includes(file));
}

async function liesIn(workspace: string, relative: string): Promise<boolean> {
  const inside = await insideWorkspace(workspace, relative);
  return inside.ok && (await stat(inside.value).then(() => true, () => false));
}
