import type { Edit, Evaluation, ModelEntry } from './evaluation';
import { slug } from './slug';

/** What has to be known of a candidate to run it. */
export interface CandidateModel {
  /** `owner/name`. */
  readonly repository: string;
  readonly revision?: string;
  readonly category?: string;
  /**
   * A single-file model in the repository that runs on its own, or a GGUF file that takes the place of the base's transformer;
   * a candidate without one is a LoRA on the base model.
   */
  readonly file?: string;
}

/** The evaluation with one more model and its kind's own edits; unchanged when that model is in it already. */
export function addModel(evaluation: Evaluation, model: ModelEntry): Evaluation {
  const same = evaluation.models.find((entry) => sourceOf(entry) === sourceOf(model));
  if (same) return evaluation;
  const entry = { ...model, id: uniqueId(model.id, evaluation.models.map(({ id }) => id)) };
  return { ...evaluation, models: [...evaluation.models, entry], edits: withOwnEdits(evaluation.edits, entry) };
}

/** A candidate of the survey as an entry of the evaluation. */
export function modelOfCandidate(candidate: CandidateModel, base: ModelEntry): ModelEntry {
  const { repository, revision, category, file } = candidate;
  const name = repository.slice(repository.indexOf('/') + 1);
  const common = { id: shortId(name, base), title: name, ...(category === undefined ? {} : { category }) };
  const pinned = revision === undefined ? {} : { revision };
  if (file !== undefined && !file.endsWith('.gguf')) return { ...common, base: repository, ...pinned, file };
  const onBase = { ...common, base: base.base, ...(base.revision === undefined ? {} : { revision: base.revision }) };
  return file === undefined ? { ...onBase, loras: [{ repository, ...pinned }] } : { ...onBase, transformer: { repository, ...pinned, file } };
}

/** `Qwen-Edit-2509-Multiple-angles` on `Qwen-Image-Edit-2509` is known well enough as `multiple-angles`. */
function shortId(name: string, base: ModelEntry): string {
  const taken = new Set(slug(base.base).split('-'));
  const own = slug(name).split('-').filter((word) => !taken.has(word) && word !== 'lora');
  return own.length > 0 ? slug(own.join('-')) : slug(name);
}

function sourceOf({ base, file, transformer, loras }: ModelEntry): string {
  return JSON.stringify([base, file, transformer, (loras ?? []).map((lora) => [lora.repository, lora.file, lora.scale ?? 1])]);
}

export function uniqueId(wanted: string, taken: readonly string[]): string {
  for (let count = 1; ; count++) {
    const id = count === 1 ? wanted : `${wanted}-${count}`;
    if (!taken.includes(id)) return id;
  }
}

/** Edits that only models of one kind are asked for. */
const ownEdits: Readonly<Record<string, readonly Edit[]>> = {
  angles: [
    { id: 'camera-right', kind: 'angle', prompt: 'Move the camera to the right, so that the person is seen in profile.' },
    { id: 'camera-above', kind: 'angle', prompt: 'Move the camera up, so that the person is seen from above.' },
  ],
  lighting: [{ id: 'even-light', kind: 'lighting', prompt: 'Neutralise the lighting: even, soft daylight without shadows.' }],
};

function withOwnEdits(edits: readonly Edit[], { id, category }: ModelEntry): readonly Edit[] {
  const wanted = ownEdits[category ?? ''] ?? [];
  const extended = edits.map((edit) =>
    edit.models && wanted.some((own) => own.id === edit.id) ? { ...edit, models: [...edit.models, id] } : edit,
  );
  const missing = wanted.filter((own) => !edits.some((edit) => edit.id === own.id));
  return [...extended, ...missing.map((edit) => ({ ...edit, models: [id] }))];
}
