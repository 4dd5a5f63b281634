import { mkdir } from 'node:fs/promises';
import type { Logger } from '../../actions/action';
import type { HubConnection } from '../../hub/connection';
import { downloadSnapshot } from '../../hub/download';
import type { Result } from '../../outcome';
import type { Worker } from './claim';
import { isInCache } from './neededRepositories';
import { partFolder, type OpenMatrix } from './matrixFolder';
import type { DownloadPart } from './part';
import { writePartReport, type PartFailure, type PartReport } from './partReport';

export interface DownloadRun {
  readonly open: OpenMatrix;
  readonly part: DownloadPart;
  readonly worker: Worker;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly now: () => Date;
  hub(): Promise<Result<HubConnection>>;
}

/** Brings the models of a part into the shared cache. The download itself is safe against a second one, and goes on where one was killed. */
export async function downloadPart({ open, part, worker, signal, log, now, hub }: DownloadRun): Promise<PartReport> {
  const folder = partFolder(open, part);
  await mkdir(folder, { recursive: true });
  const total = part.repositories.length;
  const startedAt = now().toISOString();
  const failures: PartFailure[] = [];
  let completed = 0;
  const report = async (state: PartReport['state'], doing?: string, speed?: { readonly secondsLeft?: number }): Promise<PartReport> => {
    const { secondsLeft } = speed ?? {};
    const known: PartReport = {
      version: 1, part: part.index, state, worker, startedAt, updatedAt: now().toISOString(), completed, total, made: completed, failures, skipped: [],
      ...(doing === undefined ? {} : { doing }),
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
    };
    await writePartReport(folder, known).catch(() => undefined);
    return known;
  };
  const connection = await hub();
  for (const { repository, revision, file } of part.repositories) {
    if (signal.aborted) return report('stopped');
    await report('running', `downloading ${repository}`);
    let told = Date.now();
    if (await isInCache(open.cacheFolder, { repository, ...(revision === undefined ? {} : { revision }), ...(file === undefined ? {} : { file }) })) {
      completed += 1;
      continue;
    }
    const downloaded = connection.ok
      ? await downloadSnapshot({
          connection: connection.value,
          repository,
          revision,
          include: file === undefined ? undefined : [file],
          onlyNeeded: true,
          signal,
          log,
          progress: (progress) => {
            if (Date.now() - told < 2000) return;
            told = Date.now();
            void report('running', `downloading ${repository}: ${progress.message ?? ''}`, progress);
          },
        })
      : connection;
    if (signal.aborted) return report('stopped');
    if (downloaded.ok) completed += 1;
    else failures.push({ subject: repository, failure: downloaded.failure });
  }
  return report('ended');
}
