import path from 'node:path';
import type { Edit, Evaluation, ModelEntry } from './evaluation';
import { isBaseModel } from './modelSelector';

/** One output that the evaluation asks for. */
export interface PlannedGeneration {
  /** `base/test_01--forest--7`. */
  readonly id: string;
  readonly model: ModelEntry;
  /** Name inside the evaluation's folder of pictures. */
  readonly picture: string;
  readonly edit: Edit;
  readonly seed: number;
  /** The PNG, relative to the results folder, with `/`: `loras/relight/test_01--sunset--7.png`. */
  readonly file: string;
}

/** Pictures x edits x models x seeds, model by model so that each is loaded once; edits of other models are left out. */
export function runMatrix(evaluation: Evaluation, models: readonly ModelEntry[], pictures: readonly string[]): readonly PlannedGeneration[] {
  const stems = stemsOf(pictures);
  return models.flatMap((model) => {
    const folder = isBaseModel(model, evaluation) && only(model, evaluation) ? 'base' : `loras/${model.id}`;
    const edits = evaluation.edits.filter((edit) => edit.models === undefined || edit.models.includes(model.id));
    return pictures.flatMap((picture) =>
      edits.flatMap((edit) =>
        evaluation.sampler.seeds.map((seed) => {
          const name = `${stems.get(picture) ?? picture}--${edit.id}--${seed}`;
          return { id: `${model.id}/${name}`, model, picture, edit, seed, file: `${folder}/${name}.png` };
        }),
      ),
    );
  });
}

/** Several models of the category "base" cannot share one folder. */
function only(model: ModelEntry, evaluation: Evaluation): boolean {
  return evaluation.models.find((other) => isBaseModel(other, evaluation))?.id === model.id;
}

/** Names without ending; with it (`a-jpg`) where two pictures differ only there. */
function stemsOf(pictures: readonly string[]): ReadonlyMap<string, string> {
  const plain = pictures.map((picture) => clean(path.parse(picture).name));
  return new Map(
    pictures.map((picture, index) => {
      const stem = plain[index] ?? picture;
      const shared = plain.filter((other) => other.toLowerCase() === stem.toLowerCase()).length > 1;
      return [picture, shared ? clean(path.basename(picture)) : stem];
    }),
  );
}

function clean(name: string): string {
  return name.replace(/[^\p{L}\p{N}_]+/gu, '-').replace(/^-+|-+$/g, '') || 'picture';
}
