import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import type { Generation } from '../../../../src/core/evaluation/generation';
import type { Rating } from '../../../../src/core/review/rating';

export const criteria: Evaluation['criteria'] = [
  { id: 'identity', label: 'Identity preservation', kind: 'scale', minimum: 1, maximum: 5, weight: 0.5, anchors: ['Someone else', 'Identical'] },
  { id: 'edit', label: 'Edit quality', kind: 'scale', minimum: 1, maximum: 5, weight: 0.5, anchors: ['Not done', 'Fully done'] },
  { id: 'same', label: 'Same character', kind: 'yesNo', weight: 0 },
  { id: 'artifacts', label: 'Artifacts', kind: 'count', weight: 0 },
];

export function makeEvaluation(modelIds: readonly string[], overrides: Partial<Evaluation> = {}): Evaluation {
  return {
    version: 1, name: 'portraits', pictures: { folder: 'pictures' }, edits: [],
    models: modelIds.map((id) => ({ id, base: `secret-lab/${id}` })),
    sampler: { steps: 4, guidance: 1, seeds: [7] }, engine: { device: 'cpu', precision: 'float32' },
    criteria, failureModes: ['Edit ignored', 'Anatomy'], limits: { sameCharacterShare: 0.7 }, results: 'results', ...overrides,
  };
}

export function makeGeneration(modelId: string, picture: string, edit: string, overrides: Partial<Generation> = {}): Generation {
  const id = `${modelId}/${picture.replace(/\.\w+$/, '')}--${edit}--7`;
  return {
    version: 1, id, modelId,
    picture: { file: picture, sha256: `source-${picture}`, width: 100, height: 125 },
    edit: { id: edit, kind: 'angle', prompt: `Do ${edit}` },
    model: { base: `secret-lab/${modelId}`, loras: [] },
    seed: 7, steps: 4, guidance: 1, device: 'cpu', precision: 'float32',
    output: { file: `${id}.png`, sha256: `sha-${id}`, width: 100, height: 125 },
    seconds: { load: 1, edit: 2 }, memory: { kind: 'ram', peakBytes: 2e9, averageBytes: 1e9 },
    warnings: [], versions: {}, createdAt: '2026-01-02T03:04:05Z', ...overrides,
  };
}

export function makeRating(generation: Generation, answers: Rating['answers'], overrides: Partial<Rating> = {}): Rating {
  return {
    version: 1, at: '2026-01-02T03:04:05Z', rater: 'tester', sessionId: 's1', generationId: generation.id,
    outputSha256: generation.output.sha256, answers, ...overrides,
  };
}
