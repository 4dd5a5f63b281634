import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { survey } from '../../../../src/core/actions/survey';
import { surveyDocument } from '../../../../src/core/actions/surveyDocument';
import { surveyFilter } from '../../../../src/core/actions/surveyFilter';
import { surveyReview } from '../../../../src/core/actions/surveyReview';
import { changeSurvey } from '../../../../src/core/hub/surveyFile';
import { parsePlan } from '../../../../src/core/plan/parse';
import { base, person, repositories, stage } from './hubSteps';

const url = 'https://hub.example/models?pipeline_tag=image-to-image&sort=trending&search=tiny-edit';

describe('survey', () => {
  it('fills survey.json in the Hub’s order and shows it', async () => {
    const { run, survey: read, hub, written, folder } = await stage();
    const mira = person({ look: () => true });
    expect(await run(survey, { url }, { ask: mira.ask })).toEqual({ kind: 'done', summary: '5 candidates' });
    const { candidates, query, fetchedAt } = await read();
    expect(candidates.map(({ repository }) => repository)).toEqual([base, `${base}-Camera-Angles`, 'mirabel/tiny-edit-relight', 'northwind/tiny-edit-control', 'quietlab/tiny-edit-portrait']);
    expect(candidates[1]).toMatchObject({ author: 'tinkerbox', likes: 208, downloads: 4310, license: 'apache-2.0', baseModels: [base], relation: 'adapter', gated: false, revision: hub.commit(`${base}-Camera-Angles`), seen: false, selected: false });
    expect(query).toMatchObject({ search: 'tiny-edit', sort: 'trendingScore' });
    expect(fetchedAt).toBe('2026-01-02T03:04:05.000Z');
    expect(mira.shown).toMatchObject([{ kind: 'survey' }]);
    expect(written).toEqual([path.join(folder, 'survey.json')]);
  });

  it('is done where nobody can look, and fails without a Hub or an address', async () => {
    const { run, hub } = await stage();
    expect(await run(survey, { url })).toMatchObject({ kind: 'done' });
    expect(await run(survey, { url: 'nonsense' })).toMatchObject({ kind: 'failed', failure: { code: 'survey-address' } });
    await hub.dispose();
    expect(await run(survey, { url: `${url}&author=mirabel` })).toMatchObject({ kind: 'failed', failure: { code: 'unreachable' } });
  });

  it('goes on from survey.json where the Hub cannot be reached', async () => {
    const { run, hub, survey: read } = await stage();
    await run(survey, { url });
    const before = await read();
    await hub.dispose();
    const later = { now: () => new Date('2026-01-05T04:00:00Z') };
    expect(await run(survey, { url }, later)).toEqual({ kind: 'done', summary: '5 candidates from survey.json, 3 days old' });
    expect(await run(surveyReview, { count: '50' }, { ...later, ask: person({ look: () => true }).ask })).toMatchObject({ kind: 'done' });
    expect((await read()).fetchedAt).toBe(before.fetchedAt);
  });

  it('asks for the derivatives of the plan’s base as well', async () => {
    const { run, survey: read } = await stage();
    const plan = parsePlan(Buffer.from(`#### Task 1.1: Discovery\n- [ ] Filter for ${base} derivatives\n`));
    expect(await run(survey, { url }, { plan })).toEqual({ kind: 'done', summary: '6 candidates' });
    expect((await read()).candidates.map(({ repository }) => repository)).toContain('mirabel/hidden-face-keep');
  });

  it('run again tells what is new, what changed and what is gone, and keeps what a person made of the rest', async () => {
    const { run, hub, survey: read, put, candidate } = await stage();
    await run(survey, { url });
    const first = await read();
    await put({ ...first, candidates: first.candidates.map((one) => (one.repository === 'mirabel/tiny-edit-relight' ? { ...one, scores: { light: 5 }, selected: true } : one)) });
    hub.push('mirabel/tiny-edit-relight', { ...repositories['mirabel/tiny-edit-relight'], likes: 126 });
    hub.push('northwind/tiny-edit-control', { ...repositories['northwind/tiny-edit-control'], private: true });
    hub.push('quietlab/tiny-edit-new', { ...repositories['quietlab/tiny-edit-portrait'] });
    const days = { now: () => new Date('2026-02-02T03:04:05Z') };
    await run(survey, { url }, days);
    const second = await read();
    expect(second).toMatchObject({ fetchedAt: '2026-02-02T03:04:05.000Z', previousAt: first.fetchedAt });
    const isNew = second.candidates.filter(({ foundAt }) => foundAt! > second.previousAt!).map(({ repository }) => repository);
    expect(isNew).toEqual(['quietlab/tiny-edit-new']);
    expect(await candidate('mirabel/tiny-edit-relight')).toMatchObject({ likes: 126, before: { likes: 96 }, scores: { light: 5 }, selected: true });
    expect((await candidate('northwind/tiny-edit-control'))?.goneAt).toBe('2026-02-02T03:04:05.000Z');
    expect((await candidate(base))?.before).toBeUndefined();
  });

  it('asks whether the list changed instead of fetching it again, and waits as the Hub asks', async () => {
    const { run, hub, survey: read } = await stage();
    await run(survey, { url });
    const first = await read();
    hub.forget();
    hub.misbehave = { rateLimit: { times: 1, seconds: 0 } };
    const said: string[] = [];
    await run(survey, { url }, { now: () => new Date('2026-02-02T03:04:05Z'), progress: ({ message }) => void said.push(message ?? '') });
    expect(hub.requests.map(({ status }) => status)).toEqual([429, 304]);
    expect(said).toContain('the Hub asks to wait 1 s');
    expect((await read()).candidates.map(({ repository }) => repository)).toEqual(first.candidates.map(({ repository }) => repository));
  });

  it('reads on page after page', async () => {
    const many = Object.fromEntries(Array.from({ length: 230 }, (_, index) => [`lab/tiny-edit-${index}`, { pipelineTag: 'image-to-image', trendingScore: 1000 - index }]));
    const { run, survey: read, hub } = await stage({ repositories: many, pageSize: 20 });
    await run(survey, { url });
    expect((await read()).candidates).toHaveLength(100);
    expect(hub.requests.filter(({ url: asked }) => asked.startsWith('/api/models?'))).toHaveLength(5);
    await run(surveyReview, { count: '150' }, { ask: person({ look: () => true }).ask });
    expect((await read()).candidates).toHaveLength(150);
    expect((await read()).previousAt).toBeUndefined();
  });
});

describe('survey.filter', () => {
  it('adds the derivatives that the search missed and keeps the rest with reasons', async () => {
    const { run, survey: read } = await stage();
    await run(survey, { url });
    expect(await run(surveyFilter, { base: 'Tiny-Edit-2601' })).toEqual({ kind: 'done', summary: `4 of 6 derive from ${base}` });
    const { candidates, base: kept } = await read();
    expect(kept).toBe(base);
    expect(candidates.map(({ repository, excluded }) => [repository, excluded ?? ''])).toEqual([
      [base, 'is the base model itself'],
      [`${base}-Camera-Angles`, ''],
      ['mirabel/tiny-edit-relight', ''],
      ['northwind/tiny-edit-control', `derives from northwind/Paint, not from ${base}`],
      ['quietlab/tiny-edit-portrait', ''],
      ['mirabel/hidden-face-keep', ''],
    ]);
    expect(candidates[1]?.compatibility?.verdict).toBe('fits');
    expect(candidates[3]?.compatibility?.verdict).toBe('other family');
  });

  it('does not guess between two of a name', async () => {
    const { run } = await stage({ repositories: { 'a/Editor': {}, 'b/Editor': {}, 'a/tiny-edit': {} } });
    await run(survey, { url: 'https://hub.example/models?search=tiny-edit' });
    expect(await run(surveyFilter, { base: 'Editor' })).toMatchObject({ kind: 'needsPerson', reason: expect.stringContaining('a/Editor, b/Editor') });
    const mira = person({ choose: () => ['b/Editor'] });
    expect(await run(surveyFilter, { base: 'Editor' }, { ask: mira.ask })).toMatchObject({ kind: 'done', summary: '0 of 1 derive from b/Editor' });
    expect(await run(surveyFilter, { base: 'Nothing' })).toMatchObject({ kind: 'failed', failure: { code: 'repository-not-found' } });
  });

  it('asks for the survey first', async () => {
    const { run } = await stage();
    expect(await run(surveyFilter, { base })).toMatchObject({ kind: 'failed', failure: { code: 'no-survey' } });
  });
});

describe('survey.review', () => {
  it('is for a person, in the panel or from a list', async () => {
    const { run, survey: read } = await stage();
    await run(survey, { url });
    expect(await run(surveyReview, { count: '3' })).toMatchObject({ kind: 'needsPerson', reason: '3 results wait to be looked at.' });
    expect((await read()).candidates.some(({ seen }) => seen)).toBe(false);
    expect(await run(surveyReview, { count: '3' }, { ask: person({ look: () => false }).ask })).toMatchObject({ kind: 'needsPerson' });
    expect(await run(surveyReview, { count: '3' }, { ask: person({ confirm: true }).ask })).toEqual({ kind: 'done', summary: '3 results reviewed, 5 candidates' });
    expect((await read()).candidates.map(({ seen }) => seen)).toEqual([true, true, true, false, false]);
    expect(await run(surveyReview, { count: '3' })).toMatchObject({ kind: 'done' });
    expect(await run(surveyReview, { count: '50' }, { ask: person({ look: () => true }).ask })).toMatchObject({ kind: 'done', summary: '5 results reviewed, 5 candidates' });
  });

  it('is done when the person marked them seen and left', async () => {
    const { run, folder } = await stage();
    await run(survey, { url });
    const look = async () => {
      await changeSurvey(folder, (now) => ({ ...now, candidates: now.candidates.map((candidate) => ({ ...candidate, seen: true })) }));
      return false;
    };
    expect(await run(surveyReview, { count: '5' }, { ask: person({ look }).ask })).toMatchObject({ kind: 'done' });
  });
});

describe('survey.document', () => {
  it('writes the candidates and what was left out, and touches nothing else', async () => {
    const { run, folder } = await stage();
    await run(survey, { url });
    await run(surveyFilter, { base });
    expect(await run(surveyDocument, { file: 'model-survey.md' })).toEqual({ kind: 'done', summary: '4 candidates in model-survey.md' });
    const text = await readFile(path.join(folder, 'model-survey.md'), 'utf8');
    expect(text).toContain('6 models found by image-to-image · tiny-edit on 2026-01-02, 4 of them candidates for tinkerbox/Tiny-Edit-2601.');
    expect(text).toContain(`| ${base}-Camera-Angles | ${base} | apache-2.0 | 208 | 4310 | 2026-01-01 | fits |`);
    expect(text).toContain('| apache-2.0, gated |');
    expect(text).toContain(`- northwind/tiny-edit-control: derives from northwind/Paint, not from ${base}`);
    expect(await run(surveyDocument, { file: '../outside.md' })).toMatchObject({ kind: 'failed' });
  });
});
