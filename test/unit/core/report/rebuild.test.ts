import { appendFile, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { report } from '../../../../src/cli/report';
import type { CliArguments } from '../../../../src/cli/arguments';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import { checkDocuments, rebuildDocuments, type RebuildContext } from '../../../../src/core/report/rebuild';
import { WrittenFiles } from '../../../../src/core/repository/writtenFiles';
import { makeContext, temporaryFolder } from '../../actionContext';
import { MeasureCache, measuresFile, pairKey } from '../../../../src/core/images/comparison/measureCache';
import { evaluation, generations, layOut, ratings } from './study';

let workspace: string;

const planText = `# Small plan

**Change ID**: \`small\`

#### Task 3.6: Analysis

- [x] Create comparison table
- [x] Rank models by overall quality

#### Task 4.1: Results

- [x] Create docs/small-results.md
- [x] Include comparison matrix
- [x] Add best/worst example images
- [x] Document VRAM and performance data
- [x] List strengths/weaknesses per model

**Deliverable**: docs/small-results.md

#### Task 4.2: Options

- [x] **Option A**: As it is
  - Which model?

#### Task 4.4: Documentation

- [x] Update docs/SUMMARY.md with results
- [ ] Update docs/feasibility.md with findings
`;

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await writeFile(path.join(workspace, 'tasks.md'), planText);
  await writeFile(path.join(workspace, 'evaluation.json'), JSON.stringify(evaluation));
  await layOut(workspace);
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

async function context(): Promise<RebuildContext & { readonly written: string[] }> {
  const snapshot = await new FilePlanStore(path.join(workspace, 'tasks.md')).read();
  if (!snapshot.ok) throw new Error(snapshot.failure.message);
  return makeContext(workspace, { plan: snapshot.value.plan, evaluation: async () => ({ ok: true, value: evaluation }) });
}

async function check(): Promise<Record<string, string>> {
  const standings = await checkDocuments(await context());
  if (!standings.ok) throw new Error(standings.failure.message);
  return Object.fromEntries(standings.value.map(({ file, section, standing }) => [section === undefined ? file : `${file} ${section}`, standing]));
}

async function rebuild(): Promise<readonly string[]> {
  const where = await context();
  const made = await rebuildDocuments(where);
  if (!made.ok) throw new Error(made.failure.message);
  return where.written.map((file) => path.relative(workspace, file)).sort();
}

const results = 'docs/small-results.md';
const text = (file = results): Promise<string> => readFile(path.join(workspace, file), 'utf8');

describe('documents as functions of results.json and ratings.jsonl', () => {
  it('are made where their steps are done, and then agree', async () => {
    expect(new Set(Object.values(await check()))).toEqual(new Set(['missing']));
    const written = await rebuild();
    expect(written.filter((file) => file.endsWith('.md'))).toEqual(expect.arrayContaining(['analysis.md', 'docs/SUMMARY.md', results]));
    expect(written).not.toContain('docs/feasibility.md');
    expect(new Set(Object.values(await check()))).toEqual(new Set(['current']));
    expect(await rebuild()).toEqual([]);
    expect([...(await text()).matchAll(/evalmark:begin (\S+)/g)].map(([, name]) => name)).toEqual(['answer', 'matrix', 'kinds', 'examples', 'performance', 'strengths', 'failures', 'option-a', 'method']);
  });

  it('come out the same on a machine that has neither outputs nor pictures', async () => {
    await rebuild();
    const before = await text();
    await rm(path.join(workspace, 'test_data'), { recursive: true });
    expect(new Set(Object.values(await check()))).toEqual(new Set(['current']));
    const elsewhere = await mkdtemp(temporaryFolder);
    try {
      for (const file of ['tasks.md', 'results.json', 'ratings.jsonl']) await cp(path.join(workspace, file), path.join(elsewhere, file));
      await cp(path.join(workspace, 'docs/assets'), path.join(elsewhere, 'docs/assets'), { recursive: true });
      const missing = async () => ({ ok: false as const, failure: { code: 'evaluation-missing', message: 'none', advice: '' } });
      const where = { ...(await context()), evaluation: missing, paths: { workspace: elsewhere, planFolder: elsewhere, plan: path.join(elsewhere, 'tasks.md'), storage: path.join(elsewhere, '.evalmark') } };
      expect((await rebuildDocuments(where)).ok).toBe(true);
      expect(await readFile(path.join(elsewhere, results), 'utf8')).toBe(before);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it('say how measurements go with ratings, also where nothing was measured but results.json', async () => {
    const { paths } = await context();
    const cache = new MeasureCache(path.join(paths.storage, measuresFile));
    for (const [index, { picture, output }] of generations.entries()) {
      const identity = Number(ratings[index]?.answers.identity);
      await cache.keepByNetworks(pairKey({ sourceSha256: picture.sha256, outputSha256: output.sha256 }), 'networks', { clipImage: 0.1 * identity + 0.0123456 * ((index * 7) % 5), clipDirection: ((index * 5) % 7) / 7 });
    }
    await rebuild();
    const [document, analysis] = [await text(), await text('analysis.md')];
    for (const where of [document, analysis]) {
      expect(where).toMatch(/\| Likeness to the source \(CLIP\) \| \+0\.\d\d \(\+/);
      expect(where).toContain('no part of the rank');
      expect(where).toMatch(/Say nothing here.*Direction of the edit/);
    }
    expect(await text('results.json')).toContain('"clipImage":0.5');
    await rm(path.join(paths.storage, measuresFile));
    expect(new Set(Object.values(await check()))).toEqual(new Set(['current']));
  });

  it('are stale after another rating, and say which section', async () => {
    await rebuild();
    const first = ratings[0]!;
    await appendFile(path.join(workspace, 'ratings.jsonl'), `${JSON.stringify({ ...first, answers: { identity: 1, same: false } })}\n`);
    const stale = Object.entries(await check()).filter(([, standing]) => standing === 'stale').map(([name]) => name);
    expect(stale).toEqual(expect.arrayContaining(['results.json', `${results} matrix`, `${results} strengths`, 'docs/SUMMARY.md summary-small', 'analysis.md ranking']));
    await rebuild();
    expect(new Set(Object.values(await check()))).toEqual(new Set(['current']));
  });

  it('keep a hand edit, and nothing is stale for that', async () => {
    await rebuild();
    await writeFile(path.join(workspace, results), (await text()).replace('**How sure**', '**How sure, I think**'));
    expect((await check())[`${results} answer`]).toBe('edited');
    await rebuild();
    expect(await text()).toContain('How sure, I think');
  });

  it('a picture that was lost is made again, and one whose original is gone too stays out', async () => {
    await rebuild();
    const asset = /\((assets\/[^)]*jpg)\)/.exec(await text())?.[1] ?? '';
    const file = path.join(workspace, 'docs', decodeURIComponent(asset));
    await rm(file);
    expect((await check())[`${results} examples`]).toBe('stale');
    await rebuild();
    expect((await stat(file)).isFile()).toBe(true);
    await rm(file);
    await rm(path.join(workspace, 'test_data'), { recursive: true });
    await rebuild();
    expect(await text()).toContain('picture is gone');
    expect(await text()).not.toContain(asset);
  });
});

describe('evalmark report', () => {
  const args = (more: Partial<CliArguments>): CliArguments => ({
    command: 'report', plan: path.join(workspace, 'tasks.md'), steps: [], json: false, yes: false, workspace, answers: undefined, commit: 'off', preview: undefined, set: undefined, check: false, download: undefined, clear: false, decision: {}, ...more,
  });

  async function run(more: Partial<CliArguments>): Promise<{ readonly code: number; readonly output: string }> {
    let output = '';
    const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation((words) => Boolean((output += String(words)))));
    try {
      return { code: await report(args(more)), output };
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  }

  it('ends with code 1 while a document is stale, and writes nothing then', async () => {
    const before = await run({ check: true });
    expect(before).toMatchObject({ code: 1, output: expect.stringContaining(`missing  ${results}, section matrix`) });
    await expect(text()).rejects.toThrow('ENOENT');
    expect(await run({})).toMatchObject({ code: 0, output: expect.stringContaining('sections written') });
    expect(await run({ check: true })).toEqual({ code: 0, output: 'Every document agrees with the data.\n' });
    expect(await new WrittenFiles(path.join(workspace, '.evalmark')).list()).toContain(path.join(workspace, results));
  });

  it('says what is wrong with a results.json that is broken', async () => {
    await writeFile(path.join(workspace, 'results.json'), '{');
    expect(await run({ check: true })).toMatchObject({ code: 1, output: expect.stringContaining('not valid JSON') });
  });
});
