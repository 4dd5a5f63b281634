import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import type { Generation } from '../../../../src/core/evaluation/generation';
import type { Rating } from '../../../../src/core/review/rating';

/** A finished little study: two models, three pictures, two edits, every output rated. */
export const evaluation: Evaluation = {
  version: 1,
  name: 'small-validation',
  pictures: { folder: 'test_data/source' },
  edits: [
    { id: 'forest', kind: 'background', prompt: 'a forest | "dark" <b>' },
    { id: 'left', kind: 'angle', prompt: 'turn slightly left' },
  ],
  models: [
    { id: 'base', title: 'Base model', base: 'owner/base', revision: 'a'.repeat(40), category: 'base' },
    { id: 'angles', title: 'Angles', base: 'owner/base', loras: [{ repository: 'owner/angles', revision: 'b'.repeat(40) }], category: 'angles' },
    { id: 'never', title: 'Never run', base: 'owner/never' },
  ],
  sampler: { steps: 4, guidance: 1, seeds: [7] },
  engine: { device: 'auto', precision: 'auto' },
  criteria: [
    { id: 'identity', label: 'Identity', kind: 'scale', minimum: 1, maximum: 5, weight: 2 },
    { id: 'edit', label: 'Edit', kind: 'scale', minimum: 1, maximum: 5, weight: 1 },
    { id: 'same', label: 'Same character', kind: 'yesNo', weight: 0 },
    { id: 'artifacts', label: 'Artifacts', kind: 'count', weight: 0 },
  ],
  failureModes: ['face drift'],
  limits: { memoryGigabytes: 20, secondsPerEdit: 60, sameCharacterShare: 0.7 },
  results: 'test_data/results',
};

function generationOf(modelId: string, picture: string, editId: string): Generation {
  const edit = evaluation.edits.find(({ id }) => id === editId);
  const model = evaluation.models.find(({ id }) => id === modelId);
  if (!edit || !model) throw new Error('unknown');
  const id = `${modelId}/${picture}--${editId}--7`;
  return {
    version: 1, id, modelId, picture: { file: `${picture}.jpg`, sha256: `s-${picture}`, width: 64, height: 48 },
    edit: { id: edit.id, kind: edit.kind, prompt: edit.prompt },
    model: { base: model.base, ...(model.revision ? { revision: model.revision } : {}), loras: [] },
    seed: 7, steps: 4, guidance: 1, device: 'cpu', precision: 'float32',
    output: { file: `${picture}--${editId}--7.png`, sha256: `o-${id}`, width: 64, height: 48 },
    seconds: { load: 2, edit: modelId === 'base' ? 3 : 90 },
    memory: { kind: 'vram', peakBytes: modelId === 'base' ? 12e9 : 24e9, averageBytes: 10e9 },
    warnings: [], versions: { evalmark: '0.1.0' }, createdAt: '2026-01-02T03:04:05Z',
  };
}

const pictures = ['test_01', 'test_02', 'test_03'];

export const generations = ['base', 'angles'].flatMap((model) => pictures.flatMap((picture) => ['forest', 'left'].map((edit) => generationOf(model, picture, edit))));

export const ratings: readonly Rating[] = generations.map((generation) => {
  const good = generation.modelId === 'angles' || generation.edit.id === 'forest';
  return {
    version: 1, at: '2026-01-02T03:04:05Z', rater: 'tester', sessionId: 's', generationId: generation.id, outputSha256: generation.output.sha256,
    answers: { identity: good ? 5 : 2, edit: good ? 4 : 1, same: good, artifacts: good ? 0 : 3 },
    failureModes: good ? [] : ['face drift'],
  };
});

/** Lays the study out in a workspace folder as runs and reviews would. */
export async function layOut(workspace: string, { rated = true } = {}): Promise<void> {
  const { default: sharp } = await import('sharp');
  const draw = (file: string, colour: string) => sharp({ create: { width: 640, height: 480, channels: 3, background: colour } }).toFile(file);
  await mkdir(path.join(workspace, evaluation.pictures.folder), { recursive: true });
  for (const picture of pictures) await draw(path.join(workspace, evaluation.pictures.folder, `${picture}.jpg`), '#336699');
  for (const generation of generations) {
    const folder = path.join(workspace, evaluation.results, generation.modelId === 'base' ? 'base' : `loras/${generation.modelId}`);
    await mkdir(folder, { recursive: true });
    await draw(path.join(folder, generation.output.file), '#993366');
    await writeFile(path.join(folder, generation.output.file.replace(/png$/, 'json')), JSON.stringify(generation));
  }
  if (rated) await writeFile(path.join(workspace, 'ratings.jsonl'), ratings.map((rating) => `${JSON.stringify(rating)}\n`).join(''));
}
