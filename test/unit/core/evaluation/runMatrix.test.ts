import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import { isIntact, readGenerations, sha256Of, sidecarOf } from '../../../../src/core/evaluation/generations';
import { selectModels } from '../../../../src/core/evaluation/modelSelector';
import { runMatrix } from '../../../../src/core/evaluation/runMatrix';
import { insideWorkspace } from '../../../../src/core/evaluation/workspacePath';
import { temporaryFolder } from '../../actionContext';
import { sampleEvaluation } from './sampleEvaluation';

const ids = (evaluation: Evaluation, selector: string) => {
  const chosen = selectModels(evaluation, selector);
  return chosen.ok ? chosen.value.map(({ id }) => id) : chosen.failure.code;
};

describe('the run matrix', () => {
  it('is pictures x edits x models x seeds, model by model', () => {
    const evaluation = sampleEvaluation({ sampler: { steps: 1, guidance: 1, seeds: [7, 8] } });
    const planned = runMatrix(evaluation, evaluation.models, ['test_01.png', 'test_02.png']);
    // base and relight: 2 pictures x 2 edits x 2 seeds; angles has one edit of its own on top.
    expect(planned).toHaveLength(8 + 12 + 8);
    expect(planned[0]).toMatchObject({ id: 'base/test_01--forest--7', file: 'base/test_01--forest--7.png' });
    expect(planned.find(({ model }) => model.id === 'angles')?.file).toBe('loras/angles/test_01--forest--7.png');
    expect(new Set(planned.map(({ file }) => file)).size).toBe(planned.length);
    expect(planned.map(({ model }) => model.id).filter((id, index, all) => id !== all[index - 1])).toEqual(['base', 'angles', 'relight']);
  });

  it('tells pictures apart that differ only in their ending, and makes any name safe', () => {
    const evaluation = sampleEvaluation();
    const stems = runMatrix(evaluation, evaluation.models.slice(0, 1), ['a.jpg', 'a.png', '../../b c.png']).map(({ file }) => file);
    expect(stems.filter((file) => file.includes('--forest--'))).toEqual(['base/a-jpg--forest--7.png', 'base/a-png--forest--7.png', 'base/b-c--forest--7.png']);
  });

  it('selects models by role, category and name', () => {
    const evaluation = sampleEvaluation();
    expect(ids(evaluation, 'base')).toEqual(['base']);
    expect(ids(evaluation, 'loras')).toEqual(['angles', 'relight']);
    expect(ids(evaluation, 'all')).toEqual(['base', 'angles', 'relight']);
    expect(ids(evaluation, 'category:lighting, name:ANGL')).toEqual(['angles', 'relight']);
    expect(ids(evaluation, 'category:identity')).toBe('no-such-model');
    expect(ids(evaluation, 'whatever')).toBe('unknown-selector');
  });
});

describe('files of an evaluation', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(temporaryFolder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads sidecars, passes over what is torn or foreign, and notices a changed picture', async () => {
    await mkdir(path.join(folder, 'base'));
    const picture = path.join(folder, 'base', 'x--forest--7.png');
    await writeFile(picture, 'pixels');
    const sidecar = {
      version: 1, id: 'base/x--forest--7', modelId: 'base', picture: { file: 'x.png' }, edit: { id: 'forest' }, seed: 7,
      output: { file: '../../../etc/x--forest--7.png', sha256: await sha256Of(picture) }, memory: { peakBytes: 1 }, seconds: { edit: 1 },
    };
    await writeFile(sidecarOf(picture), JSON.stringify(sidecar));
    await writeFile(path.join(folder, 'torn.json'), '{"version": 1, "id"');
    await writeFile(path.join(folder, 'other.json'), '{"version": 1, "id": "x"}');
    const stored = await readGenerations(folder);
    expect(stored.map((entry) => entry.picture)).toEqual([picture]);
    expect(await isIntact(stored[0]!)).toBe(true);
    await writeFile(picture, 'other pixels');
    expect(await isIntact(stored[0]!)).toBe(false);
  });

  it('never leaves the workspace, by dots or by links', async () => {
    const workspace = path.join(folder, 'workspace');
    await mkdir(workspace);
    await symlink(folder, path.join(workspace, 'away'));
    await symlink(path.join(folder, 'nowhere'), path.join(workspace, 'dangling'));
    expect(await insideWorkspace(workspace, 'a/b.png')).toEqual({ ok: true, value: path.join(workspace, 'a/b.png') });
    for (const bad of ['../x', '/etc/passwd', 'away/x', 'dangling', 'a\0b']) expect((await insideWorkspace(workspace, bad)).ok, bad).toBe(false);
  });
});
