import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { fillTemplate } from '../../../../src/core/actions/scriptTemplate';
import { readGenerations } from '../../../../src/core/evaluation/generations';
import { analyticCheckpoint } from '../../../../test_data/make/checkpoints/analyticCheckpoint';
import { analyticLoras } from '../../../../test_data/make/checkpoints/analyticLoras';
import { writeCheckpoint } from '../../../../test_data/make/checkpoints/writeCheckpoint';
import { temporaryFolder } from '../../actionContext';
import { sampleEvaluation } from '../evaluation/sampleEvaluation';

const python = process.env['EVALMARK_REFERENCE_PYTHON'];
if (python === undefined) console.warn('The scripts were not tried with diffusers: set EVALMARK_REFERENCE_PYTHON to a Python that has test/reference/requirements.txt.');

it.skipIf(python === undefined)('the scripts edit with diffusers on a small checkpoint, and their sidecars are read', { timeout: 900_000 }, async () => {
  const folder = await mkdtemp(temporaryFolder);
  try {
    await writeCheckpoint(path.join(folder, 'models/edit'), analyticCheckpoint());
    await writeCheckpoint(path.join(folder, 'models/loras'), { 'angles.safetensors': analyticLoras()['angles'] ?? '' });
    await mkdir(path.join(folder, 'pictures'));
    await sharp({ create: { width: 256, height: 320, channels: 3, background: '#b0855f' } }).png().toFile(path.join(folder, 'pictures', 'test_01.png'));
    const evaluation = sampleEvaluation({
      models: [{ id: 'base', base: 'models/edit', category: 'base' }, { id: 'angles', base: 'models/edit', loras: [{ repository: 'models/loras', file: 'angles.safetensors' }] }],
      edits: [{ id: 'angle', kind: 'angle', prompt: 'Turn the camera slightly to the left' }],
      sampler: { steps: 2, guidance: 1, seeds: [7], width: 256, height: 320, referenceResolution: 286 },
      engine: { device: 'cpu', precision: 'float32' }, pictures: { folder: 'pictures' }, results: 'results',
    });
    await writeFile(path.join(folder, 'evaluation.json'), JSON.stringify(evaluation));
    for (const kind of ['base', 'lora'] as const) {
      const script = `test_${kind}_model.py`;
      const text = await fillTemplate(kind, { script, evaluation: 'evaluation.json', depth: '0' });
      if (!text.ok) throw new Error(text.failure.message);
      await writeFile(path.join(folder, script), text.value);
      const run = async (...options: string[]) => (await promisify(execFile)(python ?? '', [script, ...options], { cwd: folder })).stdout;
      expect(await run('--check')).toContain('ready');
      expect(await run()).toContain('1 outputs made, 0 errors');
      expect(await run()).toContain('0 outputs made, 0 errors');
    }
    for (const place of ['base', 'loras/angles']) {
      const [made, ...others] = await readGenerations(path.join(folder, 'results', place));
      expect(others).toEqual([]);
      expect(made?.generation).toMatchObject({ edit: { id: 'angle' }, seed: 7 });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
