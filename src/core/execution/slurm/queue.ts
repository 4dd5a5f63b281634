import { fail, ok, type Result } from '../../outcome';
import type { Cluster } from './cluster';
import { parseIndices } from './indexRanges';

/** What Slurm says of one task of an array. */
export interface JobTask {
  /** `RUNNING`, `PENDING`, `OUT_OF_MEMORY` … */
  readonly state: string;
  /** Why it waits, or how it ended. */
  readonly reason: string;
  readonly node: string;
}

/** By array job and index: `12_3`. */
export type Queue = ReadonlyMap<string, JobTask>;

/**
 * Running, waiting and lately ended tasks of the jobs with these names. Asked for as lines of fixed fields: of 2,000 tasks
 * that wait Slurm writes one line, where its JSON writes four kilobytes for each, in another shape with every version.
 */
export async function readQueue(cluster: Cluster, names: readonly string[], signal?: AbortSignal): Promise<Result<Queue>> {
  const tasks = new Map<string, JobTask>();
  const words = ['squeue', '--noheader', '--states=all', `--name=${names.join(',')}`, '--format=%F|%K|%T|%r|%N'];
  const ended = await cluster.run(words, {
    line: (text) => {
      for (const [key, task] of parseQueueLine(text)) tasks.set(key, task);
    },
    ...(signal === undefined ? {} : { signal }),
  });
  if (!ended.ok) return ended;
  return ended.value.code === 0 ? ok(tasks) : fail(noAnswer('squeue', ended.value.stderr));
}

export function* parseQueueLine(text: string): Generator<readonly [string, JobTask]> {
  const [job, indices = '', state = '', reason = '', node = ''] = text.trim().split('|');
  if (job === undefined || !/^\d+$/.test(job)) return;
  for (const index of parseIndices(indices)) yield [`${job}_${index}`, { state, reason, node }];
}

/** What the accounting knows of tasks that the queue has forgotten; nothing where no accounting is kept. */
export async function readAccounting(cluster: Cluster, jobs: readonly string[]): Promise<Queue> {
  const tasks = new Map<string, JobTask>();
  const words = ['sacct', '--noheader', '--parsable2', '--array', '--allocations', `--jobs=${jobs.join(',')}`, '--format=JobID,State,NodeList'];
  const ended = await cluster.run(words, {
    line: (text) => {
      const [job = '', state = '', node = ''] = text.trim().split('|');
      // "CANCELLED by 1000"
      if (/^\d+_\d+$/.test(job)) tasks.set(job, { state: state.split(' ')[0] ?? '', reason: '', node });
    },
  });
  return ended.ok && ended.value.code === 0 ? tasks : new Map();
}

export function noAnswer(program: string, stderr: string) {
  return {
    code: 'slurm-no-answer',
    message: `Slurm gave no answer (${program}: ${stderr.trim().split('\n')[0] ?? ''}).`,
    advice: 'See whether "sinfo" works on the login node; jobs that run go on meanwhile.',
    short: 'Slurm is silent',
    detail: stderr,
  };
}
