import { median, quantile } from '../../review/statistics/quantile';
import type { Results } from '../results';
import { markdownTable, plainText } from '../table';

/** Memory and time of each model as its runs recorded them. */
export function performanceMarkdown({ evaluation, generations }: Results): string {
  const { limits } = evaluation;
  const header = [
    'Model', 'Outputs', 'Load', 'Median per edit', '95 % under', 'Peak memory', 'Average memory',
    ...(limits.memoryGigabytes === undefined ? [] : [`Under ${limits.memoryGigabytes} GB`]),
    ...(limits.secondsPerEdit === undefined ? [] : [`Under ${limits.secondsPerEdit} s`]),
    'Device',
  ];
  const rows = evaluation.models.map((model) => {
    const own = generations.filter(({ modelId }) => modelId === model.id);
    if (own.length === 0) return [plainText(model.title ?? model.id), 'not run'];
    const seconds = own.map((generation) => generation.seconds.edit).sort((left, right) => left - right);
    const middle = median(seconds) ?? 0;
    const peak = Math.max(...own.map(({ memory }) => memory.peakBytes));
    const average = own.reduce((sum, { memory }) => sum + memory.averageBytes, 0) / own.length;
    const load = Math.max(...own.map((generation) => generation.seconds.load));
    return [
      plainText(model.title ?? model.id), String(own.length), secondsText(load), secondsText(middle), secondsText(quantile(seconds, 0.95)),
      memoryOf(peak, own[0]?.memory.kind), memoryOf(average, own[0]?.memory.kind),
      ...(limits.memoryGigabytes === undefined ? [] : [peak / 1e9 <= limits.memoryGigabytes ? 'yes' : 'no']),
      ...(limits.secondsPerEdit === undefined ? [] : [middle <= limits.secondsPerEdit ? 'yes' : 'no']),
      [...new Set(own.map(({ device, precision }) => `${device}, ${precision}`))].map(plainText).join('; '),
    ];
  });
  const notes = generations.some(({ memory }) => memory.kind === 'ram') ? ['', 'RAM is the resident memory of the inference process; those runs used no graphics memory.'] : [];
  return [markdownTable(header, rows), ...notes].join('\n');
}

function secondsText(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(0)} s`;
}

function memoryOf(bytes: number, kind: 'vram' | 'ram' | undefined): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 1)} GB${kind === 'ram' ? ' RAM' : ''}`;
}
