import type { Evaluation, ModelEntry } from '../../core/evaluation/evaluation';
import { isBaseModel } from '../../core/evaluation/modelSelector';
import { shuffled } from '../../core/review/session';
import { letterOf } from './compareState';

/** What models are called in the matrix: a letter each, and beside it the name once it may be known. */
export interface MatrixNames {
  readonly blind: boolean;
  letter(modelId: string): string;
  /** The model behind a letter. */
  model(letter: string): string | undefined;
  /** Title, or "Model C" while blind. */
  title(modelId: string): string;
  recipe(modelId: string): string;
}

/** @param blindSeed shuffles the letters while the models are hidden; none when they may be known */
export function matrixNames(evaluation: Evaluation, blindSeed: string | undefined): MatrixNames {
  const blind = blindSeed !== undefined;
  const order = blind ? shuffled(evaluation.models, ({ id }) => id, `${blindSeed}/matrix`) : evaluation.models;
  const letters = new Map(order.map(({ id }, index) => [id, letterOf(index)]));
  const entries = new Map(evaluation.models.map((entry) => [entry.id, entry]));
  const letter = (modelId: string): string => letters.get(modelId) ?? '?';
  return {
    blind,
    letter,
    model: (wanted) => order.find(({ id }) => letters.get(id) === wanted)?.id,
    title: (modelId) => (blind ? `Model ${letter(modelId)}` : (entries.get(modelId)?.title ?? modelId)),
    recipe: (modelId) => {
      const entry = entries.get(modelId);
      return blind || !entry ? '' : recipeText(entry, evaluation);
    },
  };
}

function recipeText(entry: ModelEntry, evaluation: Evaluation): string {
  const loras = entry.loras ?? [];
  const kind = loras.length > 0 ? loras.map(({ scale = 1 }) => `LoRA ${scale}`).join(' + ') : isBaseModel(entry, evaluation) ? 'base' : 'model';
  const { steps } = evaluation.sampler;
  return `${kind}, ${steps} ${steps === 1 ? 'step' : 'steps'}`;
}
