import { expect, test } from 'vitest';
import type { Generation } from '../../../../src/core/evaluation/generation';
import { analyzeRatings } from '../../../../src/core/review/analysis';
import { analysisNotes } from '../../../../src/core/review/analysisNotes';
import { currentRatings } from '../../../../src/core/review/currentRating';
import type { Rating } from '../../../../src/core/review/rating';
import type { VoteRecord } from '../../../../src/core/review/records';
import { cellKey } from '../../../../src/core/review/session';
import { summarize } from '../../../../src/core/review/summary';
import { mostVotes, nextQuestion, summarizeVotes, votesOf, type Vote } from '../../../../src/core/review/votes';
import { makeEvaluation, makeGeneration, makeRating } from './study';

const pictures = ['p1.png', 'p2.png', 'p3.png', 'p4.png', 'p5.png'];
const edits = ['left', 'right', 'forest', 'dusk'];
type Score = (model: string, picture: number, edit: number) => Rating['answers'];

function study(models: readonly string[], score: Score, more: (generations: readonly Generation[]) => readonly Rating[] = () => [], votes: (generations: readonly Generation[]) => readonly VoteRecord[] = () => []) {
  const evaluation = makeEvaluation(models);
  const generations = models.flatMap((model) => pictures.flatMap((picture) => edits.map((edit) => makeGeneration(model, picture, edit))));
  const ratings = generations.map((generation) => makeRating(generation, score(generation.modelId, pictures.indexOf(generation.picture.file), edits.indexOf(generation.edit.id))));
  const hashes = new Map(generations.map(({ id, output }) => [id, output.sha256]));
  const current = currentRatings([...ratings, ...more(generations)], (id) => hashes.get(id));
  const summary = summarize(evaluation, generations, current.current);
  const analysis = analyzeRatings(evaluation, generations, current, votes(generations), summary);
  return { summary, analysis, notes: analysisNotes(evaluation, summary, analysis, (id) => id.toUpperCase()).map(({ lead = '', text }) => lead + text) };
}

const noise = (picture: number, edit: number) => ((picture * 7 + edit * 3) % 5) - 2;

test('two models that hardly differ are tied, and it says how many more cells would tell them apart', () => {
  const { analysis, notes, summary } = study(['a', 'b'], (model, picture, edit) => ({ identity: 3 + (model === 'a' ? Math.sign(noise(picture, edit)) : 0), edit: model === 'a' ? 4 : 3.8, same: true, artifacts: 0 }));
  expect(summary.models[0]!.rank).toMatchObject({ low: 1, high: 2, tiedWith: ['b'] });
  const separate = analysis.experiments.find(({ kind }) => kind === 'separate');
  expect(separate).toMatchObject({ first: 'a', second: 'b' });
  expect(notes.find((note) => note.startsWith('A and B are statistically tied'))).toMatch(/\+0\.\d\d overall, 95 % \[[−+]0\.\d\d, \+0\.\d\d\]\. (About \d+ more cells|More cells would hardly)/);
  const before = study(['a', 'b'], (model, picture, edit) => ({ identity: 3 + (model === 'a' ? Math.sign(noise(picture, edit)) : 0), edit: model === 'a' ? 5 : 3, same: true, artifacts: 0 }));
  expect(before.analysis.experiments.filter(({ kind }) => kind === 'separate')).toEqual([]);
});

test('the difference to the base is paired, with its interval and what chance would give', () => {
  const { summary } = study(['base', 'better'], (model, picture, edit) => ({ identity: model === 'base' ? 2 : 4, edit: 3 + Math.sign(noise(picture, edit)), same: true, artifacts: 0 }));
  const [base, better] = summary.models;
  expect(base!.difference).toBeUndefined();
  expect(better!.difference).toMatchObject({ against: 'base', n: 20, mean: expect.closeTo(0.25, 10), probability: 1 / 16 });
  expect(better!.difference!.interval!.low).toBeCloseTo(0.25, 10);
});

test('a verdict that is not proven names how many outputs would decide it', () => {
  const { analysis } = study(['a'], (_, picture, edit) => ({ identity: 4, edit: 4, same: picture * 4 + edit < 17, artifacts: 0 }));
  const open = analysis.experiments.find(({ kind }) => kind === 'verdict');
  expect(open).toMatchObject({ modelId: 'a', share: 0.85, limit: 0.7 });
  expect(open && 'outputs' in open && open.outputs).toBeGreaterThan(5);
});

test('repeats give self-agreement and change no figure', () => {
  const score: Score = (_, picture, edit) => ({ identity: 3 + noise(picture, edit), edit: 4, same: true, artifacts: 0 });
  const plain = study(['a', 'b'], score);
  const again = study(['a', 'b'], score, (generations) => generations.slice(0, 6).map((generation, index) => makeRating(generation, { identity: Math.min(5, 3 + noise(0, index % 4) + (index % 2)), edit: 4 }, { repeat: true })));
  expect(again.summary).toEqual(plain.summary);
  const identity = again.analysis.selfAgreement.find(({ criterionId }) => criterionId === 'identity')!;
  expect(identity.n).toBe(6);
  expect(identity.kappa).toBeLessThan(1);
  expect(again.analysis.selfAgreement.find(({ criterionId }) => criterionId === 'edit')).toMatchObject({ meanDifference: 0 });
  expect(again.notes.join(' ')).toMatch(/On silent repeats weighted κ is identity preservation \d\.\d\d \(6\)/);
});

test('anchors are scored as they should be, or not, and are no output of a model', () => {
  const anchor = (kind: 'source' | 'degraded', answers: Rating['answers']) => (generations: readonly Generation[]) => makeRating(generations[0]!, answers, { generationId: `anchor-${kind}/x`, anchor: kind });
  const score: Score = () => ({ identity: 3, edit: 3, same: true, artifacts: 0 });
  const { analysis, summary, notes } = study(['a'], score, (generations) => [
    anchor('source', { identity: 5, edit: 1 })(generations),
    anchor('degraded', { identity: 5, edit: 5 })(generations),
  ]);
  expect(analysis.anchors).toEqual({ met: 1, n: 2 });
  expect(summary.ratings).toBe(20);
  expect(notes).toContain('1 of 2 hidden anchors were scored as they should be.');
});

test('two raters: alpha of what both answered', () => {
  const { analysis, summary } = study(['a', 'b'], (_, picture, edit) => ({ identity: 3 + noise(picture, edit), edit: 4, same: true, artifacts: 0 }), (generations) =>
    generations.slice(0, 20).map((generation, index) => makeRating(generation, { identity: 3 + noise(Math.floor(index / 4), index % 4), edit: 4 }, { rater: 'second' })),
  );
  expect(summary.raters).toEqual(['second', 'tester']);
  expect(analysis.raterAgreement).toEqual([{ criterionId: 'identity', n: 20, alpha: 1 }]);
});

test('one picture that carries the first place is named', () => {
  const { analysis, notes } = study(['a', 'b'], (model, picture) => ({ identity: model === 'a' && picture === 0 ? 5 : model === 'b' && picture > 0 ? 3.2 : 3, edit: 3, same: true, artifacts: 0 }));
  expect(analysis.sensitivity!.top[0]).toBe('a');
  expect(analysis.sensitivity!.checks.filter(({ keepsFirst }) => !keepsFirst).map(({ kind, what }) => [kind, what])).toEqual([['picture', 'p1.png']]);
  expect(notes.find((note) => note.startsWith('The first place is not firm'))).toContain('B without p1.png');
});

test('a weight that carries the first place is named, and so are flagged ratings', () => {
  const { analysis } = study(['a', 'b'], (model) => (model === 'a' ? { identity: 5, edit: 2, same: true, artifacts: 0 } : { identity: 3, edit: 3.5, same: true, artifacts: 0 }), (generations) =>
    generations.filter(({ modelId, edit }) => modelId === 'a' && edit.id !== 'left').map((generation) => makeRating(generation, {}, { flagged: true })),
  );
  const lost = analysis.sensitivity!.checks.filter(({ keepsFirst }) => !keepsFirst).map(({ what }) => what);
  expect(lost).toContain('identity × 0.5');
  expect(analysis.sensitivity!.checks.map(({ what }) => what)).toContain('flagged');
});

test('votes are counted once for each rater and pair, taken back by null, and set aside when a picture changed', () => {
  const [one, other, third] = ['a', 'b', 'c'].map((model) => makeGeneration(model, 'p1.png', 'left'));
  const vote = (left: Generation, right: Generation, choice: VoteRecord['choice'], sha = right.output.sha256): VoteRecord => ({
    version: 1, kind: 'vote', at: '', rater: 'tester', sessionId: 's',
    left: { generationId: left.id, outputSha256: left.output.sha256 }, right: { generationId: right.id, outputSha256: sha }, choice,
  });
  const votes = votesOf([vote(one!, other!, 'left'), vote(other!, one!, 'bothBad'), vote(one!, third!, 'right'), vote(one!, third!, null), vote(other!, third!, 'left', 'other')], [one!, other!, third!]);
  expect(votes).toEqual([{ cell: cellKey(one!), left: 'b', right: 'a', outcome: 'tie' }]);
});

test('the next question is about the least certain pair, in a fresh cell, with sides in turn, and ends', () => {
  const cells = new Map(Array.from({ length: 80 }, (_, index) => [`cell-${index}`, ['a', 'b', 'c']]));
  const votes: Vote[] = [];
  let left = 0;
  for (;;) {
    const question = nextQuestion([['a', 'b'], ['b', 'c']], cells, votes, 'seed');
    if (!question) break;
    expect(votes.some((vote) => vote.cell === question.cell && [vote.left, vote.right].sort().join() === [question.left, question.right].sort().join())).toBe(false);
    if (question.left < question.right) left++;
    // a is always better than b, and b and c are never told apart.
    const pair = [question.left, question.right];
    votes.push({ ...question, outcome: pair.includes('a') ? (question.left === 'a' ? 'left' : 'right') : 'tie' });
  }
  expect(votes.length).toBe(mostVotes);
  const summary = summarizeVotes(votes, ['a', 'b', 'c'])!;
  expect(summary.pairs.find(({ first, second }) => first === 'a' && second === 'b')!.probability).toBeGreaterThan(0.9);
  const open = summary.pairs.find(({ first }) => first === 'b')!.probability;
  expect([open > 0.1, open < 0.9]).toEqual([true, true]);
  // Once a is sure to beat b, only the open pair is asked about.
  expect(votes.filter(({ left: one, right }) => [one, right].includes('a')).length).toBeLessThan(15);
  expect(Math.abs(left / votes.length - 0.5)).toBeLessThan(0.1);
});
