import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordedSurvey } from '../../../../src/core/report/record/recordedSurvey';
import { surveyMarkdown } from '../../../../src/core/report/sections/survey';
import { temporaryFolder } from '../../actionContext';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('counts, lists what was kept with the selected first, and says why others were left out', async () => {
  const candidates = [
    { repository: 'a/one', revision: '0123456789abcdef', verdict: { word: 'MISLEADING', reason: 'population <b>' } },
    { repository: 'a/two', selected: true, category: 'angles', verdict: 'VALIDATED' },
    { repository: 'a/three', excluded: 'another base' },
    { repository: 'a/four', excluded: 'another base' },
    { broken: true },
    7,
  ];
  await writeFile(path.join(folder, 'survey.json'), JSON.stringify({ version: 1, candidates }));
  const found = await recordedSurvey(folder);
  expect(found.ok && found.value && surveyMarkdown(found.value)).toBe(
    [
      '4 models identified, 2 of them kept as candidates, 1 selected for testing.',
      '',
      '| Model | Revision | Category | Verdict | Selected |',
      '| --- | --- | --- | --- | --- |',
      '| a/two |  | angles | VALIDATED | yes |',
      '| a/one | 0123456789ab |  | MISLEADING (population &lt;b&gt;) |  |',
      '',
      '**Left out**',
      '',
      '- another base: 2 (a/three, a/four)',
    ].join('\n'),
  );
});

it('tells a missing survey from a broken one', async () => {
  expect(await recordedSurvey(folder)).toEqual({ ok: true, value: undefined });
  await writeFile(path.join(folder, 'survey.json'), '{ "candidates": [');
  expect(await recordedSurvey(folder)).toMatchObject({ ok: false, failure: { code: 'survey-unreadable' } });
});
