import path from 'node:path';
import { readGenerations } from '../evaluation/generations';
import { gigabytes, memoryByModel, type ModelMemory } from '../evaluation/memoryByModel';
import { selectModels } from '../evaluation/modelSelector';
import { insideWorkspace } from '../evaluation/workspacePath';
import { done, failed } from '../outcome';
import { writeSection } from '../report/managedSection';
import { markdownTable, plainText } from '../report/table';
import type { Action } from './action';

/** Compares the memory that each model took with the limit, and writes the figures into `inference-notes.md`. */
export const inferVram: Action = {
  name: 'infer.vram',
  async run({ link }, context) {
    const read = await context.evaluation();
    if (!read.ok) return failed(read.failure);
    const evaluation = read.value;
    const models = selectModels(evaluation, link.arguments.models ?? 'all');
    if (!models.ok) return failed(models.failure);
    const folder = await insideWorkspace(context.paths.workspace, evaluation.results);
    if (!folder.ok) return failed(folder.failure);
    const generations = (await readGenerations(folder.value)).map(({ generation }) => generation);
    const limit = evaluation.limits.memoryGigabytes;
    const limitBytes = limit === undefined ? undefined : limit * 1e9;
    const asked = memoryByModel(generations, models.value.map(({ id }) => id), limitBytes);
    if (asked.length === 0) {
      return failed({ code: 'nothing-ran', message: 'There are no outputs of these models whose memory could be compared.', advice: 'Run the step that makes them first.', short: 'nothing ran' });
    }
    const all = memoryByModel(generations, evaluation.models.map(({ id }) => id), limitBytes);
    const written = await writeSection(path.join(context.paths.planFolder, 'inference-notes.md'), 'memory', memoryTable(all, limit), context, {
      heading: 'Memory',
      document: { title: `${evaluation.name}: notes on inference` },
    });
    if (!written.ok) return failed(written.failure);
    const over = asked.filter(({ overLimit }) => overLimit.length > 0);
    if (over.length === 0) return done(`${summary(asked)}${limit === undefined ? ', no limit set' : `, limit ${limit} GB`}`);
    const ids = over.flatMap(({ overLimit }) => overLimit.map(({ id, memory }) => `${id} (${gigabytes(memory.peakBytes)})`));
    return failed({
      code: 'memory-over-limit',
      message: `${ids.length} outputs took more than ${limit ?? 0} GB: ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''}.`,
      advice: 'Use a smaller precision (4-bit) or size in evaluation.json, or raise limits.memoryGigabytes.',
      short: 'over the limit',
      detail: ids.join('\n'),
    });
  },
};

function summary(models: readonly ModelMemory[]): string {
  const most = models.reduce((left, right) => (right.peakBytes > left.peakBytes ? right : left));
  return `peak ${gigabytes(most.peakBytes)} (${most.modelId}, ${most.kind === 'vram' ? 'VRAM' : `RAM on ${most.device}`})`;
}

function memoryTable(models: readonly ModelMemory[], limit: number | undefined): string {
  const rows = models.map(({ modelId, device, kind, outputs, peakBytes, averageBytes, overLimit }) => [
    plainText(modelId),
    plainText(device),
    kind === 'vram' ? 'VRAM' : 'RAM of the process',
    String(outputs),
    gigabytes(peakBytes),
    gigabytes(averageBytes),
    limit === undefined ? '–' : overLimit.length === 0 ? 'within' : `over in ${overLimit.length}`,
  ]);
  const table = markdownTable(['Model', 'Device', 'Measured', 'Outputs', 'Peak', 'Average', limit === undefined ? 'Limit' : `Limit ${limit} GB`], rows);
  return models.some(({ kind }) => kind === 'ram') ? `${table}\n\nWhere no GPU was used, the figures are the resident memory of the inference process.` : table;
}
