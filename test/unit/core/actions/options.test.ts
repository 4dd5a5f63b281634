import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { options } from '../../../../src/core/actions/options';
import type { Ask } from '../../../../src/core/actions/action';
import { linkedStep, makeContext, nobody, temporaryFolder } from '../../actionContext';
import { planOf } from '../report/planOf';
import { evaluation, layOut } from '../report/study';
import { person } from './person';

let workspace: string;

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await writeFile(path.join(workspace, 'tasks.md'), '# Small plan\n');
  await layOut(workspace);
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const plan = planOf([
  { id: '4.1', title: 'Results', steps: [['Create docs/small-results.md', 'done']] },
  { id: '4.2', title: 'Strategic analysis', steps: [['**Option A**: Use existing models as-is', 'todo', ['Which model(s)?', 'What gaps remain?']]] },
]);

function run(ask: Ask) {
  const linked = linkedStep({ action: 'options', arguments: { option: 'A' } });
  const step = plan.steps[1];
  const context = makeContext(workspace, { plan, ask, evaluation: async () => ({ ok: true, value: evaluation }) });
  return options.run({ ...linked, step: step ?? linked.step }, context);
}

const text = (): Promise<string> => readFile(path.join(workspace, 'docs/small-results.md'), 'utf8');

it('writes facts for everybody, and judgement only from a person', async () => {
  expect(await run(nobody)).toMatchObject({ kind: 'needsPerson', reason: 'Option A: Which model(s)?' });
  const facts = await text();
  expect(facts).toMatch(/## Option A: Use existing models as-is\n\n<!-- evalmark:begin option-a /);
  expect(facts).toContain('- Alone, Angles (rank 1) scores 0.92 ± 0.00 of 1; weak: nowhere');
  expect(facts).not.toContain('judgement');
});

it('puts the plan\'s questions to the person and keeps the answers behind the facts', async () => {
  const { ask, asked } = person({ texts: ['Angles **only**', 'none\n\n- really'] });
  expect(await run(ask)).toMatchObject({ kind: 'done' });
  expect(asked.texts.map(({ prompt }) => prompt)).toEqual(['Which model(s)?', 'What gaps remain?']);
  expect(await text()).toMatch(/end option-a -->\n\n<!-- evalmark:begin option-a-judgement [^\n]*\n\n\*\*Which model\(s\)\?\*\*\n\nAngles \*\*only\*\*\n\n\*\*What gaps remain\?\*\*\n\nnone\n\n- really\n\n<!--/);
});

it('goes on where the person stopped, with what they wrote', async () => {
  expect(await run(person({ texts: ['Angles', undefined] }).ask)).toMatchObject({ kind: 'needsPerson', reason: 'Option A: What gaps remain?' });
  const again = person({ texts: ['Angles and base', 'none'] });
  expect(await run(again.ask)).toMatchObject({ kind: 'done' });
  expect(again.asked.texts.map(({ value }) => value)).toEqual(['Angles', '']);
  expect(await text()).toContain('Angles and base');
});

it('is not done while a question is left empty', async () => {
  expect(await run(person({ texts: ['Angles', '  '] }).ask)).toMatchObject({ kind: 'needsPerson', reason: expect.stringContaining('1 of 2 questions') });
});
