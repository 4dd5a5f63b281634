import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PlanPaths } from '../../../../src/core/actions/action';
import { updateStatus, type StatusUpdate } from '../../../../src/core/report/status';
import { makeContext, nobody, temporaryFolder } from '../../actionContext';
import { TestRepository } from '../repository/testRepository';
import { planOf } from './planOf';

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
  expect(text).toContain('| ✓ | Phase 1: Phase 1 | 2 of 2 |\n| ✗ | Phase 2: Phase 2 | 0 of 5 |');
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

it('names the last commit', async () => {
  const repository = new TestRepository();
  try {
    repository.commit({ 'a.md': '1' }, 'docs: first *one*');
    const paths = { workspace: repository.folder, planFolder: repository.folder, plan: repository.path('tasks.md'), storage: repository.path('.evalmark') };
    await update(paths);
    expect(await readFile(repository.path('STATUS.md'), 'utf8')).toMatch(/\*\*Last commit\*\*: `[0-9a-f]{7,}` docs: first \\\*one\\\* \(\d{4}-\d\d-\d\d\)/);
  } finally {
    repository.dispose();
  }
});
