import type { Failure } from '../../outcome';
import type { PartReport } from '../../evaluation/parts/partReport';
import { jobExitCodes } from './jobScript';
import type { JobTask } from './queue';

/** What becomes of a part, from what Slurm says of its task and from the part's own report. */
export type Verdict =
  | { readonly kind: 'waiting'; readonly where: string }
  | { readonly kind: 'running'; readonly where: string }
  | { readonly kind: 'ended' }
  /** Worth another job: what ended it was not the part's own doing. */
  | { readonly kind: 'again'; readonly why: string }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface Evidence {
  /** `undefined` when Slurm knows nothing of it any more. */
  readonly task: JobTask | undefined;
  readonly report: PartReport | undefined;
  /** Whether this job made something. */
  readonly advanced: boolean;
  /** Last lines of the job's log. */
  readonly log: string;
}

export function verdictOf({ task, report, advanced, log }: Evidence): Verdict {
  if (report?.state === 'ended') return { kind: 'ended' };
  const state = task?.state ?? 'FORGOTTEN';
  if (active.has(state)) return { kind: 'running', where: task?.node ?? '' };
  if (waiting.has(state)) return waits(task?.reason ?? '');
  if (outOfMemory.test(log) || state === 'OUT_OF_MEMORY') return { kind: 'failed', failure: memory(log) };
  if (state === 'TIMEOUT' || state === 'DEADLINE' || report?.reason === 'time') return advanced ? { kind: 'again', why: 'its time was up' } : { kind: 'failed', failure: tooShort(log) };
  if (lost.has(state)) return { kind: 'again', why: `Slurm: ${state.toLowerCase().replace('_', ' ')}` };
  if (state === 'CANCELLED') return { kind: 'failed', failure: cancelledElsewhere };
  if (report?.state === 'stopped' || state === 'COMPLETED' || state === 'FORGOTTEN') return { kind: 'again', why: 'it was stopped' };
  // It had begun, and ended without a word: whoever killed it said nothing either.
  if (report?.state === 'running') return { kind: 'again', why: 'its worker was killed' };
  return { kind: 'failed', failure: jobFailed(state, log) };
}

const active = new Set(['RUNNING', 'COMPLETING', 'CONFIGURING', 'SUSPENDED', 'STOPPED', 'RESIZING', 'SIGNALING', 'STAGE_OUT']);
const waiting = new Set(['PENDING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'SPECIAL_EXIT', 'RESV_DEL_HOLD']);
const lost = new Set(['NODE_FAIL', 'PREEMPTED', 'BOOT_FAIL', 'REVOKED', 'LAUNCH_FAILED', 'RECONFIG_FAIL']);
const outOfMemory = /oom[-_ ]?kill|exceeded (?:job |step )?memory limit|out of memory.*killed process/i;

/** Some reasons never pass. */
function waits(reason: string): Verdict {
  if (!/^(DependencyNeverSatisfied|BadConstraints|PartitionTimeLimit|PartitionNodeLimit|InvalidAccount|InvalidQOS|AccountNotAllowed|QOSNotAllowed|JobHeldAdmin|launch_failed_requeued_held)/.test(reason)) return { kind: 'waiting', where: reason };
  return {
    kind: 'failed',
    failure: { code: 'slurm-never-starts', message: `Slurm will never start the job: ${reason}.`, advice: 'Correct partition, account, gres or time under "executor" in evaluation.json, then run the step again.', short: 'never starts' },
  };
}

function memory(log: string): Failure {
  return {
    code: 'slurm-out-of-memory',
    message: 'Slurm ended the job: it used more memory than it had asked for. The model itself did not fail.',
    advice: 'Raise "mem" under "executor" in evaluation.json, then run the step again; it goes on with what is missing.',
    short: 'job memory full',
    ...detailOf(log),
  };
}

function tooShort(log: string): Failure {
  return {
    code: 'slurm-time-limit',
    message: 'The job’s time was up before a single edit was finished. The model itself did not fail.',
    advice: 'Raise "time" under "executor" in evaluation.json, then run the step again.',
    short: 'time too short',
    ...detailOf(log),
  };
}

const cancelledElsewhere: Failure = {
  code: 'slurm-cancelled',
  message: 'Somebody cancelled the job in Slurm.',
  advice: 'Run the step again; it goes on with what is missing.',
  short: 'job cancelled',
};

function jobFailed(state: string, log: string): Failure {
  const complaint = /^evalmark: (.+)$/m.exec(log)?.[1];
  if (complaint !== undefined) {
    return {
      code: 'slurm-node-setup',
      message: `The job could not begin: ${complaint}.`,
      advice: 'See that the nodes mount the folder (or set "folder" and "cache"), and that modules and setup lines work there; then run the step again.',
      short: 'node not ready',
      ...detailOf(log),
    };
  }
  const last = log.trim().split('\n').at(-1);
  return {
    code: 'slurm-job-failed',
    message: `The job failed before Evalmark could say why (${state}${last ? `; it wrote: ${last}` : ''}).`,
    advice: `Look at the job's log; "command", "modules" and "setup" under "executor" in evaluation.json say how a job starts (codes ${Object.values(jobExitCodes).join(' and ')} are of its script).`,
    short: 'job failed',
    ...detailOf(log),
  };
}

/** Jobs die again and again, but not by what their part does. */
export function givenUp(why: string): Failure {
  return { code: 'slurm-given-up', message: `Three jobs in a row made nothing (${why}).`, advice: 'Look at the nodes with "sinfo"; run the step again when they are well.', short: 'given up' };
}

function detailOf(log: string): { readonly detail?: string } {
  return log.trim() === '' ? {} : { detail: log };
}
