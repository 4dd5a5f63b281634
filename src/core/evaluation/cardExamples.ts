import path from 'node:path';
import { fail, ok, type Result } from '../outcome';
import { addModel, modelOfCandidate, uniqueId } from './addModel';
import type { Edit, Evaluation } from './evaluation';
import { readEvaluation, writeEvaluation } from './evaluationFile';
import { isBaseModel } from './modelSelector';
import { slug } from './slug';

export interface CardExamples {
  readonly repository: string;
  readonly category?: string;
  readonly prompts: readonly string[];
  /** Words that the model was trained to answer to; put before prompts that lack them. */
  readonly triggers: readonly string[];
}

/** Takes a card's own example prompts into `evaluation.json`, for that model only. Says how many were new. */
export async function keepCardExamples(planFolder: string, examples: CardExamples, wrote: (file: string) => void): Promise<Result<string>> {
  const { repository, prompts } = examples;
  if (prompts.length === 0) return fail({ code: 'no-examples', message: `The card of ${repository} quotes no prompt.`, advice: 'Write an edit into evaluation.json by hand.', short: 'no examples' });
  const file = path.join(planFolder, 'evaluation.json');
  const read = await readEvaluation(file);
  if (!read.ok) return read;
  const added = withExamples(read.value, examples);
  const count = added.edits.length - read.value.edits.length;
  if (count === 0) return ok(`evaluation.json has the examples of ${repository} already.`);
  const written = await writeEvaluation(file, added);
  if (!written.ok) return written;
  wrote(file);
  return ok(`${count} ${count === 1 ? 'edit' : 'edits'} added to evaluation.json for ${repository}.`);
}

/** The model is added where it is missing; prompts that are there for it already are not added twice. */
export function withExamples(evaluation: Evaluation, { repository, category, prompts, triggers }: CardExamples): Evaluation {
  const base = evaluation.models.find((model) => isBaseModel(model, evaluation)) ?? evaluation.models[0];
  const isIts = ({ base: own, loras = [] }: Evaluation['models'][number]) => loras.some((lora) => lora.repository === repository) || (loras.length === 0 && own === repository);
  const withModel = base && !evaluation.models.some(isIts) ? addModel(evaluation, modelOfCandidate({ repository, ...(category === undefined ? {} : { category }) }, base)) : evaluation;
  const model = withModel.models.find(isIts);
  if (!model) return evaluation;
  const edits = [...withModel.edits];
  for (const prompt of prompts) {
    const whole = withTrigger(prompt, triggers);
    if (edits.some((edit) => edit.prompt === whole && (!edit.models || edit.models.includes(model.id)))) continue;
    edits.push({ id: uniqueId(`${slug(model.id).slice(0, 24)}-${slug(prompt).slice(0, 32)}`.replace(/-+$/, ''), edits.map(({ id }) => id)), kind: kindOf(prompt), prompt: whole, models: [model.id] });
  }
  return { ...withModel, edits };
}

function withTrigger(prompt: string, triggers: readonly string[]): string {
  const [first] = triggers;
  return first === undefined || triggers.some((trigger) => prompt.toLowerCase().includes(trigger.toLowerCase())) ? prompt : `${first}, ${prompt}`;
}

function kindOf(prompt: string): Edit['kind'] {
  if (/\b(?:camera|angle|view|rotate|turn|left|right)\b|镜头|视角/i.test(prompt)) return 'angle';
  if (/\b(?:light\w*|relight\w*|sunset|daylight|shadow\w*|night)\b|光/i.test(prompt)) return 'lighting';
  if (/\b(?:background|beach|forest|studio|street|room)\b|背景/i.test(prompt)) return 'background';
  return /\bstyle\b|风格/i.test(prompt) ? 'style' : 'other';
}
