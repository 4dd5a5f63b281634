import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveModel } from '../../../../src/core/evaluation/resolveModel';
import { parsePlan } from '../../../../src/core/plan/parse';
import { temporaryFolder } from '../../actionContext';

let workspace: string;
beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await mkdir(path.join(workspace, 'models', 'edit'), { recursive: true });
  await writeFile(path.join(workspace, 'models', 'edit', 'model_index.json'), '{}');
  await writeFile(path.join(workspace, 'models', 'edit-Q4_K_M.gguf'), 'GGUF');
});
afterEach(() => rm(workspace, { recursive: true }));

const resolve = (transformer?: { readonly repository: string; readonly file?: string }) =>
  resolveModel(
    { id: 'edit', base: 'models/edit', ...(transformer ? { transformer } : {}) },
    { workspace, plan: parsePlan(''), hub: async () => ({ ok: false, failure: { code: 'offline', message: 'There is no Hub here.', advice: 'Go online.' } }) },
  );

describe('a model with another transformer', () => {
  it('is found with the file that takes the transformer’s place, which the sidecar names', async () => {
    const found = await resolve({ repository: 'models/edit-Q4_K_M.gguf' });
    expect(found).toMatchObject({
      ok: true,
      value: {
        local: { path: path.join(workspace, 'models', 'edit'), transformer: path.join(workspace, 'models', 'edit-Q4_K_M.gguf'), loras: [] },
        transformer: { repository: 'models/edit-Q4_K_M.gguf', file: 'edit-Q4_K_M.gguf' },
      },
    });
    expect(await resolve({ repository: 'models', file: 'edit-Q4_K_M.gguf' })).toMatchObject({ ok: true, value: { transformer: { file: 'edit-Q4_K_M.gguf' } } });
  });

  it('is not ready while that file is not there', async () => {
    expect(await resolve({ repository: 'models/other.gguf' })).toMatchObject({ ok: false });
    const plain = await resolve();
    expect(plain.ok && 'transformer' in plain.value.local).toBe(false);
  });
});
