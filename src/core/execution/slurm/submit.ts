import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../outcome';
import type { SlurmSettings } from '../../evaluation/evaluation';
import type { OpenMatrix } from '../../evaluation/parts/matrixFolder';
import type { Cluster } from './cluster';
import { formatIndices } from './indexRanges';
import { jobScript, placeOptions, resourceOptions } from './jobScript';
import { noAnswer } from './queue';
import type { Submission, Submissions } from './submissions';
import { marginSeconds, secondsOf } from './times';

export interface ClusterPlaces {
  /** The workspace folder as the nodes see it. */
  readonly folder: string;
  /** The folder of the matrix as the nodes see it. */
  readonly matrixFolder: string;
  readonly cache: string;
  readonly ownCommand: readonly string[];
}

export interface SubmitOrder {
  readonly open: OpenMatrix;
  readonly settings: SlurmSettings;
  readonly cluster: Cluster;
  readonly places: ClusterPlaces;
  readonly submissions: Submissions;
}

/** Gives parts of one kind to Slurm: one array, or as many as its limit on indices makes necessary. */
export async function submitParts(order: SubmitOrder, kind: 'edit' | 'download', parts: readonly number[], after?: string): Promise<Result<readonly string[]>> {
  const size = await maximumArraySize(order.cluster);
  if (!size.ok) return size;
  const jobs: string[] = [];
  const chunks = new Map<number, number[]>();
  for (const index of parts) {
    const offset = Math.floor(index / size.value) * size.value;
    chunks.set(offset, [...(chunks.get(offset) ?? []), index]);
  }
  for (const [offset, indices] of chunks) {
    const submitted = await submitArray(order, kind, indices, offset, after);
    if (!submitted.ok) return submitted;
    jobs.push(submitted.value);
  }
  return ok(jobs);
}

async function submitArray({ open, settings, cluster, places, submissions }: SubmitOrder, kind: 'edit' | 'download', parts: readonly number[], offset: number, after: string | undefined): Promise<Result<string>> {
  const name = await submissions.begin(open.matrix.id, parts, offset);
  const { maxRunning, time } = settings;
  const throttle = maxRunning === undefined ? '' : `%${maxRunning}`;
  const words = [
    'sbatch', '--parsable', `--job-name=${name}`, `--comment=evalmark ${open.matrix.id}`,
    `--array=${formatIndices(parts.map((index) => index - offset))}${throttle}`,
    '--requeue', '--open-mode=append', `--output=${places.matrixFolder}/logs/%A_%a.log`, `--chdir=${places.folder}`,
    `--signal=B:USR1@${marginSeconds(time === undefined ? undefined : secondsOf(time))}`,
    ...placeOptions(settings),
    // A download computes nothing.
    ...resourceOptions(kind === 'edit' ? settings : { kind: 'slurm', ...(time === undefined ? {} : { time }) }),
    ...(after === undefined ? [] : [`--dependency=afterok:${after}`, '--kill-on-invalid-dep=yes']),
  ];
  const script = jobScript({ settings, folder: places.folder, matrix: path.posix.join(places.matrixFolder, 'matrix.json'), cache: places.cache, ownCommand: places.ownCommand, offset });
  const ended = await cluster.run(words, { input: script });
  // Where the answer is lost the job may be there all the same: the next start looks its name up.
  if (!ended.ok) return ended;
  const job = /^(\d+)/m.exec(ended.value.stdout)?.[1];
  if (ended.value.code !== 0 || job === undefined) {
    await submissions.lost(name);
    return fail(refused(ended.value.stderr || ended.value.stdout));
  }
  await submissions.submitted(name, job);
  return ok(job);
}

/**
 * Finds out what became of submissions whose end nobody recorded. A killed submitter's sbatch may still be under way, so
 * a name that the queue does not know counts as lost only half a minute after it was given.
 */
export async function recoverSubmissions(submissions: Submissions, cluster: Cluster, graceMilliseconds = 30_000): Promise<Result<void>> {
  for (const { name, at } of submissions.open.filter(({ job }) => job === undefined)) {
    for (;;) {
      const found = await jobNamed(cluster, name);
      if (!found.ok) return found;
      if (found.value !== undefined) {
        await submissions.submitted(name, found.value);
        break;
      }
      if (Date.now() - Date.parse(at) > graceMilliseconds) {
        await submissions.lost(name);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
  return ok(undefined);
}

async function jobNamed(cluster: Cluster, name: string): Promise<Result<string | undefined>> {
  const queue = await cluster.run(['squeue', '--noheader', '--states=all', `--name=${name}`, '--format=%F']);
  if (!queue.ok) return queue;
  if (queue.value.code !== 0) return fail(noAnswer('squeue', queue.value.stderr));
  const found = /^\d+/m.exec(queue.value.stdout)?.[0];
  if (found !== undefined) return ok(found);
  const past = await cluster.run(['sacct', '--noheader', '--parsable2', '--allocations', `--name=${name}`, '--format=JobID']);
  return ok(past.ok && past.value.code === 0 ? /^\d+/m.exec(past.value.stdout)?.[0] : undefined);
}

/** Cancels every task that is still in the queue. */
export async function cancelSubmissions(open: readonly Submission[], cluster: Cluster): Promise<Result<void>> {
  const jobs = open.flatMap(({ job }) => job ?? []);
  if (jobs.length === 0) return ok(undefined);
  const ended = await cluster.run(['scancel', ...jobs]);
  if (!ended.ok) return ended;
  return ended.value.code === 0 || /Invalid job id/i.test(ended.value.stderr) ? ok(undefined) : fail(noAnswer('scancel', ended.value.stderr));
}

/** An index of an array has to be lower than this. */
async function maximumArraySize(cluster: Cluster): Promise<Result<number>> {
  const ended = await cluster.run(['scontrol', 'show', 'config']);
  if (!ended.ok) return ended;
  if (ended.value.code !== 0) return fail(noAnswer('scontrol', ended.value.stderr));
  return ok(Math.max(1, Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(ended.value.stdout)?.[1] ?? 1001)));
}

function refused(words: string): Failure {
  return {
    code: 'slurm-refused',
    message: `Slurm refused the job: ${words.trim().replace(/^sbatch: error: /, '').split('\n')[0] ?? ''}.`,
    advice: 'Correct "executor" in evaluation.json, then run the step again.',
    short: 'refused',
    detail: words,
  };
}
