import { expect, it } from 'vitest';
import type { PartProgress } from '../../../src/core/actions/action';
import { parsePlan } from '../../../src/core/plan/parse';
import type { Progress } from '../../../src/core/actions/action';
import type { StepRun } from '../../../src/core/runner/runState';
import { planStatus } from '../../../src/extension/status/planStatus';
import { pastRunDescription, runDescription, runDetails, runRows, runsDescription } from '../../../src/extension/tree/runRows';

const at = (minute: number) => `2026-01-01T10:${String(minute).padStart(2, '0')}:00.000Z`;
const runs: Readonly<Record<string, StepRun>> = {
  a: { kind: 'done', at: at(1), milliseconds: 900, summary: '3 pictures copied' },
  b: { kind: 'done', at: at(2), milliseconds: 61_000, summary: undefined },
  c: { kind: 'failed', at: at(3), milliseconds: 10, failure: { code: 'x', message: 'Wrong.', advice: 'Do it again.', short: 'wrong' } },
  d: { kind: 'running', since: at(4), progress: { completed: 38.2e9, total: 57.7e9, unit: 'bytes', speed: 41.6e6, secondsLeft: 480 } },
  e: { kind: 'queued' },
  f: { kind: 'needsPerson', at: at(5), reason: '3 of 10 wait' },
};

it('lists what runs first, then what waits, queued, failed and done, the newest first', () => {
  expect(rows().map(({ step }) => step.text)).toEqual(['d', 'f', 'e', 'c', 'b', 'a']);
  expect(runsDescription(rows())).toBe('1 running · 1 waiting · 1 queued · 1 failed');
});

it('says what a person wants to know of each', () => {
  expect(rows().map(runDescription).slice(0, 4)).toEqual(['66 %', 'waiting for you', 'queued · 1 before it', 'wrong']);
  const [running] = rows();
  expect(running && runDetails(running).map(({ label, description }) => [label, description])[0]).toEqual(['38.2 of 57.7 GB', '41.6 MB/s · 8 min left']);
});

it('tells of each part of a matrix that several workers carry out', () => {
  const [row] = rows();
  const parts: readonly PartProgress[] = [
    { name: 'part 1: base', state: 'running', completed: 12, total: 40, speed: 1.9, secondsLeft: 15, memory: { kind: 'vram', peakBytes: 31.2e9 }, where: 'node7' },
    { name: 'part 2: relight', state: 'failed', completed: 3, total: 40, message: 'Slurm ended the job: it used more memory than it had asked for.' },
    { name: 'part 3: far', state: 'waiting', completed: 0, total: 4, where: 'Priority' },
  ];
  const details = runDetails({ ...row!, run: { kind: 'running', since: at(4), progress: { completed: 15, total: 84, unit: 'items', parts } } });
  expect(details.slice(2).map(({ icon, label, description }) => [icon, label, description])).toEqual([
    ['arrow-small-right', 'part 1: base', '12 of 40 · 1.9/s · 15 s left · 31.2 GB VRAM · node7'],
    ['error', 'part 2: relight', '3 of 40 · Slurm ended the job: it used more memory than it had asked for.'],
    ['watch', 'part 3: far', 'waiting · Priority'],
  ]);
});

it('keeps only the newest of what is over', () => {
  expect(rows(1).map(({ step }) => step.text)).toEqual(['d', 'f', 'e', 'c', 'b']);
});

it('tells device and memory of an edit, now and at peak', () => {
  const [running] = rows();
  const gib = 1e9;
  const card = { name: 'cuda:0', used: 10.2 * gib, total: 24 * gib, peak: 13.8 * gib };
  const details = (device?: typeof card, progress: Progress = {}) => runDetails({ ...running!, run: { kind: 'running', since: at(4), progress } }, device).map(({ label, description }) => `${label} ${description}`);
  expect(details(card)[1]).toBe('cuda:0 10.2 GB of 24 GB VRAM now · 13.8 GB at peak');
  expect(details(card, { device: 'cuda:0', memory: { kind: 'vram', peakBytes: 15 * gib } })[1]).toContain('15 GB at peak');
  expect(details(undefined, { device: 'cpu', memory: { kind: 'ram', peakBytes: 1.3 * gib } })[1]).toBe('cpu 1.3 GB memory at peak');
  expect(details(card, { device: 'cpu' })[1]).toBe('cpu ');
});

it('says that runs are paused', () => {
  const paused = rows(20, true);
  expect(paused.slice(0, 3).map(runDescription)).toEqual(['66 % · pausing', 'waiting for you', 'paused']);
  expect(runsDescription(paused)).toBe('paused · 1 running · 1 waiting · 1 queued · 1 failed');
});

it('says in the timeline how each run ended', () => {
  expect(Object.values(runs).map(pastRunDescription)).toEqual(['done · 0.9 s · 3 pictures copied', 'done · 1 min', 'failed · 0.1 s · wrong', 'running · 38.2 of 57.7 GB · 41.6 MB/s · 8 min left', 'queued', 'waited for you · 3 of 10 wait']);
});

function rows(history?: number, paused = false) {
  const plan = parsePlan(Object.keys(runs).map((name) => `- [ ] ${name}`).join('\n'));
  const byId = new Map(plan.steps.map((step) => [step.id, runs[step.text]]));
  const status = planStatus(plan, new Map(), { stepRun: (id) => byId.get(id), gateRun: () => ({ kind: 'open' }), question: () => undefined });
  return runRows([{ status, runner: { paused } }], () => false, history);
}
