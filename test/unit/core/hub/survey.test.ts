import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { filterByBase, kept, mergeFound } from '../../../../src/core/hub/candidates';
import { chooseFiles } from '../../../../src/core/hub/filePatterns';
import { readModel, searchModels, type ModelFacts } from '../../../../src/core/hub/model';
import { changeSurvey, readSurvey, surveyFile, withCandidate, type Survey } from '../../../../src/core/hub/surveyFile';
import { readSurveyUrl } from '../../../../src/core/hub/surveyQuery';
import { bytesText } from '../../../../src/core/hub/bytesText';
import { connect, folder, loopback } from './hubFixture';

const base = 'tinkerbox/Tiny-Edit-2601';

function facts(repository: string, more: Partial<ModelFacts> = {}): ModelFacts {
  return { repository, author: repository.split('/')[0] ?? '', revision: '', likes: 1, downloads: 1, updatedAt: '', gated: false, baseModels: [], tags: [], ...more };
}

describe('a Hub address', () => {
  it('is read as the query that the API takes', () => {
    expect(readSurveyUrl('https://huggingface.co/models?pipeline_tag=image-to-image&sort=trending&search=qwen')).toEqual({
      ok: true,
      value: { url: expect.any(String), pipeline: 'image-to-image', search: 'qwen', sort: 'trendingScore', filters: [] },
    });
    const other = readSurveyUrl('https://huggingface.co/models?other=base_model:adapter:Qwen/X,lora&library=diffusers&license=mit&author=Qwen&sort=modified');
    expect(other).toMatchObject({ ok: true, value: { author: 'Qwen', sort: 'lastModified', filters: ['base_model:adapter:Qwen/X', 'lora', 'diffusers', 'license:mit'] } });
    for (const bad of ['', 'models?search=x', 'https://huggingface.co/datasets?search=x']) expect(readSurveyUrl(bad)).toMatchObject({ ok: false, failure: { code: 'survey-address' } });
  });
});

describe('a search', () => {
  const repositories = Object.fromEntries(
    Array.from({ length: 23 }, (_, index) => [
      `org/qwen-${String(index).padStart(2, '0')}`,
      { files: { 'README.md': `---\nlicense: mit\nbase_model: ${base}\n---\n` }, trendingScore: 100 - index, likes: index, pipelineTag: index % 2 ? 'image-to-image' : 'text-to-image', tags: [`base_model:adapter:${base}`] },
    ]),
  );

  it('pages on to the number asked for, in the order asked for', async () => {
    const hub = await loopback({ repositories, pageSize: 4 });
    const connection = await connect(hub);
    const found = await searchModels(connection, { search: 'qwen' }, 10);
    expect(found.map(({ repository }) => repository)).toEqual(Array.from({ length: 10 }, (_, index) => `org/qwen-0${index}`));
    expect(hub.requests).toHaveLength(3);
    const filtered = await searchModels(connection, { pipeline: 'image-to-image', filters: [`base_model:adapter:${base}`], sort: 'likes' }, 100);
    expect(filtered).toHaveLength(11);
    expect(filtered[0]).toMatchObject({ repository: 'org/qwen-21', likes: 21, license: 'mit', baseModels: [base], relation: 'adapter', pipeline: 'image-to-image', revision: hub.commit('org/qwen-21'), trendingScore: 79 });
  });

  it('takes nothing from a card that is no fact', async () => {
    const hub = await loopback({ repositories: { 'org/odd': { files: {}, card: { base_model: ['../../x', 7, base], license: ['mit'] }, gated: 'manual' } } });
    expect(await readModel(await connect(hub), 'org/odd')).toMatchObject({ baseModels: [base], gated: 'manual' });
  });
});

describe('candidates', () => {
  const survey: Survey = { version: 1, fetchedAt: '', candidates: [] };

  it('keep what a person said of them when they are found again', () => {
    const said = withCandidate(mergeFound(survey, [facts('a/one'), facts('a/two')]), facts('a/one', { revision: '1'.repeat(40) }), { verdict: { word: 'VALIDATED', reason: '' }, scores: { angle: 4 } });
    const again = mergeFound(said, [facts('b/new'), facts('a/one', { likes: 9, revision: '2'.repeat(40) })]);
    expect(again.candidates.map(({ repository }) => repository)).toEqual(['b/new', 'a/one', 'a/two']);
    expect(again.candidates[1]).toMatchObject({ likes: 9, scores: { angle: 4 }, verdict: { word: 'VALIDATED' }, revision: '1'.repeat(40) });
  });

  it('that do not derive from the base stay with their reason, and a person’s own reason stays', () => {
    const found = mergeFound(survey, [
      facts(base),
      facts('a/fits', { baseModels: [base] }),
      facts('a/Tiny-Edit-2601-named'),
      facts('a/other', { baseModels: ['b/Other'] }),
      facts('a/nothing'),
      facts('a/out', { baseModels: [base] }),
    ]);
    const out = withCandidate(found, facts('a/out', { baseModels: [base] }), { excluded: 'too large' });
    const filtered = filterByBase(filterByBase(out, 'b/Other'), base);
    expect(filtered.candidates.map(({ repository, excluded }) => [repository, excluded])).toEqual([
      [base, 'is the base model itself'],
      ['a/fits', undefined],
      ['a/Tiny-Edit-2601-named', undefined],
      ['a/other', `derives from b/Other, not from ${base}`],
      ['a/nothing', 'names no base model'],
      ['a/out', 'too large'],
    ]);
    expect(kept(filtered)).toHaveLength(2);
  });
});

describe('survey.json', () => {
  it('loses no change when steps write side by side', async () => {
    const place = await folder();
    await Promise.all(Array.from({ length: 20 }, (_, index) => changeSurvey(place, (survey) => withCandidate(survey, facts(`a/m${index}`)))));
    const read = await readSurvey(place);
    expect(read.ok && read.value.candidates).toHaveLength(20);
  });

  it('written by hand needs no more than names, and keeps unknown keys', async () => {
    const place = await folder();
    await writeFile(surveyFile(place), '{"mine": 1, "candidates": [{"repository": "a/b", "note": "x"}]}');
    await changeSurvey(place, (survey) => survey);
    expect(JSON.parse(await readFile(surveyFile(place), 'utf8'))).toMatchObject({ mine: 1, candidates: [{ repository: 'a/b', note: 'x', scores: {}, selected: false }] });
  });

  it.each(['{', '[]', '{"candidates": [{"repository": "../x"}]}', '{"candidates": 3}', 'null'])('that is %s is named as the thing to correct, and not overwritten', async (text) => {
    const place = await folder();
    await writeFile(surveyFile(place), text);
    expect(await changeSurvey(place, (survey) => survey)).toMatchObject({ ok: false, failure: { code: 'survey-unreadable' } });
    expect(await readFile(surveyFile(place), 'utf8')).toBe(text);
  });
});

it('patterns choose files as hf does', () => {
  const files = ['a.safetensors', 'vae/b.safetensors', 'vae/c.json', 'd[1].txt'].map((path) => ({ path }));
  const names = (include?: readonly string[], exclude?: readonly string[]) => chooseFiles(files, include, exclude).map(({ path }) => path);
  expect(names(['*.safetensors'])).toEqual(['a.safetensors', 'vae/b.safetensors']);
  expect(names(['vae/'])).toEqual(['vae/b.safetensors', 'vae/c.json']);
  expect(names(undefined, ['vae/*'])).toEqual(['a.safetensors', 'd[1].txt']);
  expect(names(['d[1].tx?'])).toEqual(['d[1].txt']);
  expect(names(['*'.repeat(40) + 'x'])).toEqual([]);
});

it('bytes are written as disks count them', () => {
  expect([0, 999, 1000, 850_000_000, 26_500_000_000, 999_950_000, 57_500_000_000].map(bytesText)).toEqual(['0 B', '999 B', '1 kB', '850 MB', '26.5 GB', '1 GB', '57.5 GB']);
});
