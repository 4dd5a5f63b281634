import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentSections, documentSectionNames, isDocumentSection } from '../../../../src/core/report/documentSections';
import { sectionFacts } from '../../../../src/core/report/facts';
import { rebuildDocuments } from '../../../../src/core/report/rebuild';
import { readResults } from '../../../../src/core/report/results';
import { optionFacts } from '../../../../src/core/report/sections/optionFacts';
import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import { makeContext, temporaryFolder } from '../../actionContext';
import { planOf } from './planOf';
import { evaluation, layOut, ratings } from './study';

let workspace: string;

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await writeFile(path.join(workspace, 'tasks.md'), '# Small plan\n\n**Change ID**: `small`\n\n- [x] Create docs/small-results.md\n');
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const context = (of: Evaluation = evaluation) => makeContext(workspace, { plan: planOf([]), evaluation: async () => ({ ok: true, value: of }) });

/** Every section that the data allow, as one text. */
async function everything(of: Evaluation = evaluation): Promise<string> {
  const results = await readResults(context(of));
  if (!results.ok) throw new Error(results.failure.message);
  const facts = sectionFacts(results.value, planOf([]), context().paths, 'docs/small-results.md');
  const texts = documentSectionNames.filter(isDocumentSection).flatMap((name) => {
    const planned = documentSections(name, facts);
    return planned.ok ? planned.value.contents(() => true).map(({ markdown }) => markdown) : [planned.failure.message];
  });
  return [...texts, optionFacts(results.value)].join('\n\n');
}

describe('whatever is missing is said, and never a number', () => {
  const noNumber = /\b(?:NaN|undefined|null|Infinity|\[object)\b/;

  it('nothing was run', async () => {
    const text = await everything();
    expect(text).toContain('There are no outputs to write about yet.');
    expect(text).not.toMatch(noNumber);
  });

  it('nothing was rated', async () => {
    await layOut(workspace, { rated: false });
    const text = await everything();
    expect(text).toContain('Nothing is rated yet');
    expect(text).toContain('not rated');
    expect(text).not.toMatch(noNumber);
  });

  it('there is only one model', async () => {
    await layOut(workspace);
    const text = await everything({ ...evaluation, models: evaluation.models.filter(({ id }) => id === 'base') });
    expect(text).toContain('Base model');
    expect(text).not.toContain('Angles');
    expect(text).not.toMatch(noNumber);
  });

  it('there is only one picture, rated by one criterion', async () => {
    await layOut(workspace);
    await writeFile(path.join(workspace, 'ratings.jsonl'), `${JSON.stringify({ ...ratings[0], answers: { identity: 4 }, failureModes: [] })}\n`);
    const text = await everything();
    expect(text).toContain('No failure mode was noted in 1 rated output.');
    expect(text).not.toMatch(noNumber);
  });

  it('the pictures that were rated are gone', async () => {
    await layOut(workspace);
    await rm(path.join(workspace, evaluation.results), { recursive: true });
    const results = await readResults(context());
    expect(results).toMatchObject({ ok: true, value: { record: { ratings: { setAside: ratings.length } } } });
    expect(await everything()).not.toMatch(noNumber);
  });

  it('lines of the ratings are broken', async () => {
    await layOut(workspace);
    const file = path.join(workspace, 'ratings.jsonl');
    await writeFile(file, `{"version":1,"torn\n${await readFile(file, 'utf8')}not json\n`);
    expect(await everything()).toContain('12 outputs rated by tester');
  });
});

describe('a document that cannot be written', () => {
  async function rebuild() {
    const snapshot = await new FilePlanStore(path.join(workspace, 'tasks.md')).read();
    if (!snapshot.ok) throw new Error(snapshot.failure.message);
    return rebuildDocuments({ ...context(), plan: snapshot.value.plan });
  }

  it('because it is a folder: says so, and touches nothing in it', async () => {
    await layOut(workspace);
    await mkdir(path.join(workspace, 'docs/small-results.md'), { recursive: true });
    await writeFile(path.join(workspace, 'docs/small-results.md/mine.txt'), 'mine');
    expect(await rebuild()).toMatchObject({ ok: false, failure: { message: expect.stringContaining('is a folder') } });
    expect(await readdir(path.join(workspace, 'docs/small-results.md'))).toEqual(['mine.txt']);
  });

  it('because it is read-only: says so, and leaves it', async () => {
    await layOut(workspace);
    await mkdir(path.join(workspace, 'docs'));
    const file = path.join(workspace, 'docs/small-results.md');
    await writeFile(file, '# Mine\n', { mode: 0o444 });
    expect(await rebuild()).toMatchObject({ ok: false, failure: { short: 'read-only', message: 'small-results.md is read-only.' } });
    expect(await readFile(file, 'utf8')).toBe('# Mine\n');
    expect(await readdir(path.join(workspace, 'docs'))).toEqual(expect.not.arrayContaining([expect.stringContaining('.tmp')]));
  });

  it.skipIf(process.getuid?.() === 0)('because its folder is read-only: says so', async () => {
    await layOut(workspace);
    await mkdir(path.join(workspace, 'docs'));
    await chmod(path.join(workspace, 'docs'), 0o500);
    expect(await rebuild()).toMatchObject({ ok: false, failure: { short: 'no permission' } });
    await chmod(path.join(workspace, 'docs'), 0o700);
  });
});
