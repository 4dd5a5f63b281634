import { expect, test } from 'vitest';
import type { Generation } from '../../../../src/core/evaluation/generation';
import { currentRatings } from '../../../../src/core/review/currentRating';
import { estimateText, matrixCsv, matrixMarkdown, rankText } from '../../../../src/core/review/matrixDocument';
import type { Rating } from '../../../../src/core/review/rating';
import { summarize } from '../../../../src/core/review/summary';
import { makeEvaluation, makeGeneration, makeRating } from './study';

const pictures = ['p1.png', 'p2.png', 'p3.png', 'p4.png', 'p5.png'];
const edits = ['left', 'right', 'forest', 'dusk'];

/** Every model on every picture and edit, scored by `score`. */
function study(models: readonly string[], score: (model: string, picture: number, edit: number) => Rating['answers'] | undefined) {
  const evaluation = makeEvaluation(models);
  const generations: Generation[] = models.flatMap((model) => pictures.flatMap((picture) => edits.map((edit) => makeGeneration(model, picture, edit))));
  const ratings = generations.flatMap((generation) => {
    const answers = score(generation.modelId, pictures.indexOf(generation.picture.file), edits.indexOf(generation.edit.id));
    return answers ? [makeRating(generation, answers)] : [];
  });
  const hashes = new Map(generations.map(({ id, output }) => [id, output.sha256]));
  return summarize(evaluation, generations, currentRatings(ratings, (id) => hashes.get(id)).current);
}

test('a better model ranks first, equal ones share a rank and say so, and missing is "not run"', () => {
  const scores = { good: 4, alike: 4, bad: 1 } as const;
  const wobble = (model: string, picture: number, edit: number) => (model === 'alike' ? ((picture + edit) % 2 ? 1 : -1) : 0);
  const summary = study(['good', 'bad', 'alike', 'absent'], (model, picture, edit) =>
    model === 'absent' ? undefined : { identity: scores[model as 'good'] + wobble(model, picture, edit), edit: scores[model as 'good'], same: model !== 'bad', artifacts: model === 'bad' ? 2 : 0 },
  );
  const [good, bad, alike, absent] = summary.models;
  expect(summary).toMatchObject({ sharedCells: 20, cells: 20, pictures: 5, raters: ['tester'], unblinded: 0 });
  expect(good).toMatchObject({ state: 'rated', generated: 20, rated: 20, rank: { low: 1, high: 2, tiedWith: ['alike'] } });
  expect(alike!.rank).toMatchObject({ low: 1, high: 2, tiedWith: ['good'] });
  expect(bad!.rank).toMatchObject({ low: 3, high: 3, tiedWith: [], probabilityBest: 0 });
  expect(good!.rank!.probabilityBest! + alike!.rank!.probabilityBest!).toBeCloseTo(1, 10);
  expect(good!.criteria.identity).toMatchObject({ n: 20, mean: 4 });
  expect(bad!.artifacts).toMatchObject({ perOutput: 2, withAny: 1, n: 20 });
  expect(absent).toMatchObject({ state: 'notRated', generated: 20, rated: 0 });
  expect(rankText(good!)).toBe('1–2, tied');
  expect(rankText(bad!)).toBe('3');
});

test('the same-character share passes, fails or is not proven against the limit', () => {
  const kept = { sure: 20, likely: 16, never: 4 } as const;
  const summary = study(Object.keys(kept), (model, picture, edit) => ({ same: picture * 4 + edit < kept[model as 'sure'] }));
  expect(summary.models.map(({ sameCharacter }) => [sameCharacter!.yes, sameCharacter!.n, sameCharacter!.verdict])).toEqual([
    [20, 20, 'pass'],
    [16, 20, 'notProven'],
    [4, 20, 'fail'],
  ]);
});

test('models are compared on shared cells only', () => {
  // The second model was only judged on the easy cells, where both score 5: it is no better.
  const summary = study(['all', 'easy'], (model, picture) => (model === 'easy' && picture > 1 ? undefined : { identity: picture > 1 ? 1 : 5, edit: 3 }));
  expect(summary.sharedCells).toBe(8);
  expect(summary.models.map(({ criteria }) => criteria.identity!.mean)).toEqual([5, 5]);
  expect(summary.models.map(({ rated }) => rated)).toEqual([20, 8]);
});

test('one source picture gives means without intervals, and no verdict on the order', () => {
  const summary = study(['a', 'b'], (model, picture) => (picture === 0 ? { identity: model === 'a' ? 5 : 1, edit: 3 } : undefined));
  expect(summary.models[0]!.criteria.identity).toEqual({ n: 4, mean: 5 });
  expect(summary.models.map(({ rank }) => [rank!.low, rank!.high])).toEqual([[1, 2], [1, 2]]);
});

test('the figures are the same each time', () => {
  const score = (_: string, picture: number, edit: number) => ({ identity: 1 + ((picture * 3 + edit) % 5), edit: 3 });
  expect(study(['a', 'b'], score)).toEqual(study(['a', 'b'], score));
});

test('the matrix says missing in words, and what it rests on', () => {
  const summary = study(['a', 'b'], (model, picture) => (model === 'b' ? undefined : { identity: 3 + (picture % 2), edit: 4, same: true, artifacts: 1 }));
  const evaluation = makeEvaluation(['a', 'b']);
  const markdown = matrixMarkdown(evaluation, { ...summary, models: [{ ...summary.models[0]!, title: 'A | <b>' }, ...summary.models.slice(1)] });
  const rows = markdown.split('\n');
  expect(rows[0]).toBe('| Model | Rated | Identity preservation | Edit quality | Same character | At least 70 % | Artifacts per output | Rank | Peak memory | Seconds per edit |');
  expect(rows[2]).toContain('A \\| &lt;b&gt;');
  expect(rows[2]).toContain('100 % (84–100)');
  expect(rows[3]).toContain('| 0 of 20 | not rated | not rated |');
  expect(markdown).toContain('20 of 20 cells');
  expect(markdown).toContain('One rater (tester)');
});

test('CSV quotes what must be quoted, leaves missing fields empty, and hides no formula', () => {
  const summary = study(['a'], () => ({ identity: 3, edit: 4 }));
  const csv = matrixCsv(makeEvaluation(['a']), { ...summary, models: [{ ...summary.models[0]!, title: '=HYPERLINK("x"), y' }] });
  const [header, row] = csv.split('\r\n');
  expect(row).toContain('"\'=HYPERLINK(""x""), y"');
  expect(row!.endsWith(',2000000000,ram,2')).toBe(true);
  expect(header).toContain('identity,identity low,identity high,edit');
});

test('an interval that is even is written with ±', () => {
  expect(estimateText({ n: 9, mean: 4.41, interval: { low: 4.2, high: 4.6 } })).toBe('4.4 ± 0.2');
  expect(estimateText({ n: 9, mean: 4.4, interval: { low: 4, high: 4.5 } })).toBe('4.4 (4.0–4.5)');
  expect(estimateText({ n: 9, mean: 4.4 })).toBe('4.4');
});
