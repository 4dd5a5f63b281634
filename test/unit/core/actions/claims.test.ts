import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { falseClaims } from '../../../../src/core/actions/claims';
import { linkPlan } from '../../../../src/core/actions/link';
import { parsePlan } from '../../../../src/core/plan/parse';
import { temporaryFolder } from '../../actionContext';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(temporaryFolder)));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function claimed(...steps: readonly string[]): Promise<readonly string[]> {
  const plan = parsePlan(`#### Task 1.1: A\n${steps.map((step) => `- ${step}\n`).join('')}`);
  const paths = { workspace: folder, plan: path.join(folder, 'tasks.md'), planFolder: folder, storage: path.join(folder, '.evalmark') };
  const found = await falseClaims(plan, linkPlan(plan), { paths, cacheFolder: path.join(folder, 'hub') });
  return plan.steps.flatMap(({ id, text }) => (found.has(id) ? [`${text}: ${found.get(id)!.message}`] : []));
}

it('says which ticked steps promise what is not there', async () => {
  expect(
    await claimed(
      '[x] Folder <!-- evalmark: directories path=out -->',
      '[x] Script <!-- evalmark: script file=scripts/a.py -->',
      '[x] Model <!-- evalmark: download repository=owner/name -->',
      '[x] Words <!-- evalmark: manual -->',
      '[ ] Open <!-- evalmark: directories path=elsewhere -->',
    ),
  ).toEqual(['Folder: The folder out is not there.', 'Script: The script scripts/a.py is not there.', 'Model: owner/name is not in the model cache of this machine.']);
});

it('is content with what is there, and looks at nothing outside the workspace', async () => {
  await mkdir(path.join(folder, 'out'));
  await mkdir(path.join(folder, 'hub/models--owner--name/refs'), { recursive: true });
  const commit = 'a'.repeat(40);
  await writeFile(path.join(folder, 'hub/models--owner--name/refs/main'), commit);
  await mkdir(path.join(folder, `hub/models--owner--name/snapshots/${commit}`), { recursive: true });
  await writeFile(path.join(folder, `hub/models--owner--name/snapshots/${commit}/config.json`), '{}');
  expect(await claimed('[x] Folder <!-- evalmark: directories path=out -->', '[x] Model <!-- evalmark: download repository=owner/name -->', '[x] Away <!-- evalmark: directories path=../../gone -->')).toEqual([]);
});

it('counts outputs of the evaluation that are missing', async () => {
  expect(await claimed('[x] Run <!-- evalmark: infer models=all -->')).toEqual([]);
  await writeFile(
    path.join(folder, 'evaluation.json'),
    JSON.stringify({
      version: 1, name: 'e', pictures: { folder: 'pictures', files: ['a.png', 'b.png'] }, edits: [{ id: 'one', kind: 'other', prompt: 'p' }],
      models: [{ id: 'base', base: 'owner/name' }], sampler: { steps: 1, guidance: 1, seeds: [1] }, engine: { device: 'cpu', precision: 'auto' },
      criteria: [{ id: 'edit', label: 'Edit', kind: 'scale', minimum: 1, maximum: 5, weight: 1 }], failureModes: [], limits: {}, results: 'results',
    }),
  );
  await mkdir(path.join(folder, 'results/base'), { recursive: true });
  await writeFile(path.join(folder, 'results/base/a--one--1.png'), '');
  expect(await claimed('[x] Run <!-- evalmark: infer models=all -->')).toEqual(['Run: 1 of 2 outputs are not there.']);
});
