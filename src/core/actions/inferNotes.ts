import path from 'node:path';
import type { Evaluation, ModelEntry } from '../evaluation/evaluation';
import type { Generation } from '../evaluation/generation';
import { readGenerations } from '../evaluation/generations';
import { selectModels } from '../evaluation/modelSelector';
import { readRunNotes, type RunNote } from '../evaluation/runNotes';
import { insideWorkspace } from '../evaluation/workspacePath';
import { done, failed } from '../outcome';
import { writeSection } from '../report/managedSection';
import { markdownTable, plainText } from '../report/table';
import type { Action } from './action';

/** Writes errors and warnings of the runs, model by model, into `inference-notes.md`. */
export const inferNotes: Action = {
  name: 'infer.notes',
  async run({ link }, context) {
    const read = await context.evaluation();
    if (!read.ok) return failed(read.failure);
    const evaluation = read.value;
    const models = selectModels(evaluation, link.arguments.models ?? 'all');
    if (!models.ok) return failed(models.failure);
    const folder = await insideWorkspace(context.paths.workspace, evaluation.results);
    if (!folder.ok) return failed(folder.failure);
    const generations = (await readGenerations(folder.value)).map(({ generation }) => generation);
    const notes = [...(await readRunNotes(context.paths.storage)), ...generations.flatMap(warningsOf)];
    const asked = countOf(notes, generations, models.value);
    if (asked.outputs === 0 && asked.notes.length === 0) {
      return failed({ code: 'nothing-ran', message: 'These models have not run yet, so there is nothing to note.', advice: 'Run the step that makes the outputs first.', short: 'nothing ran' });
    }
    const file = path.join(context.paths.planFolder, 'inference-notes.md');
    const written = await writeSection(file, 'errors-and-warnings', sectionOf(evaluation, notes, generations), context, {
      heading: 'Errors and warnings',
      document: { title: `${evaluation.name}: notes on inference` },
    });
    if (!written.ok) return failed(written.failure);
    const errors = asked.notes.filter(({ kind }) => kind === 'error').length;
    return done(`${counted(errors, 'error')}, ${counted(asked.notes.length - errors, 'warning')} in ${asked.outputs} outputs`);
  },
};

function countOf(notes: readonly RunNote[], generations: readonly Generation[], models: readonly ModelEntry[]) {
  const ids = new Set(models.map(({ id }) => id));
  return { notes: notes.filter(({ modelId }) => ids.has(modelId)), outputs: generations.filter(({ modelId }) => ids.has(modelId)).length };
}

function warningsOf({ id, modelId, warnings, createdAt }: Generation): readonly RunNote[] {
  return warnings.map((message) => ({ kind: 'warning', modelId, generationId: id, message, at: createdAt }));
}

/** All models of the evaluation, so that the steps of several tasks fill one section together. */
function sectionOf({ models }: Evaluation, notes: readonly RunNote[], generations: readonly Generation[]): string {
  const parts = models.flatMap((model) => {
    const outputs = generations.filter(({ modelId }) => modelId === model.id).length;
    const own = notes.filter(({ modelId }) => modelId === model.id);
    if (outputs === 0 && own.length === 0) return [];
    const heading = `### ${plainText(model.title ?? model.id)}`;
    return [own.length === 0 ? `${heading}\n\nNone in ${counted(outputs, 'output')}.` : `${heading}\n\n${tableOf(own)}`];
  });
  return parts.join('\n\n');
}

/** The same words about many outputs are one row. */
function tableOf(notes: readonly RunNote[]): string {
  const rows = new Map<string, RunNote[]>();
  for (const note of notes) {
    const key = `${note.kind} ${note.message}`;
    rows.set(key, [...(rows.get(key) ?? []), note]);
  }
  const sorted = [...rows.values()].sort((left, right) => (left[0]?.kind ?? '').localeCompare(right[0]?.kind ?? ''));
  return markdownTable(
    ['Kind', 'What', 'Outputs', 'What to do'],
    sorted.map((same) => [same[0]?.kind ?? '', plainText(same[0]?.message ?? ''), outputsText(same), plainText(same[0]?.advice ?? '–')]),
  );
}

function outputsText(notes: readonly RunNote[]): string {
  const names = notes.flatMap(({ generationId }) => (generationId === undefined ? [] : [plainText(generationId.slice(generationId.indexOf('/') + 1))]));
  if (names.length === 0) return 'all';
  return names.length > 5 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

function counted(count: number, word: string): string {
  return `${count === 0 ? 'no' : count} ${word}${count === 1 ? '' : 's'}`;
}
