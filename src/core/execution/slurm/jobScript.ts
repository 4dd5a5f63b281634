import type { SlurmSettings } from '../../evaluation/evaluation';
import { shellQuote } from '../../shell/quoting';
import { marginSeconds, secondsOf } from './times';

export interface JobScript {
  readonly settings: SlurmSettings;
  /** Paths as the nodes see them. */
  readonly folder: string;
  readonly matrix: string;
  readonly cache: string;
  /** How this installation is started; for nodes that see it. */
  readonly ownCommand: readonly string[];
  /** Added to the array's own index: Slurm limits how high that may be. */
  readonly offset: number;
}

/** What a job exits with where the node does not see what it needs; told apart from what Evalmark itself says. */
export const jobExitCodes = { notVisible: 66, setup: 67 } as const;

/**
 * The script of one task. At the signal before its time limit it lets the worker stop in good order, and goes back into
 * the queue if the worker made something; every other end is Slurm's to judge.
 */
export function jobScript({ settings, folder, matrix, cache, ownCommand, offset }: JobScript): string {
  const { modules = [], setup = [] } = settings;
  const margin = marginSeconds(settings.time === undefined ? undefined : secondsOf(settings.time));
  return `#!/bin/sh
complain() { echo "evalmark: $1" >&2; exit "$2"; }
limit=0
worker=
trap 'limit=1; [ -z "$worker" ] || kill -TERM "$worker" 2>/dev/null' USR1
trap '[ -z "$worker" ] && exit 143; kill -TERM "$worker" 2>/dev/null' TERM
cd ${shellQuote(folder)} || complain 'this node does not see the workspace folder' ${jobExitCodes.notVisible}
[ -r ${shellQuote(matrix)} ] || complain 'this node does not see the results folder' ${jobExitCodes.notVisible}
${modules.length === 0 ? '' : `command -v module >/dev/null 2>&1 || . /etc/profile.d/modules.sh || complain 'modules are not set up here' ${jobExitCodes.setup}\n`}${modules.map((name) => `module load ${shellQuote(name)} || complain 'the module ${name} cannot be loaded' ${jobExitCodes.setup}\n`).join('')}${setup.map((line) => `${line}\n`).join('')}part=$((${offset} + \${SLURM_ARRAY_TASK_ID:-0}))
until=
[ -n "$SLURM_JOB_END_TIME" ] && until="--until $((SLURM_JOB_END_TIME - ${margin}))"
${commandOf(settings, folder, cache, ownCommand)} engine run-part ${shellQuote(matrix)} "$part" $until &
worker=$!
wait "$worker"; code=$?
# A trap ends the first wait; the second one then knows the worker's own code.
wait "$worker" 2>/dev/null; second=$?
[ "$second" = 127 ] || code=$second
if [ "$limit" = 1 ] && [ "$code" = 75 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
exit "$code"
`;
}

/** @returns the options of sbatch and srun that say where a job may run */
export function placeOptions({ partition, account, qos, constraint }: SlurmSettings): readonly string[] {
  return Object.entries({ partition, account, qos, constraint }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
}

/** @returns the options that say what one job gets */
export function resourceOptions({ gres, time, mem, cpus }: SlurmSettings): readonly string[] {
  return Object.entries({ gres, time, mem, 'cpus-per-task': cpus }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
}

function commandOf({ container, command }: SlurmSettings, folder: string, cache: string, ownCommand: readonly string[]): string {
  if (container) {
    const { image, runtime = 'apptainer' } = container;
    return `${runtime} exec --nv --bind ${shellQuote(folder)} --bind ${shellQuote(cache)} ${shellQuote(image)} ${command ?? 'evalmark'}`;
  }
  // The editor's own program is a Node only when told so.
  return command ?? `env ELECTRON_RUN_AS_NODE=1 ${ownCommand.map(shellQuote).join(' ')}`;
}
