import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import { checkDocuments, rebuildDocuments } from '../../../../src/core/report/rebuild';
import { recordResults } from '../../../../src/core/report/results';
import { makeContext, temporaryFolder } from '../../actionContext';
import { evaluation, generations, layOut } from './study';

/** Examples are picked anew: what only the former ones showed goes, and nothing else. */
let workspace: string;
const planText = '# Small plan\n\n**Change ID**: `small`\n\n- [x] Create docs/small-results.md\n- [x] Include comparison matrix\n- [x] Add best/worst example images\n';

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await writeFile(path.join(workspace, 'tasks.md'), planText);
  await layOut(workspace);
  await rebuild();
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

async function context() {
  const snapshot = await new FilePlanStore(path.join(workspace, 'tasks.md')).read();
  if (!snapshot.ok) throw new Error(snapshot.failure.message);
  return makeContext(workspace, { plan: snapshot.value.plan, evaluation: async () => ({ ok: true, value: evaluation }) });
}

async function rebuild(): Promise<readonly string[]> {
  const where = await context();
  expect(await rebuildDocuments(where)).toMatchObject({ ok: true });
  return where.written.map((file) => path.relative(workspace, file));
}

async function pick(best: number, worst: number): Promise<readonly string[]> {
  const idOf = (index: number): string => generations[index]?.id ?? '';
  expect(await recordResults(await context(), { best: [idOf(best)], worst: [idOf(worst)] })).toMatchObject({ ok: true });
  return rebuild();
}

const folder = () => path.join(workspace, 'docs/assets/small');
const pictures = async (): Promise<readonly string[]> => (await readdir(folder())).filter((name) => name.endsWith('.jpg')).sort();

it('pictures that no example shows any more are removed, and the commit is told', async () => {
  expect((await pictures()).length).toBeGreaterThan(4);
  await pick(0, 6);
  const [first, second] = [await pictures(), await pick(1, 7)];
  expect(first).toEqual(['angles--test_01--forest--7.jpg', 'base--test_01--forest--7.jpg', 'source-test_01.jpg']);
  expect(await pictures()).toEqual(['angles--test_01--left--7.jpg', 'base--test_01--left--7.jpg', 'source-test_01.jpg']);
  expect(second).toEqual(expect.arrayContaining(['docs/assets/small/base--test_01--forest--7.jpg', 'results.json']));
  const record = JSON.parse(await readFile(path.join(workspace, 'results.json'), 'utf8')) as { assets: Record<string, string> };
  expect(Object.keys(record.assets).filter((file) => file.endsWith('.jpg')).map((file) => path.basename(file))).toEqual(await pictures());
  const standings = await checkDocuments(await context());
  expect(standings.ok && standings.value.map(({ standing }) => standing)).toEqual(expect.not.arrayContaining(['stale', 'missing']));
});

it('what another document shows, what a person put there, and what lies elsewhere stays', async () => {
  await pick(0, 6);
  await writeFile(path.join(workspace, 'docs/talk.md'), '![shown](assets/small/base--test_01--forest--7.jpg)');
  await writeFile(path.join(folder(), 'angles--test_01--forest--7.jpg'), 'a picture of mine');
  await writeFile(path.join(folder(), 'mine.jpg'), 'another');
  const file = path.join(workspace, 'results.json');
  await writeFile(path.join(workspace, 'docs/other.jpg'), 'x');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"assets": {', '"assets": {\n    "docs/other.jpg": "2d711642b726b044",\n    "../outside.jpg": "2d711642b726b044",'));
  await pick(1, 7);
  expect(await pictures()).toEqual(expect.arrayContaining(['base--test_01--forest--7.jpg', 'angles--test_01--forest--7.jpg', 'mine.jpg']));
  expect(await readFile(path.join(workspace, 'docs/other.jpg'), 'utf8')).toBe('x');
});
