import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChooseQuestion } from '../../../../src/core/actions/action';
import { reviewExamples } from '../../../../src/core/actions/reviewExamples';
import { linkedStep, makeContext, nobody } from '../../actionContext';
import { makeStudy, type Study } from './reviewStudy';

let study: Study;
beforeEach(async () => void (study = await makeStudy(['base', 'relight'], 5)));
afterEach(() => rm(study.folder, { recursive: true, force: true }));

function run(choose = nobody.choose) {
  const context = makeContext(study.folder, { evaluation: async () => ({ ok: true, value: study.evaluation }), ask: { ...nobody, choose } });
  return reviewExamples.run(linkedStep({ action: 'review.examples', arguments: { file: 'docs/portraits-results.md' } }), context).then((outcome) => ({ outcome, written: context.written }));
}

const document = () => readFile(path.join(study.folder, 'docs/portraits-results.md'), 'utf8');

test('by rule: the highest and the lowest scores, with small copies', async () => {
  await study.rate(({ modelId, picture }) => ({ identity: modelId === 'relight' ? 5 : 1, edit: 1 + Number(picture.file[1]) }));
  const { outcome, written } = await run();
  expect(outcome).toEqual({ kind: 'done', summary: '3 best and 3 worst outputs in docs/portraits-results.md' });
  const text = await document();
  const [best = '', worst = ''] = text.slice(text.indexOf('### Best')).split('### Worst');
  expect(best.match(/identity preservation 5/gi)).toHaveLength(3);
  expect(worst.match(/identity preservation 1/gi)).toHaveLength(3);
  const folder = (await readdir(path.join(study.folder, 'docs/assets')))[0]!;
  const assets = await readdir(path.join(study.folder, 'docs/assets', folder));
  expect(assets.length).toBeGreaterThanOrEqual(6);
  for (const asset of assets) {
    const { format, width, height } = await sharp(path.join(study.folder, 'docs/assets', folder, asset)).metadata();
    expect(format).toBe('jpeg');
    expect(Math.max(width, height)).toBeLessThanOrEqual(640);
  }
  expect(written).toContain(path.join(study.folder, 'docs/portraits-results.md'));
});

test('a person adjusts the picks; what is best is not offered as worst', async () => {
  await study.rate((_, index) => ({ identity: 1 + (index % 5), edit: 3 }));
  const questions: ChooseQuestion[] = [];
  const { outcome } = await run(async (question) => {
    questions.push(question);
    return [questions.length === 1 ? 'base/p3--dusk--7' : 'relight/p1--dusk--7'];
  });
  expect(outcome).toMatchObject({ kind: 'done', summary: '1 best and 1 worst outputs in docs/portraits-results.md' });
  expect(questions[0]!.options.filter(({ picked }) => picked)).toHaveLength(3);
  expect(questions[1]!.options.map(({ id }) => id)).not.toContain('base/p3--dusk--7');
  const text = await document();
  expect(text.indexOf('base--p3--dusk--7')).toBeLessThan(text.indexOf('### Worst'));
  expect(text.indexOf('relight--p1--dusk--7')).toBeGreaterThan(text.indexOf('### Worst'));
});

test('the same ratings give the same document', async () => {
  await study.rate((_, index) => ({ identity: 1 + (index % 5), edit: 3 }));
  await run();
  const first = await document();
  await run();
  expect(await document()).toBe(first);
});

test('without ratings it fails with advice', async () => {
  await study.rate((_, index) => (index === 0 ? { identity: 3, edit: 3 } : undefined));
  expect((await run()).outcome).toMatchObject({ kind: 'failed', failure: { code: 'no-ratings', advice: expect.stringContaining('review step') } });
});
