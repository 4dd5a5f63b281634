import type { Ask, Logger } from '../core/actions/action';
import type { Plan } from '../core/plan/plan';
import type { RunEvent, RunSummary, StepRun } from '../core/runner/runState';
import { ProgressLine } from './progressLine';

/** Where a run's events go: sentences and a progress line for people, one JSON object a line for machines. */
export interface RunOutput {
  readonly log: Logger;
  readonly shell: (text: string) => void;
  event(event: RunEvent, plan: Plan): void;
  finished(summary: RunSummary): void;
  /** The same person, with the progress line out of the way while a question is on the screen. */
  pausedFor(ask: Ask): Ask;
}

export function jsonOutput(): RunOutput {
  const print = (value: object) => void process.stdout.write(`${JSON.stringify(value)}\n`);
  const log = (level: string) => (message: string) => print({ event: 'log', level, message });
  return {
    log: { debug() {}, info: log('info'), warn: log('warning'), error: log('error') },
    shell: (text) => print({ event: 'output', text }),
    event: (event) => {
      if (event.kind === 'step') print({ event: 'step', id: event.stepId, ...withoutPicture(event.run) });
      else if (event.kind === 'gate') print({ event: 'gate', id: event.gateId, ...event.run });
    },
    finished: (summary) => print({ event: 'finished', ...summary }),
    pausedFor: (ask) => ask,
  };
}

/** A line of JSON is for machines to read; a picture goes into a file of its own. */
function withoutPicture(run: StepRun | undefined): object {
  if (run?.kind !== 'running') return run ?? {};
  const { picture: _, ...progress } = run.progress;
  return { ...run, progress };
}

export function humanOutput(): RunOutput {
  const line = new ProgressLine(process.stderr);
  const print = (text: string) => {
    line.clear();
    process.stdout.write(`${text}\n`);
  };
  return {
    log: { debug() {}, info() {}, warn: (message) => print(`  ! ${message}`), error() {} },
    shell: (text) => {
      line.clear();
      process.stdout.write(text);
    },
    event: (event, plan) => {
      if (event.kind !== 'step') return;
      const text = plan.steps.find(({ id }) => id === event.stepId)?.text ?? event.stepId;
      const { run } = event;
      switch (run.kind) {
        case 'running':
          line.show(text, run.progress);
          break;
        case 'done':
          print(`✓ ${text}${run.summary ? `  ${run.summary}` : ''}`);
          break;
        case 'failed':
          print(`✗ ${text}\n    ${run.failure.message}\n    ${run.failure.advice}`);
          break;
        case 'cancelled':
          print(`– ${text}  cancelled`);
          break;
        case 'needsPerson':
          print(`? ${text}\n    needs you: ${run.reason}`);
          break;
        case 'blocked':
          print(`· ${text}  ${run.reason}`);
          break;
        case 'queued':
        case 'interrupted':
      }
    },
    finished: (summary) => {
      const parts = [
        `${summary.done} done`,
        ...(summary.failed ? [`${summary.failed} failed`] : []),
        ...(summary.cancelled ? [`${summary.cancelled} cancelled`] : []),
        ...(summary.needsPerson ? [`${summary.needsPerson} need you`] : []),
        ...(summary.blocked ? [`${summary.blocked} blocked`] : []),
      ];
      print(`\n${parts.join(', ')} in ${(summary.milliseconds / 1000).toFixed(0)} s`);
      if (summary.waitingFor) print(`Waiting for you: ${summary.waitingFor}`);
    },
    pausedFor: (ask) => ({
      ...ask,
      choose: (question) => (line.clear(), ask.choose(question)),
      confirm: (question) => (line.clear(), ask.confirm(question)),
      text: (question) => (line.clear(), ask.text(question)),
      files: (question) => (line.clear(), ask.files(question)),
      look: (what) => (line.clear(), ask.look(what)),
    }),
  };
}
