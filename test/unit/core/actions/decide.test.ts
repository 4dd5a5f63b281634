import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decide } from '../../../../src/core/actions/decide';
import { document } from '../../../../src/core/actions/document';
import type { Ask } from '../../../../src/core/actions/action';
import { linkedStep, makeContext, nobody, temporaryFolder } from '../../actionContext';
import { planOf } from '../report/planOf';
import { evaluation, layOut } from '../report/study';
import { person } from './person';

let workspace: string;

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await writeFile(path.join(workspace, 'tasks.md'), '# Small plan\n\n**Change ID**: `small-validation`\n');
  await layOut(workspace);
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const plan = planOf([
  { id: '4.1', title: 'Results', steps: [['Create docs/small-results.md', 'done']] },
  { id: '4.2', title: 'Options', steps: [['**Option A**: Use existing models', 'done'], ['**Option B**: Train our own - later', 'todo']] },
]);

const contextWith = (ask: Ask) => makeContext(workspace, { plan, ask, evaluation: async () => ({ ok: true, value: evaluation }) });

function run(part: string, ask: Ask) {
  return decide.run(linkedStep({ action: 'decide', arguments: { part } }), contextWith(ask));
}

const text = (file = 'docs/small-results.md'): Promise<string> => readFile(path.join(workspace, file), 'utf8');

it('decides nothing where nobody is there', async () => {
  for (const part of ['approach', 'rationale', 'next', 'timeline']) expect(await run(part, nobody)).toMatchObject({ kind: 'needsPerson' });
  await expect(text()).rejects.toThrow();
});

it('offers the plan\'s own options with the ranking, and writes down the choice', async () => {
  const { ask, asked } = person({ choice: 'B' });
  expect(await run('approach', ask)).toEqual({ kind: 'done', summary: 'Option B in docs/small-results.md', remark: 'Option B' });
  expect(asked.choices[0]?.options.map(({ label, description }) => [label, description])).toEqual([
    ['Option A: Use existing models', 'weighed'],
    ['Option B: Train our own', 'not weighed yet'],
  ]);
  expect(asked.choices[0]?.placeholder).toMatch(/^Ranking: .*Angles/);
  expect(await text()).toMatch(/## Decision\n\n<!-- evalmark:begin decision [^]*\*\*Option B: Train our own\*\*/);
});

it('keeps the parts in their order, whichever comes first, and carries them into STATUS.md', async () => {
  await run('approach', person({ choice: 'A' }).ask);
  await run('next', person({ texts: ['1. Ship it'] }).ask);
  const rationale = person({ texts: ['Angles is best.'] });
  await run('rationale', rationale.ask);
  expect(rationale.asked.texts[0]?.value).toMatch(/^Ranking: /);
  expect([...(await text()).matchAll(/evalmark:begin (\S+)/g)].map(([, name]) => name)).toEqual(['decision', 'decision-rationale', 'decision-next']);

  const again = person({ texts: ['Angles is best by far.'] });
  await run('rationale', again.ask);
  expect(again.asked.texts[0]?.value).toBe('Angles is best.');

  const outcome = await document.run(linkedStep({ action: 'document', arguments: { file: 'STATUS.md', section: 'decision' } }), contextWith(nobody));
  expect(outcome).toMatchObject({ kind: 'done' });
  expect(await text('STATUS.md')).toMatch(/evalmark:begin decision-small-validation[^]*\*\*Option A: Use existing models\*\*\n\n### Rationale\n\nAngles is best by far\.\n\n### Next steps\n\n1\. Ship it\n\nFigures and reasons: \[results\]\(docs\/small-results\.md\)/);
});

it('takes down a reason where the plan has no evaluation and none can be made of its words', async () => {
  await rm(path.join(workspace, 'evaluation.json'), { force: true });
  const failure = { code: 'no-base-model', message: 'There is no evaluation.json.', advice: 'Write one.' };
  const context = makeContext(workspace, { plan, ask: person({ texts: ['It is enough.'] }).ask, evaluation: async () => ({ ok: false, failure }) });
  expect(await decide.run(linkedStep({ action: 'decide', arguments: { part: 'rationale' } }), context)).toMatchObject({ kind: 'done' });
  expect(await text()).toContain('It is enough.');
});
