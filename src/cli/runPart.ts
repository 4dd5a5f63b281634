import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../core/actions/action';
import { thisWorker } from '../core/evaluation/parts/claim';
import { downloadPart } from '../core/evaluation/parts/downloadPart';
import { matricesFolder, openMatrix, type OpenMatrix } from '../core/evaluation/parts/matrixFolder';
import type { PartReport } from '../core/evaluation/parts/partReport';
import { runPart } from '../core/evaluation/parts/runPart';
import type { HubConnection } from '../core/hub/connection';
import { connectHub } from '../core/hub/connect';
import { SampleHub } from '../core/hub/sampleHub';
import { ok, type Result } from '../core/outcome';
import { EngineClient } from '../engine/client';
import { engineEntry, engineProgram } from './engineMachine';
import { describe } from './progressLine';

export interface PartArguments {
  /** `matrix.json` */
  readonly matrix: string;
  readonly part: number;
  /** When this worker has to be gone, in seconds since 1970. */
  readonly until: number | undefined;
  readonly json: boolean;
}

/** What a job script sees. `stopped`: in good order before its end and having made something; it is worth while to start the part again. */
export const partExitCodes = { done: 0, failed: 1, usage: 2, stopped: 75 } as const;

/**
 * `evalmark engine run-part MATRIX PART`: carries one part of a run matrix out, on whichever machine sees the folder that
 * holds the matrix. SIGTERM, SIGINT and SIGUSR1 stop it in good order.
 */
export async function runPartCommand({ matrix, part: index, until, json }: PartArguments): Promise<number> {
  const say = (text: string) => void process.stdout.write(`${json ? JSON.stringify({ event: 'log', message: text }) : text}\n`);
  const opened = await openMatrix(matrix);
  if (!opened.ok) {
    process.stderr.write(`${opened.failure.message} ${opened.failure.advice}\n`);
    return partExitCodes.usage;
  }
  const open = opened.value;
  const part = open.matrix.parts[index];
  if (!part) {
    process.stderr.write(`${matrix} has ${open.matrix.parts.length} parts, none of number ${index}.\n`);
    return partExitCodes.usage;
  }
  const bundle = path.dirname(fileURLToPath(import.meta.url));
  const log: Logger = { debug() {}, info: say, warn: say, error: say };
  const sampleHub = new SampleHub(path.join(bundle, 'sample.mjs'));
  // Packed weights and encodings serve all parts of all matrices of this folder.
  const engine = new EngineClient(engineEntry, log, { cacheFolder: path.join(open.resultsFolder, matricesFolder, 'engine'), program: engineProgram });
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of stopSignals) process.on(signal, stop);
  try {
    const worker = thisWorker(jobName(process.env));
    const common = { open, worker, signal: stopping.signal, now: () => new Date() };
    if (part.kind === 'download') return exitCodeOf(await downloadPart({ ...common, part, hub: () => hubOf(open, sampleHub), log }), say);
    const ending = await runPart({
      ...common,
      part,
      places: { workspace: open.workspace, hub: () => cacheOf(open) },
      until: until === undefined ? undefined : until * 1000,
      engine: async () => ok(engine),
      progress: json ? (report) => void process.stdout.write(`${JSON.stringify({ event: 'progress', ...report })}\n`) : () => undefined,
      wrote: (file) => say(path.relative(open.resultsFolder, file)),
    });
    if (ending.kind === 'elsewhere') {
      say(`Process ${ending.worker.pid} on ${ending.worker.host} carries this part out.`);
      return partExitCodes.done;
    }
    return exitCodeOf(ending.report, say);
  } finally {
    for (const signal of stopSignals) process.off(signal, stop);
    sampleHub.dispose();
    await engine.dispose();
  }
}

const stopSignals = ['SIGTERM', 'SIGINT', 'SIGUSR1'] as const;

function exitCodeOf(report: PartReport, say: (text: string) => void): number {
  const { state, reason, completed, total, made, failures } = report;
  say(`${describe({ completed, total, unit: 'items' })}${state === 'stopped' ? `, stopped (${reason ?? 'signal'})` : ''}`);
  for (const { subject, failure } of failures) say(`${subject}: ${failure.message} ${failure.advice}`);
  if (state === 'stopped') return made > 0 ? partExitCodes.stopped : partExitCodes.failed;
  return failures.length > 0 ? partExitCodes.failed : partExitCodes.done;
}

/** Of Slurm: the same after a requeue, so that the part's new worker takes the place of the old one at once. */
function jobName({ SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task, SLURM_JOB_ID: job }: NodeJS.ProcessEnv): string | undefined {
  if (array !== undefined && task !== undefined) return `${array}_${task}`;
  return job;
}

/** Models are only looked up, in the shared cache: a node that computes needs no network. */
async function cacheOf({ cacheFolder }: OpenMatrix): Promise<Result<HubConnection>> {
  return ok({ endpoint: 'https://huggingface.co', token: undefined, cacheFolder, offline: true });
}

async function hubOf({ workspace, cacheFolder, matrix }: OpenMatrix, sampleHub: SampleHub): Promise<Result<HubConnection>> {
  const connection = await connectHub({
    evaluationFile: path.join(workspace, matrix.planFolder, 'evaluation.json'),
    storage: path.join(workspace, matrix.planFolder, '.evalmark'),
    endpoint: undefined,
    cacheFolder: undefined,
    token: undefined,
    environment: process.env,
    sampleEndpoint: () => sampleHub.endpoint(),
  });
  return connection.ok ? ok({ ...connection.value, cacheFolder }) : connection;
}
