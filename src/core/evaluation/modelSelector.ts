import { fail, ok, type Result } from '../outcome';
import type { Evaluation, ModelEntry } from './evaluation';

/**
 * Models that a step speaks of: a comma list of `base`, `loras`, `all`, `category:NAME` and `name:TEXT` (in id, title or
 * repository). In the evaluation's order, each once; a failure when nothing fits.
 */
export function selectModels(evaluation: Evaluation, selector: string): Result<readonly ModelEntry[]> {
  const parts = selector.split(',').map((part) => part.trim()).filter((part) => part !== '');
  const tests = (parts.length > 0 ? parts : ['all']).map((part) => testOf(part, evaluation));
  const unknown = parts.find((_, index) => tests[index] === undefined);
  if (unknown !== undefined) {
    return fail({
      code: 'unknown-selector',
      message: `"${unknown}" does not say which models are meant.`,
      advice: 'Use base, loras, all, category:NAME or name:TEXT, separated by commas.',
      short: 'which models?',
    });
  }
  const chosen = evaluation.models.filter((model) => tests.some((test) => test?.(model)));
  return chosen.length > 0 ? ok(chosen) : fail(nothingFits(selector, evaluation));
}

/** The model that the others are compared with; it is the plain base, or the first where none says so. */
export function isBaseModel(model: ModelEntry, evaluation: Pick<Evaluation, 'models'>): boolean {
  const said = evaluation.models.filter(({ category }) => category === 'base');
  if (said.length > 0) return model.category === 'base';
  const whole = evaluation.models.filter(({ loras }) => (loras ?? []).length === 0);
  const plain = evaluation.models.find(({ id }) => id === 'base') ?? whole.find(({ transformer }) => transformer === undefined) ?? whole[0];
  return model.id === plain?.id;
}

type Test = (model: ModelEntry) => boolean;

function testOf(part: string, evaluation: Evaluation): Test | undefined {
  if (part === 'all') return () => true;
  if (part === 'base') return (model) => isBaseModel(model, evaluation);
  if (part === 'loras') return (model) => !isBaseModel(model, evaluation);
  const [, key, value] = /^(category|name):\s*(.+)$/.exec(part) ?? [];
  if (value === undefined) return undefined;
  const wanted = value.toLowerCase();
  if (key === 'category') return ({ category }) => category?.toLowerCase() === wanted;
  return ({ id, title, base, loras }) => [id, title ?? '', loras?.length ? '' : base, ...(loras ?? []).map(({ repository }) => repository)].some((text) => text.toLowerCase().includes(wanted));
}

function nothingFits(selector: string, { models }: Evaluation) {
  const category = /^category:\s*(.+)$/.exec(selector)?.[1];
  const what = category === undefined ? (selector === 'loras' ? 'LoRA or other model beside the base' : `model that fits "${selector}"`) : `model of the category "${category}"`;
  return {
    code: 'no-such-model',
    message: `evaluation.json has no ${what}; it has ${models.map(({ id, category: of }) => (of === undefined ? id : `${id} (${of})`)).join(', ') || 'no models'}.`,
    advice: 'Select and download such a model first, or add it to "models" in evaluation.json.',
    short: 'no such model',
  };
}
