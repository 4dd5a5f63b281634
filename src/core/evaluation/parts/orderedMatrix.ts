import { createHash } from 'node:crypto';
import type { Evaluation, ModelEntry } from '../evaluation';
import { runMatrix, type PlannedGeneration } from '../runMatrix';

/**
 * The run matrix in the order in which the least is loaded: base by base, within it LoRA set by LoRA set, within that
 * picture by picture and edit by edit, whose encodings serve all seeds. Groups come in the order of their first member.
 */
export function orderedMatrix(evaluation: Evaluation, modelIds: readonly string[], pictures: readonly string[]): readonly PlannedGeneration[] {
  const models = evaluation.models.filter(({ id }) => modelIds.includes(id));
  return grouped(models, baseKey).flatMap((sameBase) => grouped(sameBase, loraKey).flatMap((sameLoras) => runMatrix(evaluation, sameLoras, pictures)));
}

/** What makes the dearest load: the checkpoint, and the weights that take its transformer's place. */
export function baseKey({ base, revision, file, transformer }: ModelEntry): string {
  return JSON.stringify([base, revision, file, transformer]);
}

export function loraKey({ loras = [] }: ModelEntry): string {
  return JSON.stringify(loras);
}

/** Generations whose prompt and pictures are encoded once. */
export function encodingKey({ picture, edit }: PlannedGeneration): string {
  return `${picture}\u0000${edit.id}`;
}

/** Hexadecimal SHA-256 of the ids in their order. */
export function orderOf(ordered: readonly PlannedGeneration[]): string {
  const hash = createHash('sha256');
  for (const { id } of ordered) hash.update(`${id}\n`);
  return hash.digest('hex');
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly (readonly Item[])[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
