import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Action, ActionContext, LinkedStep } from '../../../../src/core/actions/action';
import { done, failed, needsPerson, type Outcome } from '../../../../src/core/outcome';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import { Journal } from '../../../../src/core/runner/journal';
import { Runner } from '../../../../src/core/runner/runner';
import type { RunServices } from '../../../../src/core/runner/services';
import { makeContext, nobody, settings, temporaryFolder } from '../../actionContext';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(temporaryFolder)));
afterEach(() => rm(folder, { recursive: true, force: true }));

const legend = '\n## Legend\n\nMark tasks as:\n- [ ] Not started\n- [→] In progress\n- [✓] Complete\n- [✗] Failed\n';

type Play = (linked: LinkedStep, context: ActionContext) => Promise<Outcome>;

/** A runner over a real file, whose actions are played by the test: by step text, else done at once. */
async function runnerFor(markdown: string, plays: Record<string, Play> = {}, overrides: Partial<RunServices> = {}) {
  const file = path.join(folder, 'tasks.md');
  await writeFile(file, markdown);
  const started: string[] = [];
  const context = makeContext(folder);
  const action: Action = {
    name: 'manual',
    run: async (linked, given) => {
      started.push(linked.step.text);
      return (await plays[linked.step.text]?.(linked, given)) ?? done();
    },
  };
  const services: RunServices = {
    store: new FilePlanStore(file),
    paths: { workspace: folder, plan: file, planFolder: folder, storage: path.join(folder, '.evalmark') },
    log: context.log,
    ask: nobody,
    shell: context.shell,
    now: () => new Date(),
    settings: () => settings,
    policy: () => ({ commitAfter: 'off', updateStatus: false }),
    hub: context.hub,
    inference: context.inference,
    loadAction: async () => action,
    ...overrides,
  };
  return { runner: new Runner(services), services, started, text: () => readFile(file, 'utf8') };
}

const boom = failed({ code: 'boom', message: 'It broke.', advice: 'Mend it.', short: 'broke' });
const failing: Play = async () => boom;

const twoTasks = `# P

### Phase 1: One

#### Task 1.1: First
- [ ] a
- [ ] b

#### Task 1.2: Second
- [ ] c

#### Task 1.3: Third
- [ ] d

**Dependencies**:
- Task 1.3 depends on Task 1.1
${legend}`;

describe('running a plan', () => {
  it('runs all open steps in order and ticks their boxes', async () => {
    const { runner, started, text } = await runnerFor(twoTasks);
    const summary = await runner.run({ kind: 'plan' });
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    expect(summary).toMatchObject({ done: 4, failed: 0, blocked: 0 });
    expect(await text()).toContain('- [✓] a\n- [✓] b');
  });

  it('stops a task at its failure, blocks what depends on it, and goes on with the rest', async () => {
    const { runner, started, text } = await runnerFor(twoTasks, { a: failing });
    const summary = await runner.run({ kind: 'plan' });
    expect(started).toEqual(['a', 'c']);
    expect(summary).toMatchObject({ done: 1, failed: 1, blocked: 2 });
    expect(await text()).toContain('- [✗] a\n- [ ] b');
    expect(runner.stepRun((await steps(text))['b']!)).toMatchObject({ kind: 'blocked' });
  });

  it('runs what lies under a box before the box itself', async () => {
    const { runner, started, text } = await runnerFor(`# P\n\n### Phase 1: One\n\n#### Task 1.1: First\n- [ ] all of it\n  - [ ] a\n    - [ ] a1\n  - [ ] b\n- [ ] c\n${legend}`);
    await runner.run({ kind: 'plan' });
    expect(started).toEqual(['a1', 'a', 'b', 'all of it', 'c']);
    expect(await text()).toContain('- [✓] all of it\n  - [✓] a\n    - [✓] a1');
  });

  it('runs what is open under a box that was named', async () => {
    const plan = `# P\n\n#### Task 1.1: First\n- [ ] all of it\n  - [x] a\n  - [ ] b\n- [ ] c\n`;
    const { runner, started, text } = await runnerFor(plan);
    await runner.run({ kind: 'steps', ids: [(await steps(text))['all of it']!] });
    expect(started).toEqual(['b', 'all of it']);
  });

  it('shows a step as doing in the file while it runs', async () => {
    let during = '';
    const { runner, text } = await runnerFor(twoTasks, { a: async () => ((during = await text()), done()) });
    await runner.run({ kind: 'task', id: '1.1' });
    expect(during).toContain('- [→] a');
  });

  it('runs one named step, and asks before it passes over what the step needs', async () => {
    const questions: string[] = [];
    const { runner, started } = await runnerFor(twoTasks, {}, {
      ask: { ...nobody, confirm: async ({ title }) => (questions.push(title), true) },
    });
    const id = (await steps(async () => twoTasks))['d']!;
    await runner.run({ kind: 'steps', ids: [id] });
    expect(started).toEqual(['d']);
    expect(questions).toEqual([expect.stringContaining('Task 1.1')]);
  });

  it('waits for a person at a checkpoint, and remembers the agreement', async () => {
    const plan = twoTasks.replace('**Dependencies**', '**Checkpoints**:\n- After Task 1.1: Look first\n\n**Dependencies**');
    const { runner, services, started } = await runnerFor(plan);
    const first = await runner.run({ kind: 'plan' });
    expect(started).toEqual(['a', 'b']);
    expect(first).toMatchObject({ done: 2, blocked: 2 });
    expect(first.waitingFor).toContain('Look first');

    const later = new Runner({ ...services, ask: { ...nobody, confirm: async () => true } });
    expect(await later.run({ kind: 'plan' })).toMatchObject({ done: 2 });
    const third = new Runner(services);
    await third.load();
    expect(third.gateRun('gate:1.1')).toMatchObject({ kind: 'agreed' });
  });

  it('puts the box back when a person is needed', async () => {
    const { runner, text } = await runnerFor(twoTasks, { a: async () => needsPerson('look at it') });
    const summary = await runner.run({ kind: 'task', id: '1.1' });
    expect(summary).toMatchObject({ needsPerson: 1, waitingFor: 'look at it', blocked: 1 });
    expect(await text()).toContain('- [ ] a');
  });

  it('turns an exception of an action into a failure that says so', async () => {
    const { runner } = await runnerFor(twoTasks, { a: async () => Promise.reject(new Error('oops')) });
    expect(await runner.run({ kind: 'task', id: '1.1' })).toMatchObject({ failed: 1 });
    expect(runner.stepRun((await steps(async () => twoTasks))['a']!)).toMatchObject({ kind: 'failed', failure: { code: 'internal-error' } });
  });

  it('lets downloads go on beside the tasks that follow where the plan says so', async () => {
    const plan = `### Phase 1: One

#### Task 1.1: Get
- [ ] Download aa/bb

#### Task 1.2: Meanwhile
- [ ] c

## Summary

**Parallelizable**: Model downloads (can work on other tasks while downloading)
${legend}`;
    const order: string[] = [];
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const { runner } = await runnerFor(plan, {
      'Download aa/bb': async () => (await released, order.push('download'), done()),
      c: async () => (order.push('c'), release(), done()),
    });
    await runner.run({ kind: 'plan' });
    expect(order).toEqual(['c', 'download']);
  });
});

describe('cancelling', () => {
  it('stops the running step, puts its box back and leaves the rest alone', async () => {
    let stop = () => {};
    const running = new Promise<void>((resolve) => (stop = resolve));
    const { runner, started, text } = await runnerFor(twoTasks, {
      a: (_linked, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ kind: 'cancelled' }));
          stop();
        }),
    });
    const run = runner.run({ kind: 'plan' });
    await running;
    await runner.cancel({ kind: 'plan' });
    const summary = await run;
    expect(started).toEqual(['a']);
    expect(summary.cancelled).toBe(1);
    expect(await text()).toContain('- [ ] a\n- [ ] b');
    expect(runner.running).toBe(false);
  });
});

describe('the journal', () => {
  it('shows a run that died with its process as interrupted, and resets it', async () => {
    const { runner, services, text } = await runnerFor(twoTasks.replace('[ ] a', '[→] a'));
    const id = (await steps(text))['a']!;
    await new Journal(path.join(services.paths.storage, 'journal.jsonl')).append({
      kind: 'started', at: '2026-01-01T00:00:00Z', stepId: id, process: { pid: 2 ** 22 - 3, host: (await import('node:os')).hostname() },
    });
    await runner.load();
    expect(runner.stepRun(id)).toMatchObject({ kind: 'interrupted' });
    await runner.reset([id]);
    expect(runner.stepRun(id)).toBeUndefined();
    expect(await text()).toContain('- [ ] a');
  });

  it('refuses a step that another living process runs', async () => {
    const { runner, services, started, text } = await runnerFor(twoTasks);
    const id = (await steps(text))['a']!;
    await new Journal(path.join(services.paths.storage, 'journal.jsonl')).append({
      kind: 'started', at: '2026-01-01T00:00:00Z', stepId: id, process: { pid: process.ppid, host: (await import('node:os')).hostname() },
    });
    await runner.run({ kind: 'steps', ids: [id] });
    expect(started).toEqual([]);
    expect(runner.stepRun(id)).toMatchObject({ kind: 'failed', failure: { code: 'runs-elsewhere' } });
  });

  it('survives half a line', async () => {
    const file = path.join(folder, 'journal.jsonl');
    await writeFile(file, '{"kind":"agreed","at":"x","gateId":"g"}\n{"kind":"sta');
    expect((await new Journal(file).read(() => false)).agreedGates.get('g')).toBe('x');
  });
});

/** Step ids by text. */
async function steps(text: () => Promise<string>): Promise<Record<string, string>> {
  const { parsePlan } = await import('../../../../src/core/plan/parse');
  return Object.fromEntries(parsePlan(await text()).steps.map((step) => [step.text, step.id]));
}
