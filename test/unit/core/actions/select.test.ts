import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { relevance } from '../../../../src/core/actions/relevance';
import { select } from '../../../../src/core/actions/select';
import { survey } from '../../../../src/core/actions/survey';
import { surveyFilter } from '../../../../src/core/actions/surveyFilter';
import { changeSurvey } from '../../../../src/core/hub/surveyFile';
import { base, person, picked, stage, type Stage } from './hubSteps';

const angles = `${base}-Camera-Angles`;
const relight = 'mirabel/tiny-edit-relight';
const face = 'mirabel/hidden-face-keep';

async function surveyed(): Promise<Stage> {
  const made = await stage();
  await made.run(survey, { url: 'https://hub.example/models?search=tiny-edit' });
  await made.run(surveyFilter, { base });
  return made;
}

describe('relevance', () => {
  it('asks for each candidate once, suggesting what its name says', async () => {
    const { run, survey: read } = await surveyed();
    const mira = person({ choose: picked });
    expect(await run(relevance, { criterion: 'angle changes' }, { ask: mira.ask })).toEqual({ kind: 'done', summary: '4 candidates scored' });
    expect(mira.asked).toHaveLength(4);
    const scores = Object.fromEntries((await read()).candidates.map(({ repository, scores: own }) => [repository, own['angle changes']]));
    expect(scores).toMatchObject({ [angles]: 5, [relight]: 2 });
    expect(scores[base]).toBeUndefined();
    const again = person({ choose: picked });
    await run(relevance, { criterion: 'angle changes' }, { ask: again.ask });
    expect(again.asked).toEqual([]);
  });

  it('keeps what was scored when the person stops, and waits for the rest', async () => {
    const { run, survey: read } = await surveyed();
    let count = 0;
    const mira = person({ choose: () => (count++ < 2 ? ['4'] : undefined) });
    expect(await run(relevance, { criterion: 'lighting' }, { ask: mira.ask })).toMatchObject({ kind: 'needsPerson' });
    expect((await read()).candidates.filter(({ scores }) => scores.lighting === 4)).toHaveLength(2);
    expect(await run(relevance, { criterion: 'lighting' })).toMatchObject({ kind: 'needsPerson' });
  });

  it('takes what the panel wrote', async () => {
    const { run, folder } = await surveyed();
    const look = async () => {
      await changeSurvey(folder, (now) => ({ ...now, candidates: now.candidates.map((candidate) => ({ ...candidate, scores: { lighting: 3 } })) }));
      return true;
    };
    const mira = person({ look });
    expect(await run(relevance, { criterion: 'lighting' }, { ask: mira.ask })).toMatchObject({ kind: 'done' });
    expect(mira.asked).toEqual([]);
  });

  it('fills quality in by itself', async () => {
    const { run, candidate } = await surveyed();
    expect(await run(relevance, { criterion: 'quality' })).toEqual({ kind: 'done', summary: 'quality of 4 filled in' });
    expect((await candidate(angles))?.scores.quality).toBe(5);
    expect((await candidate(face))?.scores.quality).toBeLessThan(5);
  });
});

describe('select', () => {
  async function scored(): Promise<Stage> {
    const made = await surveyed();
    for (const criterion of ['angle changes', 'lighting', 'identity preservation', 'quality']) await made.run(relevance, { criterion }, { ask: person({ choose: picked }).ask });
    return made;
  }

  it('ranks, suggests, keeps the choice with its categories, and writes the list', async () => {
    const { run, survey: read, folder } = await scored();
    const mira = person({ choose: picked });
    expect(await run(select, { minimum: '3', maximum: '5' }, { ask: mira.ask })).toEqual({ kind: 'done', summary: '3 selected' });
    const chosen = (await read()).candidates.filter(({ selected }) => selected);
    expect(Object.fromEntries(chosen.map(({ repository, category }) => [repository, category]))).toEqual({ [angles]: 'angles', [relight]: 'lighting', [face]: 'identity' });
    const text = await readFile(path.join(folder, 'model-survey.md'), 'utf8');
    expect(text).toContain(`1. ${angles}: angles, `);
    expect(text).toMatch(/\n3\. mirabel\/hidden-face-keep: identity/);
  });

  it('takes the panel’s choice, and refuses one outside the range', async () => {
    const { run, folder } = await scored();
    const look = (count: number) => async () => {
      await changeSurvey(folder, (now) => ({ ...now, candidates: now.candidates.map((candidate, index) => ({ ...candidate, selected: candidate.excluded === undefined && index <= count })) }));
      return true;
    };
    expect(await run(select, { minimum: '2', maximum: '2' }, { ask: person({ look: look(2) }).ask })).toEqual({ kind: 'done', summary: '2 selected' });
    expect(await run(select, { minimum: '3', maximum: '4' }, { ask: person({ look: look(2) }).ask })).toMatchObject({ kind: 'failed', failure: { code: 'selection-range', short: '2 selected' } });
  });

  it('leaves the choice to a person', async () => {
    const { run, survey: read } = await scored();
    expect(await run(select, { minimum: '3', maximum: '5' })).toMatchObject({ kind: 'needsPerson' });
    expect((await read()).candidates.some(({ selected }) => selected)).toBe(false);
  });
});
