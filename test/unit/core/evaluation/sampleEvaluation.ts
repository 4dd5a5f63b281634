import type { Evaluation } from '../../../../src/core/evaluation/evaluation';

/** A small valid evaluation of three single-file models. */
export function sampleEvaluation(changes: Partial<Evaluation> = {}): Evaluation {
  return {
    version: 1,
    name: 'small',
    pictures: { folder: 'pictures' },
    edits: [
      { id: 'forest', kind: 'background', prompt: 'Put the person into a forest' },
      { id: 'sunset', kind: 'lighting', prompt: 'Light the scene by a warm sunset' },
      { id: 'left', kind: 'angle', prompt: 'Turn the camera slightly to the left', models: ['angles'] },
    ],
    models: [
      { id: 'base', base: 'models/base.onnx', category: 'base' },
      { id: 'angles', base: 'models/angles.onnx', category: 'angles' },
      { id: 'relight', base: 'models/relight.onnx', category: 'lighting' },
    ],
    sampler: { steps: 1, guidance: 1, seeds: [7] },
    engine: { device: 'cpu', precision: 'auto' },
    criteria: [{ id: 'identity', label: 'Identity', kind: 'scale', minimum: 1, maximum: 5, weight: 1 }],
    failureModes: [],
    limits: { memoryGigabytes: 8 },
    results: 'results',
    ...changes,
  };
}
