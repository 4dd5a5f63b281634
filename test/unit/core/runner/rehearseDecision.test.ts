import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DecisionDraft } from '../../../../src/core/report/decisionDraft';
import type { GivenDecision } from '../../../../src/core/report/givenDecision';
import { rehearseDecision } from '../../../../src/core/runner/rehearseDecision';
import { makeContext, settings, temporaryFolder } from '../../actionContext';
import { layOutDecision, performDecision, policy, readSnapshot } from '../report/decisionStudy';

let workspace: string;
beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await layOutDecision(workspace);
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const given: GivenDecision = {
  parts: { approach: 'A', rationale: 'Angles keeps the face.', timeline: 'By June.' },
  answers: { A: [{ question: 'Which model(s)?', text: 'Angles' }, { question: 'What gaps remain?', text: 'Lighting' }], B: [] },
};

const paths = () => makeContext(workspace).paths;
const read = (file: string): Promise<string> => readFile(path.join(workspace, file), 'utf8').catch(() => '');

async function rehearse(what = given) {
  const rehearsed = await rehearseDecision(what, { paths: paths(), snapshot: await readSnapshot(workspace), settings, policy });
  if (!rehearsed.ok) throw new Error(rehearsed.failure.message);
  return rehearsed.value;
}

const perform = (what = given) => performDecision(workspace, what);

it('tells to the letter what writing would change, and changes nothing', async () => {
  const before = await Promise.all((await readdir(workspace, { recursive: true })).sort().map(async (file) => [file, await read(file)]));
  const { changes, asks } = await rehearse();
  expect(await Promise.all((await readdir(workspace, { recursive: true })).sort().map(async (file) => [file, await read(file)]))).toEqual(before);
  expect(asks).toEqual([]);
  expect(changes.map(({ file }) => file).sort()).toEqual(['STATUS.md', 'docs/small-results.md', 'tasks.md']);

  await perform();
  for (const { file, after } of changes) {
    // Time spent is that of the run itself.
    const timeless = (text: string) => text.replace(/\d+ s\b/g, '(time)').replace(/(begin status-small) hash=\w+/, '$1');
    expect(timeless(await read(file)), file).toBe(timeless(after));
  }
  expect(await read('tasks.md')).toMatch(/- \[x\] \*\*Option A[^]*- \[ \] \*\*Option B[^]*- \[x\] Select optimal approach based on data - Option A\n- \[x\] Document decision rationale\n- \[ \] Identify next steps/);
  expect(await read('docs/small-results.md')).toMatch(/\*\*Option A: Use existing LoRA\(s\) as-is\*\*[^]*Angles keeps the face\.[^]*### Timeline\n\nBy June\.[^]*\*\*Which model\(s\)\?\*\*\n\nAngles/);
});

it('keeps what was said of an option whose questions are not all answered, and leaves its step open', async () => {
  const partly: GivenDecision = { parts: {}, answers: { A: [{ question: 'Which model(s)?', text: 'Angles' }] } };
  const { changes } = await rehearse(partly);
  expect(changes.find(({ file }) => file === 'docs/small-results.md')?.after).toContain('**Which model(s)?**\n\nAngles');
  expect(changes.some(({ file }) => file === 'tasks.md')).toBe(false);
  await perform(partly);
  expect(await read('docs/small-results.md')).toContain('**Which model(s)?**\n\nAngles');
  expect(await read('tasks.md')).toContain('- [ ] **Option A**');
});

it('says which hand edits will be asked about, and shows them kept', async () => {
  await perform();
  const file = path.join(workspace, 'docs/small-results.md');
  await writeFile(file, (await readFile(file, 'utf8')).replace('Angles keeps the face.', 'Angles keeps the face best, I say.'));
  const { changes, asks } = await rehearse({ parts: { rationale: 'Another reason.', next: 'Ship it.' }, answers: {} });
  expect(asks).toEqual(['The section "decision-rationale" of docs/small-results.md was edited by hand. Replace it?']);
  expect(changes.find((change) => change.file === 'docs/small-results.md')?.after).toMatch(/best, I say\.[^]*Ship it\./);
});

it('tells what is in the way', async () => {
  await rm(path.join(workspace, 'docs'), { recursive: true, force: true });
  await writeFile(path.join(workspace, 'docs'), 'a file');
  expect(await rehearseDecision(given, { paths: paths(), snapshot: await readSnapshot(workspace), settings, policy })).toMatchObject({ ok: false, failure: { code: 'file-not-written' } });
});

it('a draft outlives what reads it, and is gone once it is empty', async () => {
  const storage = path.join(workspace, 'storage');
  const draft = new DecisionDraft(storage);
  await Promise.all([draft.save({ parts: { rationale: 'a' }, answers: {} }), draft.save({ parts: { rationale: 'ab' }, answers: {} }), draft.save(given)]);
  expect(await new DecisionDraft(storage).read()).toEqual(given);
  await writeFile(path.join(storage, 'decision-draft.json'), '{"parts":{"approach":3,"other":"x"},"answers":{"A":[{"question":1},7]}}');
  expect(await draft.read()).toEqual({ parts: {}, answers: { A: [] } });
  await draft.save({ parts: {}, answers: {} });
  expect(await readdir(storage)).toEqual([]);
});
