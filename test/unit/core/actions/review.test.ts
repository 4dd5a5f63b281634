import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ask, Look } from '../../../../src/core/actions/action';
import { review } from '../../../../src/core/actions/review';
import { linkedStep, makeContext, nobody } from '../../actionContext';
import { makeStudy, type Study } from './reviewStudy';

let study: Study;
beforeEach(async () => void (study = await makeStudy()));
afterEach(() => rm(study.folder, { recursive: true, force: true }));

function run(args: Record<string, string>, look: Ask['look'] = nobody.look) {
  const context = makeContext(study.folder, { evaluation: async () => ({ ok: true, value: study.evaluation }), ask: { ...nobody, look } });
  return review.run(linkedStep({ action: 'review', arguments: { models: 'all', ...args } }), context).then((outcome) => ({ outcome, written: context.written }));
}

test('where nobody is there it says how far the review is', async () => {
  await study.rate((_, index) => (index < 4 ? { identity: 3 } : undefined));
  expect((await run({ criterion: 'identity' })).outcome).toEqual({ kind: 'needsPerson', reason: '4 of 6 outputs rated' });
});

test('what is rated already needs nobody, whoever rated it', async () => {
  await study.rate(() => ({ identity: 3 }), { rater: 'somebody else' });
  expect((await run({ criterion: 'identity' }, async () => { throw new Error('Nothing is left to ask'); })).outcome).toEqual({ kind: 'done', summary: '6 outputs rated' });
});

test('the panel is asked for the models of the step, and its ratings finish it', async () => {
  const looks: Look[] = [];
  const { outcome, written } = await run({ models: 'category:lighting', criterion: 'edit' }, async (what) => {
    looks.push(what);
    await study.rate(({ modelId }) => (modelId === 'relight' ? { edit: 5 } : undefined));
    return true;
  });
  expect(looks).toEqual([{ kind: 'review', planPath: expect.stringContaining('tasks.md'), modelIds: ['relight'], criterion: 'edit' }]);
  expect(outcome).toEqual({ kind: 'done', summary: '3 outputs rated' });
  expect(written).toEqual([study.ratings]);
});

test('a panel that is closed too early leaves the step to a person', async () => {
  const { outcome } = await run({ criterion: 'identity' }, async () => {
    await study.rate((_, index) => (index === 0 ? { identity: 5 } : undefined));
    return false;
  });
  expect(outcome).toEqual({ kind: 'needsPerson', reason: '1 of 6 outputs rated' });
});

test('a sample is enough with five outputs', async () => {
  const some = await makeStudy(['base'], 7);
  await study.rate(() => undefined);
  await rm(study.folder, { recursive: true, force: true });
  study = some;
  await study.rate((_, index) => (index < 5 ? { identity: 3, edit: 3, same: true, artifacts: 0 } : undefined));
  expect((await run({ sample: 'true' })).outcome).toEqual({ kind: 'done', summary: '5 of 7 outputs reviewed' });
  expect((await run({})).outcome.kind).toBe('needsPerson');
});

test.each([
  [{ models: 'name:invented' }, 'no-such-model'],
  [{ criterion: 'beauty' }, 'unknown-criterion'],
])('a step that cannot be meant fails with advice: %j', async (args, code) => {
  expect((await run(args)).outcome).toMatchObject({ kind: 'failed', failure: { code } });
});

test('without outputs it says which step comes first', async () => {
  await rm(`${study.folder}/results`, { recursive: true });
  expect((await run({})).outcome).toMatchObject({ kind: 'failed', failure: { code: 'no-outputs', advice: expect.stringContaining('edits the pictures') } });
});
