import { expect, it } from 'vitest';
import { linkPlan } from '../../../src/core/actions/link';
import { parsePlan } from '../../../src/core/plan/parse';
import type { GateRun, StepRun } from '../../../src/core/runner/runState';
import { planStatus, type PlanStatus } from '../../../src/extension/status/planStatus';
import { gateDescription, gateLabel, groupDescription, remaining, stepDescription } from '../../../src/extension/status/wording';

const legend = '\nMark tasks as:\n- [ ] Not started\n- [→] In progress\n- [✓] Complete\n- [✗] Blocked/Failed\n';
const text = `# Demo - Tasks

### Phase 1: First

#### Task 1.1: Make
**Estimated**: 10 minutes

- [✓] Make folder
- [ ] Fill folder

#### Task 1.2: Check
- [ ] Look

### Phase 2: Second

#### Task 2.1: After
- [ ] Something else

**Dependencies**:
- Task 2.x depends on Task 1.x

**Checkpoints**:
- After Task 1.1: Agree on what was made before going on with anything
${legend}`;

const at = '2026-01-01T10:00:00.000Z';
const failure = { code: 'disk-space', message: 'Not enough disk.', advice: 'Free 26.5 GB.', short: '26.5 GB short' };

it('shows a step as its mark says, where nothing is known of a run', () => {
  const status = statusOf(text);
  expect(stateOf(status, 'Make folder')).toBe('done');
  expect(stateOf(status, 'Fill folder')).toBe('todo');
  expect(status.tasks.get('1.1')).toMatchObject({ state: 'todo', done: 1, total: 2 });
  expect(status.whole).toMatchObject({ done: 1, total: 4 });
});

it('blocks what waits for another phase, and names it', () => {
  const status = statusOf(text);
  const phase = status.phases.get('2');
  expect(phase).toMatchObject({ state: 'blocked', blockedBy: 'Phase 1' });
  expect(phase && groupDescription(phase)).toBe('0/1 · blocked by Phase 1');
  expect(status.next?.text).toBe('Fill folder');
});

it('is blocked no longer when what it waits for is done', () => {
  const status = statusOf(text.replaceAll('- [ ] Fill', '- [✓] Fill').replace('- [ ] Look', '- [✓] Look'));
  expect(status.phases.get('2')).toMatchObject({ state: 'todo', blockedBy: undefined });
  expect(status.next?.text).toBe('Something else');
});

it('lets a parent show its most urgent child', () => {
  const runs: Record<string, StepRun> = {
    'Fill folder': { kind: 'running', since: at, progress: { secondsLeft: 480 } },
    Look: { kind: 'needsPerson', at, reason: 'look at it' },
  };
  const status = statusOf(text, runs);
  expect(status.tasks.get('1.1')).toMatchObject({ state: 'doing', running: 1, secondsLeft: 480 });
  expect(status.phases.get('1')).toMatchObject({ state: 'needsPerson', needsPerson: 1 });
  const failed = statusOf(text.replace('- [ ] Fill', '- [✗] Fill'), { ...runs, 'Fill folder': { kind: 'failed', at, milliseconds: 3, failure } });
  expect(failed.phases.get('1')?.state).toBe('failed');
});

it('shows a running step that asks as one that needs a person', () => {
  const status = statusOf(text, { Look: { kind: 'running', since: at, progress: {} } }, (step) => (step.includes('look') ? 'Is it done?' : undefined));
  expect(stateOf(status, 'Look')).toBe('needsPerson');
  expect(status.tasks.get('1.2')).toMatchObject({ needsPerson: 1, running: 1 });
});

it('counts a gate that waits for a person, and not one that was agreed', () => {
  const waiting = statusOf(text, {}, undefined, { kind: 'waiting' });
  expect(waiting.phases.get('1')).toMatchObject({ state: 'needsPerson', needsPerson: 1 });
  expect(waiting.whole.needsPerson).toBe(1);
  expect(statusOf(text, {}, undefined, { kind: 'agreed', at }).whole.needsPerson).toBe(0);
});

it('forgives a failure when a person empties the box, where the file has a mark for failures', () => {
  const failed: StepRun = { kind: 'failed', at, milliseconds: 5, failure };
  expect(stateOf(statusOf(text, { 'Fill folder': failed }), 'Fill folder')).toBe('todo');
  expect(stateOf(statusOf('- [ ] Fill folder\n- [x] b\n', { 'Fill folder': failed }), 'Fill folder')).toBe('failed');
});

it('shows a box that a person ticked as done, whatever the last run came to', () => {
  const failed: StepRun = { kind: 'failed', at, milliseconds: 5, failure };
  expect(stateOf(statusOf(text.replace('- [ ] Fill', '- [✓] Fill'), { 'Fill folder': failed }), 'Fill folder')).toBe('done');
});

it('tells an interrupted run from a task that a person has in progress', () => {
  const doing = text.replace('- [ ] Fill', '- [→] Fill');
  expect(stateOf(statusOf(doing), 'Fill folder')).toBe('doing');
  expect(stateOf(statusOf(doing, { 'Fill folder': { kind: 'interrupted', since: at } }), 'Fill folder')).toBe('interrupted');
});

it('says in a few words what is up with a step', () => {
  const describe = (run: StepRun, source = text) => {
    const status = statusOf(source, { 'Fill folder': run });
    const step = status.plan.steps.find((candidate) => candidate.text === 'Fill folder');
    const known = step && status.steps.get(step.id);
    return step && known ? stepDescription(step, known, status.links.get(step.id)) : undefined;
  };
  expect(describe({ kind: 'running', since: at, progress: { completed: 38.2e9, total: 57.7e9, unit: 'bytes' } })).toBe('66 %');
  expect(describe({ kind: 'running', since: at, progress: { completed: 3, total: 5, unit: 'items' } })).toBe('3 of 5');
  expect(describe({ kind: 'failed', at, milliseconds: 3, failure }, text.replace('- [ ] Fill', '- [✗] Fill'))).toBe('26.5 GB short');
  expect(describe({ kind: 'blocked', by: '1.1', reason: 'x' })).toBe('blocked by 1.1');
  expect(describe({ kind: 'queued' })).toBe('queued');
});

it('says how long the rest of a task may take, in proportion to its open steps', () => {
  const status = statusOf(text);
  const task = status.plan.tasks[0];
  const group = status.tasks.get('1.1');
  expect(group && remaining(task?.estimate, group)).toBe('5 min');
});

it('keeps a gate short and says that runs stop there', () => {
  const gate = statusOf(text).plan.gates[0];
  expect(gate && gateLabel(gate)).toBe('Gate: Agree on what was made');
  expect(gateDescription({ kind: 'open' })).toBe('stops here');
});

function statusOf(source: string, runs: Readonly<Record<string, StepRun>> = {}, question: (stepId: string) => string | undefined = () => undefined, gate: GateRun = { kind: 'open' }): PlanStatus {
  const plan = parsePlan(source);
  const byId = new Map(plan.steps.flatMap((step) => (runs[step.text] ? [[step.id, runs[step.text]] as const] : [])));
  return planStatus(plan, linkPlan(plan), { stepRun: (id) => byId.get(id), gateRun: () => gate, question });
}

function stateOf(status: PlanStatus, stepText: string) {
  const step = status.plan.steps.find((candidate) => candidate.text === stepText);
  return step && status.steps.get(step.id)?.state;
}
