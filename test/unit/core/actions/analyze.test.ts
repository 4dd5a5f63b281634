import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { analyze } from '../../../../src/core/actions/analyze';
import { linkedStep, makeContext } from '../../actionContext';
import { makeStudy, type Study } from './reviewStudy';

let study: Study;
beforeEach(async () => void (study = await makeStudy(['base', 'relight', 'unrated'], 4)));
afterEach(() => rm(study.folder, { recursive: true, force: true }));

async function run(args: Record<string, string>) {
  const context = makeContext(study.folder, { evaluation: async () => ({ ok: true, value: study.evaluation }) });
  const outcome = await analyze.run(linkedStep({ action: 'analyze', arguments: args }), context);
  return { outcome, written: context.written };
}

const rateTwo = () =>
  study.rate(({ modelId, picture }) => (modelId === 'unrated' ? undefined : { identity: modelId === 'relight' ? 5 : 2, edit: 2 + Number(picture.file[1]) % 3, same: modelId === 'relight', artifacts: modelId === 'relight' ? 0 : 2 }));

test('each part writes its own section, and the table as CSV', async () => {
  await rateTwo();
  const outcomes = [];
  const parts: readonly Readonly<Record<string, string>>[] = [{ part: 'table' }, { part: 'average', criterion: 'identity' }, { part: 'artifacts' }, { part: 'vram' }, { part: 'rank' }];
  for (const args of parts) outcomes.push((await run(args)).outcome);
  expect(outcomes).toEqual([
    { kind: 'done', summary: '2 of 3 models compared' },
    { kind: 'done', summary: 'Identity preservation: relight 5.0, base 2.0' },
    { kind: 'done', summary: 'Outputs with artifacts: base 100 %, relight 0 %' },
    { kind: 'done', summary: 'At most 2.0 GB over 3 models' },
    { kind: 'done', summary: '1: relight; 2: base' },
  ]);
  const text = await readFile(path.join(study.folder, 'analysis.md'), 'utf8');
  for (const heading of ['Comparison matrix', 'Average: identity preservation', 'Artifacts', 'Memory and time', 'Ranking']) expect(text).toContain(`## ${heading}`);
  expect(text).toContain('| unrated | 0 of 4 | not rated |');
  const csv = (await readFile(path.join(study.folder, 'analysis.csv'), 'utf8')).trimEnd().split('\r\n');
  expect(csv.map((line) => line.split(',')[0])).toEqual(['model', 'relight', 'base', 'unrated']);
});

test('the panel\'s charts stand in the document, with names and a background of their own, and say what is doubtful', async () => {
  await rateTwo();
  const { written } = await run({ part: 'rank' });
  await run({ part: 'table' });
  const text = await readFile(path.join(study.folder, 'analysis.md'), 'utf8');
  const [, link = ''] = /!\[Overall score by model\]\(([^)]+)\)/.exec(text) ?? [];
  const file = path.join(study.folder, decodeURIComponent(link));
  const drawing = await readFile(file, 'utf8');
  expect(written).toContain(file);
  expect(drawing).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  for (const part of ['fill="#ffffff"', '>relight</text>', 'aria-label="Overall, 0 to 1: relight']) expect(drawing).toContain(part);
  expect(drawing).not.toMatch(/NaN|Infinity|undefined|var\(/);
  expect(text).toContain("One rater: one person's opinion.");
  expect(text).toMatch(/\| Against the base \|/);
});

test('run again on the same ratings it changes nothing', async () => {
  await rateTwo();
  await run({ part: 'rank' });
  const before = await readFile(path.join(study.folder, 'analysis.md'), 'utf8');
  await run({ part: 'rank' });
  expect(await readFile(path.join(study.folder, 'analysis.md'), 'utf8')).toBe(before);
});

test.each(['table', 'average', 'artifacts', 'rank'])('%s without ratings fails with advice', async (part) => {
  expect((await run({ part })).outcome).toMatchObject({ kind: 'failed', failure: { code: 'no-ratings', advice: expect.stringContaining('review step') } });
});

test('an average of what nobody rated names it', async () => {
  await study.rate(() => ({ identity: 3 }));
  expect((await run({ part: 'average', criterion: 'edit' })).outcome).toMatchObject({ failure: { code: 'no-ratings', message: expect.stringContaining('edit quality') } });
  expect((await run({ part: 'average', criterion: 'identity' })).outcome.kind).toBe('done');
});

test('memory needs runs, not ratings', async () => {
  expect((await run({ part: 'vram' })).outcome.kind).toBe('done');
  await rm(path.join(study.folder, 'results'), { recursive: true });
  // Another machine made them; results.json still knows.
  expect((await run({ part: 'vram' })).outcome.kind).toBe('done');
  await rm(path.join(study.folder, 'results.json'));
  expect((await run({ part: 'vram' })).outcome).toMatchObject({ failure: { code: 'no-outputs' } });
});

test.each([[{ part: 'toString' }, 'unknown-part'], [{ part: 'average', criterion: 'same' }, 'unknown-criterion']])('%j is refused', async (args, code) => {
  expect((await run(args as Record<string, string>)).outcome).toMatchObject({ kind: 'failed', failure: { code } });
});
