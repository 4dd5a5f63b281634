import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import type { Generation } from '../../../../src/core/evaluation/generation';
import { appendLines } from '../../../../src/core/review/ratingsFile';
import type { Rating } from '../../../../src/core/review/rating';
import { makeEvaluation, makeGeneration, makeRating } from '../review/study';

export interface Study {
  readonly folder: string;
  readonly evaluation: Evaluation;
  readonly generations: readonly Generation[];
  readonly ratings: string;
  rate(answers: (generation: Generation, index: number) => Rating['answers'] | undefined, extra?: Partial<Rating>): Promise<void>;
}

/** A workspace with pictures, outputs and sidecars on the disk, as runs leave them. */
export async function makeStudy(models: readonly string[] = ['base', 'relight'], pictures = 3): Promise<Study> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  const evaluation = makeEvaluation(models, { models: models.map((id) => ({ id, base: `lab/${id}`, category: id === 'base' ? 'base' : 'lighting' })) });
  const ratings = path.join(folder, 'ratings.jsonl');
  const generations: Generation[] = [];
  await mkdir(path.join(folder, 'pictures'), { recursive: true });
  for (let picture = 0; picture < pictures; picture++) {
    const file = `p${picture}.png`;
    await paint(path.join(folder, 'pictures', file), '#777777');
    for (const [index, model] of models.entries()) {
      const output = path.join(folder, 'results', model, `p${picture}--dusk--7.png`);
      const sha256 = await paint(output, `#${index}${picture}4466`);
      const generation = makeGeneration(model, file, 'dusk', { output: { file: path.basename(output), sha256, width: 900, height: 1200 } });
      await writeFile(output.replace(/\.png$/, '.json'), JSON.stringify(generation));
      generations.push(generation);
    }
  }
  return {
    folder, evaluation, generations, ratings,
    async rate(answers, extra) {
      const lines = generations.flatMap((generation, index) => {
        const given = answers(generation, index);
        return given ? [makeRating(generation, given, extra)] : [];
      });
      await appendLines(ratings, lines);
    },
  };
}

async function paint(file: string, background: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const bytes = await sharp({ create: { width: 900, height: 1200, channels: 3, background } }).png({ compressionLevel: 1 }).toBuffer();
  await writeFile(file, bytes);
  return createHash('sha256').update(bytes).digest('hex');
}
