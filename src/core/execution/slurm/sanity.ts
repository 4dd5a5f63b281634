import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../outcome';
import type { SlurmSettings } from '../../evaluation/evaluation';
import type { OpenMatrix } from '../../evaluation/parts/matrixFolder';
import type { EditPart } from '../../evaluation/parts/part';
import { shellQuote } from '../../shell/quoting';
import type { Cluster } from './cluster';
import { placeOptions } from './jobScript';
import type { ClusterPlaces } from './submit';

/** Whether a node sees the folders: it does, or nobody could say because no node was free within seconds. */
export type Visibility = { readonly kind: 'seen'; readonly node: string } | { readonly kind: 'notChecked'; readonly why: string };

/** Asks one node of the partition whether it sees what a job needs. */
export async function checkVisibility(cluster: Cluster, settings: SlurmSettings, places: ClusterPlaces): Promise<Result<Visibility>> {
  const own = settings.container === undefined && settings.command === undefined ? places.ownCommand.filter((word) => path.posix.isAbsolute(word)) : [];
  const needed = [path.posix.join(places.matrixFolder, 'matrix.json'), ...own, ...(settings.container === undefined ? [] : [settings.container.image].filter((image) => path.posix.isAbsolute(image)))];
  const script = `${needed.map((file) => `[ -r ${shellQuote(file)} ] || echo ${shellQuote(`evalmark-misses ${file}`)}`).join('\n')}\necho "evalmark-seen \${SLURMD_NODENAME:-$(hostname)}"`;
  const ended = await cluster.run(['srun', '--immediate=10', '--ntasks=1', '--time=1', '--job-name=evalmark-check', ...placeOptions(settings), 'sh', '-c', script], { timeoutMilliseconds: 60_000 });
  if (!ended.ok) return ended;
  const { stdout, stderr } = ended.value;
  const missing = [...stdout.matchAll(/^evalmark-misses (.+)$/gm)].map(([, file]) => file ?? '');
  const node = /^evalmark-seen (.+)$/m.exec(stdout)?.[1];
  if (missing[0] !== undefined) return fail(notVisible(missing[0], node ?? 'a node'));
  if (node !== undefined) return ok({ kind: 'seen', node });
  return ok({ kind: 'notChecked', why: stderr.trim().split('\n').at(-1)?.replace(/^srun: (error: )?/, '') ?? '' });
}

/** Whether the file system takes what the run will write: a picture and a sidecar each, and three files a part. */
export async function checkFiles({ resultsFolder, folder }: OpenMatrix, outputs: number, parts: number): Promise<Result<void>> {
  const found = await statfs(resultsFolder).catch(() => statfs(folder).catch(() => undefined));
  const needed = outputs * 2 + parts * 3;
  // File systems that make room for names as they go say 0.
  if (!found || found.files === 0 || found.ffree >= needed) return ok(undefined);
  return fail({
    code: 'disk-files',
    message: `The run writes about ${needed} files, and the file system of the results takes ${found.ffree} more.`,
    advice: 'Free some, or name a results folder on another file system in evaluation.json.',
    short: 'too many files',
  });
}

export interface SubmissionSummary {
  readonly settings: SlurmSettings;
  readonly parts: readonly EditPart[];
  readonly edits: number;
  readonly downloads: readonly string[];
  /** Share of the models whose seconds were measured, 0 to 1. */
  readonly measuredShare: number;
  readonly visibility: Visibility;
}

/** What a person agrees to before anything is submitted. */
export function submissionQuestion({ settings, parts, edits, downloads, measuredShare, visibility }: SubmissionSummary): { readonly title: string; readonly detail: string } {
  const { partition, account, time, remote, gres, modules = [], setup = [], command, container, maxRunning } = settings;
  const hours = (parts.reduce((sum, { seconds }) => sum + seconds, 0) / 3600) * gpusOf(gres);
  const what = gpusOf(gres) === 0 ? `${hoursText(parts.reduce((sum, { seconds }) => sum + seconds, 0) / 3600)} of computing` : `${hoursText(hours)} of GPU`;
  const place = [partition === undefined ? 'default partition' : `partition ${partition}`, ...(account === undefined ? [] : [`account ${account}`]), ...(gres === undefined ? [] : [gres]), ...(time === undefined ? [] : [`limit ${time}`]), ...(maxRunning === undefined ? [] : [`${maxRunning} at once`])];
  const lines = [
    place.join(', '),
    measuredShare === 1 ? 'Estimated from earlier runs of these models.' : measuredShare > 0 ? 'Estimated, in part from earlier runs.' : 'Estimated without any measurement: nothing of this ran here before.',
    ...(downloads.length === 0 ? [] : [`Downloaded first: ${downloads.join(', ')}.`]),
    visibility.kind === 'seen' ? `Node ${visibility.node} sees the folders.` : `Not checked whether nodes see the folders (${visibility.why}).`,
    ...[...modules.map((name) => `module load ${name}`), ...setup, ...(command === undefined ? [] : [command]), ...(container === undefined ? [] : [container.image])].map((line) => `Jobs run: ${line}`),
  ];
  return { title: `Submit ${parts.length} parts with ${edits} edits, about ${what} time, to Slurm${remote === undefined ? '' : ` through ${remote}`}?`, detail: lines.join('\n') };
}

/** `gpu:a100:2` asks for two; none where nothing is asked for. */
function gpusOf(gres: string | undefined): number {
  if (gres === undefined) return 0;
  return gres.split(',').reduce((sum, one) => sum + (/^gpu\b/.test(one) ? Number(/:(\d+)$/.exec(one)?.[1] ?? 1) : 0), 0);
}

function hoursText(hours: number): string {
  return hours < 1 ? `${Math.max(1, Math.round(hours * 60))} minutes` : `${hours < 10 ? hours.toFixed(1) : Math.round(hours)} hours`;
}

/** Before anything was asked of the cluster. */
export function noCommand(): Failure {
  return { code: 'slurm-command', message: 'It is not known how a node starts Evalmark.', advice: 'Name it as "command" under "executor" in evaluation.json.', short: 'no command' };
}

function notVisible(file: string, node: string): Failure {
  return {
    code: 'slurm-not-visible',
    message: `Node ${node} does not see ${file}.`,
    advice: 'Put the workspace, the cache and Evalmark on a file system that the nodes share, or set "folder", "cache" and "command" under "executor" in evaluation.json.',
    short: 'not shared',
  };
}
