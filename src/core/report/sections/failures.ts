import { rankedModels, shareText } from '../../review/matrixDocument';
import type { JudgedOutput } from '../../review/judgedOutput';
import type { Results } from '../results';
import { markdownTable, plainText } from '../table';

/** Failure modes and artifacts: how often, in which models and kinds of edit, and in which outputs they can be seen. */
export function failuresMarkdown({ evaluation, outputs, summary }: Results): string {
  const judged = outputs.filter((output) => output.judged);
  if (judged.length === 0) return 'Nothing is rated yet.';
  return [modesMarkdown(evaluation, judged), artifactsMarkdown(summary)].join('\n\n');
}

function modesMarkdown({ models }: Results['evaluation'], judged: readonly JudgedOutput[]): string {
  const modes = [...new Set(judged.flatMap(({ failureModes }) => failureModes))].map((mode) => ({ mode, found: judged.filter(({ failureModes }) => failureModes.includes(mode)) }));
  if (modes.length === 0) return `No failure mode was noted in ${judged.length} rated ${judged.length === 1 ? 'output' : 'outputs'}.`;
  modes.sort((left, right) => right.found.length - left.found.length || left.mode.localeCompare(right.mode));
  const titleOf = (id: string): string => models.find((model) => model.id === id)?.title ?? id;
  const rows = modes.map(({ mode, found }) => [
    plainText(mode),
    `${found.length} of ${judged.length}`,
    counts(found, judged, ({ generation }) => titleOf(generation.modelId)),
    counts(found, judged, ({ generation }) => generation.edit.kind),
    found.slice(0, shownOutputs).map(({ generation }) => plainText(generation.id)).join(', ') + (found.length > shownOutputs ? ', …' : ''),
  ]);
  return markdownTable(['Failure mode', 'Rated outputs', 'By model', 'By kind of edit', 'Seen in'], rows);
}

const shownOutputs = 3;

/** "Relight 3 of 25, Base 1 of 25": where it was found, most often first. */
function counts(found: readonly JudgedOutput[], judged: readonly JudgedOutput[], groupOf: (output: JudgedOutput) => string): string {
  const groups = [...new Set(found.map(groupOf))].map((group) => ({ group, n: found.filter((output) => groupOf(output) === group).length, of: judged.filter((output) => groupOf(output) === group).length }));
  return groups
    .sort((left, right) => right.n / right.of - left.n / left.of || left.group.localeCompare(right.group))
    .map(({ group, n, of }) => `${plainText(group)} ${n} of ${of}`)
    .join(', ');
}

function artifactsMarkdown(summary: Results['summary']): string {
  const rows = rankedModels(summary).flatMap(({ title, artifacts }) =>
    artifacts ? [[plainText(title), shareText(artifacts.withAny, artifacts.interval), artifacts.perOutput.toFixed(2), String(artifacts.n), Object.entries(artifacts.types).map(([type, n]) => `${plainText(type)} ${n}`).join(', ')]] : [],
  );
  if (rows.length === 0) return 'Artifacts were not counted.';
  return markdownTable(['Model', 'Outputs with artifacts', 'Artifacts per output', 'Outputs', 'Pinned types'], rows);
}
