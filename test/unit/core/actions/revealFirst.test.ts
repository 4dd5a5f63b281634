import { access, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { analyze } from '../../../../src/core/actions/analyze';
import { document } from '../../../../src/core/actions/document';
import { options } from '../../../../src/core/actions/options';
import { reviewExamples } from '../../../../src/core/actions/reviewExamples';
import { appendLines, readRatings } from '../../../../src/core/review/ratingsFile';
import { linkedStep, makeContext } from '../../actionContext';
import { person } from './person';
import { makeStudy, type Study } from './reviewStudy';

let study: Study;
beforeEach(async () => {
  study = await makeStudy(['base', 'relight'], 4);
  await appendLines(study.ratings, [{ version: 1, kind: 'session', at: '2026-01-02T03:04:05Z', rater: 'tester', sessionId: 's1', seed: 'x' }]);
});
afterEach(() => rm(study.folder, { recursive: true, force: true }));

const rate = () => study.rate(({ modelId }, index) => ({ identity: modelId === 'base' ? 2 : 4, edit: 1 + (index % 5), same: true, artifacts: 0 }));
const contextOf = (answers: Parameters<typeof person>[0]) => {
  const { ask, asked } = person(answers);
  return { asked, context: makeContext(study.folder, { ask, evaluation: async () => ({ ok: true, value: study.evaluation }) }) };
};
const reveals = async () => {
  const read = await readRatings(study.ratings);
  return read.ok ? read.value.reveals : [];
};

describe('while the review is blind', () => {
  test.each([
    ['analyze', analyze, { part: 'table' }, 'analysis.md'],
    ['document', document, { file: 'docs/results.md', section: 'summary' }, 'docs/results.md'],
    ['options', options, { option: 'A', file: 'docs/results.md' }, 'docs/results.md'],
    ['review.examples', reviewExamples, { file: 'docs/results.md' }, 'docs/results.md'],
  ] as const)('%s writes no name before a person agrees', async (name, action, args, file) => {
    await rate();
    for (const confirm of [false, undefined]) {
      const { context, asked } = contextOf({ confirm });
      expect(await action.run(linkedStep({ action: name, arguments: args }), context)).toMatchObject({ kind: 'needsPerson' });
      expect(asked.confirms).toMatchObject([{ kind: 'danger', agree: 'Reveal' }]);
      expect(context.written).toEqual([]);
    }
    await expect(access(path.join(study.folder, file))).rejects.toThrow();
    expect(await reveals()).toEqual([]);
  });

  test('a reveal is recorded for the session, once, and the step goes on', async () => {
    await rate();
    const { context } = contextOf({ confirm: true });
    expect(await analyze.run(linkedStep({ action: 'analyze', arguments: { part: 'table' } }), context)).toMatchObject({ kind: 'done' });
    expect(await reveals()).toMatchObject([{ rater: 'tester', sessionId: 's1' }]);
    expect(context.written).toContain(study.ratings);
    const again = contextOf({ confirm: false });
    expect(await analyze.run(linkedStep({ action: 'analyze', arguments: { part: 'rank' } }), again.context)).toMatchObject({ kind: 'done' });
    expect(again.asked.confirms).toEqual([]);
  });

  test('nothing is asked where nothing was rated blind, or only by somebody else', async () => {
    await study.rate(() => ({ identity: 3 }), { rater: 'other', sessionId: 'answers-file', unblinded: true });
    const { context, asked } = contextOf({ confirm: false });
    expect(await analyze.run(linkedStep({ action: 'analyze', arguments: { part: 'average', criterion: 'identity' } }), context)).toMatchObject({ kind: 'done' });
    expect(asked.confirms).toEqual([]);
  });
});
