import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { surveyFindings } from '../../../../src/core/report/surveyFindings';
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
  const found = await surveyFindings(folder);
  expect(found.ok && found.value).toBe(
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
      '- another base: 2',
    ].join('\n'),
  );
});

it('tells a missing survey from a broken one', async () => {
  expect(await surveyFindings(folder)).toMatchObject({ ok: false, failure: { code: 'no-survey' } });
  await writeFile(path.join(folder, 'survey.json'), '{ "candidates": [');
  expect(await surveyFindings(folder)).toMatchObject({ ok: false, failure: { code: 'survey-unreadable' } });
});
