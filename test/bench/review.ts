/** Analysis of a study far larger than anyone rates, against the time that a person waits for it. */
import type { Generation } from '../../src/core/evaluation/generation';
import type { Evaluation } from '../../src/core/evaluation/evaluation';
import { parseRatings } from '../../src/core/review/ratingsFile';
import { studyOf } from '../../src/core/review/study';
import { meets } from './report';

const [models, pictures, edits] = [8, 2500, 5];
const limit = 5000;

export function benchReview(): boolean {
  const generations = Array.from({ length: models * pictures * edits }, (_, index) => generation(index));
  const text = generations.map(({ id, output }, index) => JSON.stringify({ version: 1, at: '2026-01-01T00:00:00Z', rater: 'bench', sessionId: 's', generationId: id, outputSha256: output.sha256, answers: { identity: 1 + ((index * 7) % 5), edit: 1 + ((index * 3) % 5), same: index % 3 > 0, artifacts: index % 4 } })).join('\n');
  const start = process.cpuUsage();
  const file = parseRatings(text);
  const read = process.cpuUsage(start);
  studyOf(evaluation, generations.map((each) => ({ generation: each, outputPath: '', sourcePath: '' })), file);
  const all = process.cpuUsage(start);
  console.log(`ratings.jsonl of ${file.ratings.length} lines read in ${milliseconds(read).toFixed(0)} ms`);
  return meets(`analysis of ${file.ratings.length} ratings with 2,000 resamples`, milliseconds(all) - milliseconds(read), 'the limit', limit, 1);
}

/** Of the processor, so that whatever else the machine does counts for nothing. */
function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

const evaluation: Evaluation = {
  version: 1, name: 'bench', pictures: { folder: 'pictures' }, edits: [], models: Array.from({ length: models }, (_, index) => ({ id: `m${index}`, base: 'o/m' })),
  sampler: { steps: 1, guidance: 1, seeds: [1] }, engine: { device: 'cpu', precision: 'float32' },
  criteria: [
    { id: 'identity', label: 'Identity', kind: 'scale', minimum: 1, maximum: 5, weight: 0.5 }, { id: 'edit', label: 'Edit', kind: 'scale', minimum: 1, maximum: 5, weight: 0.5 },
    { id: 'same', label: 'Same', kind: 'yesNo', weight: 0 }, { id: 'artifacts', label: 'Artifacts', kind: 'count', weight: 0 },
  ],
  failureModes: [], limits: { sameCharacterShare: 0.7 }, results: 'results',
};

function generation(index: number): Generation {
  const [model, cell] = [index % models, Math.floor(index / models)];
  const [picture, edit] = [Math.floor(cell / edits), cell % edits];
  const id = `m${model}/p${picture}--e${edit}--1`;
  return {
    version: 1, id, modelId: `m${model}`, picture: { file: `p${picture}.png`, sha256: `s${picture}`, width: 1, height: 1 }, edit: { id: `e${edit}`, kind: 'lighting', prompt: '' },
    model: { base: 'o/m', loras: [] }, seed: 1, steps: 1, guidance: 1, device: 'cpu', precision: 'float32', output: { file: 'x.png', sha256: `h${index}`, width: 1, height: 1 },
    seconds: { load: 0, edit: 1 + (index % 10) / 10 }, memory: { kind: 'ram', peakBytes: 1e9, averageBytes: 1e9 }, warnings: [], versions: {}, createdAt: '',
  };
}
