import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PlanPaths } from '../../../../src/core/actions/action';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import { rebuildDocuments } from '../../../../src/core/report/rebuild';
import { updateStatus, type StatusUpdate } from '../../../../src/core/report/status';
import { makeContext, nobody, temporaryFolder } from '../../actionContext';
import { planOf } from './planOf';
import { evaluation, layOut, ratings } from './study';

let workspace: string;

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const plan = planOf([
  { id: '1.1', title: 'Survey', minutes: [30, 30], steps: [['Browse', 'done'], ['Filter', 'done']] },
  { id: '2.1', title: 'Setup', minutes: [60, 120], steps: [['Install <torch>', 'failed'], ['Verify', 'doing'], ['Use it', 'todo']] },
  { id: '2.2', title: 'More', steps: [['Later', 'todo'], ['Never', 'deferred']] },
]);

async function planPaths(folder: string, id?: string): Promise<PlanPaths> {
  const planFolder = path.join(workspace, folder);
  await mkdir(planFolder, { recursive: true });
  await writeFile(path.join(planFolder, 'tasks.md'), id ? `# T\n\n**Change ID**: \`${id}\`  \n` : '# T\n');
  return { workspace, planFolder, plan: path.join(planFolder, 'tasks.md'), storage: path.join(workspace, '.evalmark') };
}

function update(paths: PlanPaths, more: Partial<StatusUpdate> = {}) {
  const context = makeContext(workspace);
  return updateStatus({ plan, paths, ask: nobody, log: context.log, wrote: context.wrote, ...more });
}

const status = (): Promise<string> => readFile(path.join(workspace, 'STATUS.md'), 'utf8');

it('says how far the plan is, what comes next, what failed and why, and changes nothing the second time', async () => {
  const paths = await planPaths('', 'small-validation');
  const failure = { code: 'exit', message: 'pip ended with 1.', advice: 'Look at the terminal.' };
  expect(await update(paths, { failures: new Map([['2.1/0', failure]]) })).toEqual({ ok: true, value: 'written' });
  const text = await status();
  expect(text).toMatch(/^# Status\n\n## Small plan\n\n<!-- evalmark:begin status-small-validation hash=/);
  expect(text).toContain('**Progress**: 2 of 7 steps, 1 of 3 tasks ([plan](tasks.md))');
  expect(text).toContain('**Now**: 2.1 Verify');
  expect(text).toContain('**Next**: 2.1 Use it');
  expect(text).toContain('**Estimated rest**: 1 h to 2 h, and 1 task without an estimate');
  expect(text).toContain('| ✓ | Phase 1: Phase 1 | 2 of 2 | 30 min |\n| ✗ | Phase 2: Phase 2 | 0 of 5 | 1 h to 2 h, and more |');
  expect(text).toContain('- 2.1 Install &lt;torch&gt;: pip ended with 1. Look at the terminal.');
  expect(await update(paths, { failures: new Map([['2.1/0', failure]]) })).toEqual({ ok: true, value: 'unchanged' });
});

it('keeps one section for each plan, and what the person wrote', async () => {
  await writeFile(path.join(workspace, 'STATUS.md'), '# Our project\r\n\r\nBy hand.\r\n');
  await update(await planPaths('plans/one'));
  await update(await planPaths('plans/two'));
  await update(await planPaths('plans/one'), { plan: planOf([{ id: '1', title: 'x', steps: [['y', 'done']] }]) });
  const text = await status();
  expect(text.startsWith('# Our project\r\n\r\nBy hand.\r\n')).toBe(true);
  expect(text.match(/evalmark:begin status-(one|two) /g)).toHaveLength(2);
  expect(text).toContain('[plan](plans/two/tasks.md)');
  expect(text).toContain('the plan is complete');
  expect(text.replaceAll('\r\n', '')).not.toContain('\n');
});

it('holds time against estimates, names the critical path, what was delivered, and the decision', async () => {
  const paths = await planPaths('plans/one');
  const whole = {
    ...planOf([
      { id: '1.1', title: 'Survey', minutes: [30, 60], deliverable: 'model-survey.md', steps: [['Browse', 'done']] },
      { id: '2.1', title: 'Setup', minutes: [10, 10], deliverable: 'All of scripts/setup.py and outputs in data/results/<model>/', steps: [['Install', 'done']] },
      { id: '3.1', title: 'Write up', minutes: [15, 20], deliverable: 'Decision in results.md, with pros/cons', steps: [['Create docs/one-results.md', 'todo']] },
    ]),
    criticalPath: 'Survey → Setup → Write up',
  };
  const entry = (stepId: string, milliseconds: number, outcome: object) => JSON.stringify({ kind: 'finished', at: '', stepId, milliseconds, outcome });
  await mkdir(paths.storage, { recursive: true });
  const failed = { kind: 'failed', failure: { code: 'x', message: 'No network.', advice: 'Connect.' } };
  await writeFile(path.join(paths.storage, 'journal.jsonl'), [entry('1.1/0', 600_000, failed), entry('1.1/0', 120_000, { kind: 'done' }), entry('2.1/0', 30_000, { kind: 'done' }), '{"torn'].join('\n'));
  await writeFile(path.join(paths.planFolder, 'model-survey.md'), '# Survey');
  await mkdir(path.join(workspace, 'data/results'), { recursive: true });
  await mkdir(path.join(workspace, 'docs'), { recursive: true });
  await writeFile(path.join(workspace, 'docs/one-results.md'), '# R\n\n<!-- evalmark:begin decision -->\n**Option A: As it is**\n<!-- evalmark:end decision -->\n\n<!-- evalmark:begin decision-next -->\n### Next steps\n\n1. Ship it\n<!-- evalmark:end decision-next -->\n');
  expect(await update(paths, { plan: whole })).toEqual({ ok: true, value: 'written' });
  const text = await status();
  expect(text).toContain('([plan](plans/one/tasks.md), [results](docs/one-results.md))');
  expect(text).toContain('**Time spent**: 13 min on 2 complete tasks, estimated 40 min to 1 h 10 min  ');
  expect(text).toContain('**Estimated rest**: 15 min to 20 min  ');
  expect(text).toContain('**Critical path**: Survey ✓ → Setup ✓ → Write up  ');
  expect(text).toContain('**Decision**: Option A: As it is');
  expect(text).toContain('| ✓ | Phase 1: Phase 1 | 1 of 1 | 30 min to 1 h | 12 min |');
  expect(text.slice(text.indexOf('**Deliverables**')).split('\n').slice(2, 6)).toEqual([
    '- ✓ 1.1 [model-survey.md](plans/one/model-survey.md)',
    '- ✗ 2.1 scripts/setup.py: not there, although its task is done',
    '- ✗ 2.1 [data/results/](data/results): empty, although its task is done',
    '- → 3.1 [results.md](docs/one-results.md)',
  ]);
  expect(text).toContain('**Next steps**\n\n1. Ship it');
  expect(await update(paths, { plan: whole })).toEqual({ ok: true, value: 'unchanged' });
});

it('says which document no longer agrees with the data', async () => {
  await layOut(workspace);
  await writeFile(path.join(workspace, 'evaluation.json'), JSON.stringify(evaluation));
  const paths = await planPaths('', 'small');
  await writeFile(paths.plan, '# Small\n\n**Change ID**: `small`\n\n#### Task 4.1: Results\n\n- [x] Create docs/small-results.md\n- [x] Include comparison matrix\n\n**Deliverable**: docs/small-results.md\n');
  const read = await new FilePlanStore(paths.plan).read();
  if (!read.ok) throw new Error(read.failure.message);
  const context = makeContext(workspace, { plan: read.value.plan, evaluation: async () => ({ ok: true, value: evaluation }) });
  expect((await rebuildDocuments(context)).ok).toBe(true);
  await update(paths, { plan: read.value.plan });
  expect(await status()).toContain('- ✓ 4.1 [docs/small-results.md](docs/small-results.md)\n');
  await appendFile(path.join(workspace, 'ratings.jsonl'), `${JSON.stringify({ ...ratings[0], answers: { identity: 1, edit: 1 } })}\n`);
  await update(paths, { plan: read.value.plan });
  expect(await status()).toContain('- ✗ 4.1 [docs/small-results.md](docs/small-results.md): older than the data');
  expect(await status()).toMatch(/\*\*Older than the data\*\*: .*docs\/small-results\.md/);
});
