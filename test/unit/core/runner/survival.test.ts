import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Action, ActionContext, LinkedStep } from '../../../../src/core/actions/action';
import { cancelled, done, failed, type Outcome } from '../../../../src/core/outcome';
import { parsePlan } from '../../../../src/core/plan/parse';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import { logFile } from '../../../../src/core/runner/runLog';
import { Runner } from '../../../../src/core/runner/runner';
import type { RunPolicy } from '../../../../src/core/runner/services';
import { makeContext, nobody, settings, temporaryFolder } from '../../actionContext';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  await writeFile(path.join(folder, 'tasks.md'), plan);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const plan = `# P

### Phase 1: One

#### Task 1.1: First
- [ ] a <!-- evalmark: manual -->
- [ ] b <!-- evalmark: infer models=all -->
- [ ] c <!-- evalmark: shell command=true -->

#### Task 1.2: Second
- [ ] d <!-- evalmark: manual -->

Mark tasks as:
- [ ] Not started
- [→] In progress
- [✓] Complete
- [✗] Failed
`;

type Play = (linked: LinkedStep, context: ActionContext) => Promise<Outcome>;

/** One process's runner over the plan; the actions are played by step text. */
function processWith(plays: Readonly<Record<string, Play>> = {}, policy: Partial<RunPolicy> = {}) {
  const started: string[] = [];
  const context = makeContext(folder);
  const action: Action = {
    name: 'manual',
    run: async (linked, given) => {
      started.push(linked.step.text);
      return (await plays[linked.step.text]?.(linked, given)) ?? done();
    },
  };
  const runner = new Runner({
    store: new FilePlanStore(path.join(folder, 'tasks.md')),
    paths: context.paths, log: context.log, ask: nobody, shell: context.shell, now: () => new Date(), settings: () => settings,
    policy: () => ({ commitAfter: 'off', updateStatus: false, ...policy }), hub: context.hub, inference: context.inference, loadAction: async () => action,
  });
  return { runner, started };
}

const text = () => readFile(path.join(folder, 'tasks.md'), 'utf8');
const idOf = async (step: string) => parsePlan(await text()).steps.find((one) => one.text === step)!.id;
const storage = () => path.join(folder, '.evalmark');

/** Ends only when it is stopped. */
const endless: Play = (_linked, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(cancelled)));

describe('a run whose window closes', () => {
  it('is found by the next process, which goes on where it was and repeats nothing', async () => {
    const first = processWith({ b: endless });
    const run = first.runner.run({ kind: 'plan' });
    await vi.waitFor(() => expect(first.started).toEqual(['a', 'b']));
    await first.runner.suspend();
    await run;
    expect(await text()).toContain('- [✓] a <!-- evalmark: manual -->\n- [→] b');

    const second = processWith();
    const [interrupted, ...others] = await second.runner.interruptedRuns();
    expect(others).toEqual([]);
    expect(interrupted).toMatchObject({ resumable: true, steps: [{ text: 'b' }] });
    expect(second.runner.stepRun(await idOf('b'))).toMatchObject({ kind: 'interrupted' });
    await second.runner.continueRun(interrupted!);
    expect(second.started).toEqual(['b', 'c', 'd']);
    expect(await second.runner.interruptedRuns()).toEqual([]);
    expect(await processWith().runner.interruptedRuns()).toEqual([]);
  });

  it('waits for a person in the middle of a command, and tries nothing again that failed', async () => {
    const first = processWith({ a: async () => failed({ code: 'x', message: 'No.', advice: 'Else.' }), d: endless });
    const run = first.runner.run({ kind: 'plan' });
    await vi.waitFor(() => expect(first.started).toContain('d'));
    await first.runner.suspend();
    await run;
    const shell = processWith({ c: endless });
    const one = shell.runner.run({ kind: 'steps', ids: [await idOf('c')] });
    await vi.waitFor(() => expect(shell.started).toEqual(['c']));
    await shell.runner.suspend();
    await one;

    const next = processWith();
    const runs = await next.runner.interruptedRuns();
    expect(runs.map(({ resumable, steps }) => [resumable, ...steps.map((step) => step.text)])).toEqual([
      [false, 'c', 'd'],
      [false, 'c'],
    ]);
    expect(runs[0]?.rest).toMatchObject({ kind: 'plan', without: [await idOf('a')] });
  });

  it('is settled when a person runs or resets its steps', async () => {
    const first = processWith({ b: endless });
    const run = first.runner.run({ kind: 'task', id: '1.1' });
    await vi.waitFor(() => expect(first.started).toContain('b'));
    await first.runner.suspend();
    await run;
    const second = processWith();
    expect(await second.runner.interruptedRuns()).toHaveLength(1);
    await second.runner.reset([await idOf('b')]);
    expect(await second.runner.interruptedRuns()).toEqual([]);
    expect(await text()).toContain('- [ ] b');
  });

  it('is none when a person stopped it', async () => {
    const first = processWith({ b: endless });
    const run = first.runner.run({ kind: 'plan' });
    await vi.waitFor(() => expect(first.started).toContain('b'));
    await first.runner.cancel({ kind: 'plan' });
    await run;
    expect(await processWith().runner.interruptedRuns()).toEqual([]);
  });
});

it('finds the run of a process that was killed', async () => {
  const gone = { pid: 2 ** 22 + 1, host: hostname() };
  const journal = path.join(storage(), 'journal.jsonl');
  await processWith().runner.run({ kind: 'steps', ids: [await idOf('a')] });
  const lines = [
    { kind: 'began', at: '2026-01-01T00:00:00Z', runId: 'r', selection: { kind: 'plan' }, process: gone },
    { kind: 'started', at: '2026-01-01T00:00:01Z', stepId: await idOf('b'), process: gone },
  ];
  await appendFile(journal, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const { runner } = processWith();
  expect(await runner.interruptedRuns()).toMatchObject([{ runId: 'r', resumable: true, steps: [{ text: 'b' }], lastSign: expect.any(Date) }]);
});

it('shows what another process runs, until that process is gone', async () => {
  const journal = path.join(storage(), 'journal.jsonl');
  await processWith().runner.run({ kind: 'steps', ids: [await idOf('a')] });
  const id = await idOf('b');
  await appendFile(journal, `${JSON.stringify({ kind: 'started', at: '2026-01-01T00:00:01Z', stepId: id, process: { pid: process.ppid, host: hostname() } })}\n`);
  const { runner } = processWith();
  await runner.load();
  expect(runner.stepRun(id)).toMatchObject({ kind: 'running', progress: { message: 'in another window' } });
  await appendFile(journal, `${JSON.stringify({ kind: 'interrupted', at: '2026-01-01T00:00:02Z', stepId: id })}\n`);
  await vi.waitFor(() => expect(runner.stepRun(id)).toMatchObject({ kind: 'interrupted' }), { timeout: 5000 });
  await runner.suspend();
});

it('keeps every run of a step, each with what it said', async () => {
  const says = (word: string, outcome: Outcome) => processWith({ a: async (_linked, { log }) => (log.info(word), outcome) });
  const id = await idOf('a');
  await says('first words', failed({ code: 'x', message: 'It broke.', advice: 'Mend it.' })).runner.run({ kind: 'steps', ids: [id] });
  const { runner } = says('second words', done('3 files'));
  await runner.run({ kind: 'steps', ids: [id] });
  const past = await runner.pastRuns(id);
  expect(past.map(({ run }) => run.kind)).toEqual(['done', 'failed']);
  const logs = await Promise.all(past.map(({ log }) => readFile(logFile(storage(), log ?? '')!, 'utf8')));
  expect(logs[0]).toMatch(/\[info\] second words\n.*done: 3 files/);
  expect(logs[1]).toMatch(/first words\n.*\[error\] It broke\. Mend it\./);
  expect(await readdir(path.join(storage(), 'logs'))).toHaveLength(2);
  expect(logFile(storage(), '../journal.jsonl')).toBeUndefined();
});

it('keeps what is known of a step whose text is changed', async () => {
  const { runner } = processWith({ a: async () => failed({ code: 'x', message: 'It broke.', advice: 'Mend it.' }) });
  const id = await idOf('a');
  await runner.run({ kind: 'steps', ids: [id] });
  await runner.renamed(id, 'other');
  expect(runner.stepRun('other')).toMatchObject({ kind: 'failed' });
  expect(runner.stepRun(id)).toBeUndefined();
  const next = processWith().runner;
  await next.load();
  expect(next.stepRun('other')).toMatchObject({ kind: 'failed' });
  expect(await next.pastRuns('other')).toHaveLength(1);
});

it('begins no step while runs are paused, and goes on afterwards', async () => {
  const { runner, started } = processWith({ a: async () => (runner.pause(), done()) });
  const run = runner.run({ kind: 'plan' });
  await vi.waitFor(async () => expect(await text()).toContain('- [✓] a'));
  expect(runner.paused).toBe(true);
  expect(started).toEqual(['a']);
  runner.resume();
  await run;
  expect(started).toEqual(['a', 'b', 'c', 'd']);
});

it('can be stopped while it is paused', async () => {
  const { runner, started } = processWith({ a: async () => (runner.pause(), done()) });
  const run = runner.run({ kind: 'plan' });
  await vi.waitFor(async () => expect(await text()).toContain('- [✓] a'));
  await runner.cancel({ kind: 'plan' });
  await run;
  expect(started).toEqual(['a']);
});

it('runs no more tasks side by side than it is allowed to', async () => {
  await writeFile(path.join(folder, 'tasks.md'), '## Phase 1: P\n\n- [ ] T001 [P] one\n- [ ] T002 [P] two\n- [ ] T003 [P] three\n');
  let now = 0;
  let most = 0;
  const play: Play = async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 20));
    now--;
    return done();
  };
  const steps = parsePlan(await text()).steps.map((step) => step.text);
  const plays = Object.fromEntries(steps.map((step) => [step, play]));
  await processWith(plays, { concurrency: 2 }).runner.run({ kind: 'plan' });
  expect(most).toBe(2);
  expect((await text()).match(/\[x\]/g)).toHaveLength(3);
});
