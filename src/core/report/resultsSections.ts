import type { Evaluation, ModelEntry } from '../evaluation/evaluation';
import type { Generation } from '../evaluation/generation';
import type { JudgedOutput } from '../review/judgedOutput';
import { estimateText, matrixMarkdown, matrixNotes, memoryText, rankedModels, rankText, shareText, verdictText } from '../review/matrixDocument';
import { median, quantile } from '../review/statistics/quantile';
import type { ModelSummary, Summary } from '../review/summary';
import { isHigh, isLow, kindScoreText, scoresByKind, type KindScore } from './scoresByKind';
import { markdownTable, plainText } from './table';

/** Everything that the sections of a results document are made of. */
export interface Results {
  readonly evaluation: Evaluation;
  readonly generations: readonly Generation[];
  readonly outputs: readonly JudgedOutput[];
  readonly summary: Summary;
  /** Absolute path of each output, by generation id. */
  readonly pictures: ReadonlyMap<string, string>;
}

/** How it was done, so that another person can repeat it. */
export function methodMarkdown({ evaluation, generations }: Pick<Results, 'evaluation' | 'generations'>, planLink: string): string {
  const { pictures, edits, models, sampler, engine, criteria } = evaluation;
  const used = [...new Map(generations.map(({ picture }) => [picture.file, picture])).values()].sort((left, right) => left.file.localeCompare(right.file));
  const list = used.length > 0 ? used.map(({ file, width, height }) => `${plainText(file)} (${width} × ${height})`) : (pictures.files ?? []).map(plainText);
  const ran = (value: (generation: Generation) => string): string => [...new Set(generations.map(value))].sort().map(plainText).join(', ') || 'not run yet';
  const versions = [...new Set(generations.flatMap(({ versions: own }) => Object.entries(own).map(([name, version]) => `${name} ${version}`)))].sort();
  return [
    `What was done is in the [plan](${planLink}); pictures, prompts, models and settings are those of \`evaluation.json\` beside it.`,
    '',
    `- **Source pictures**: \`${pictures.folder}\`${list.length > 0 ? `: ${list.join(', ')}` : ''}`,
    `- **Sampling**: ${sampler.steps} steps, guidance ${sampler.guidance}, ${sampler.seeds.length === 1 ? 'seed' : 'seeds'} ${sampler.seeds.join(', ')}${sampler.width && sampler.height ? `, ${sampler.width} × ${sampler.height}` : ''}`,
    `- **Device**: ${ran(({ device }) => device)} (asked for: ${engine.device}), precision ${ran(({ precision }) => precision)}`,
    `- **Versions**: ${versions.map(plainText).join(', ') || 'not run yet'}`,
    `- **Judged by**: ${criteria.map((criterion) => `${plainText(criterion.label)} (weight ${criterion.weight})`).join(', ')}`,
    '',
    markdownTable(['Edit', 'Kind', 'Prompt'], edits.map(({ id, kind, prompt }) => [plainText(id), kind, plainText(prompt)])),
    '',
    markdownTable(['Model', 'Base', 'LoRAs', 'Chosen for'], models.map((model) => modelRow(model, generations))),
  ].join('\n');
}

/** The comparison of the models in figures, and what they rest on. */
export function comparisonMarkdown({ evaluation, summary }: Results): string {
  return matrixMarkdown(evaluation, summary);
}

/** Memory and time of each model as its runs recorded them. */
export function performanceMarkdown({ evaluation, generations }: Pick<Results, 'evaluation' | 'generations'>): string {
  const { limits } = evaluation;
  const rows = evaluation.models.map((model) => {
    const own = generations.filter(({ modelId }) => modelId === model.id);
    const seconds = own.map((generation) => generation.seconds.edit).sort((left, right) => left - right);
    const peak = Math.max(...own.map(({ memory }) => memory.peakBytes));
    const average = own.reduce((sum, { memory }) => sum + memory.averageBytes, 0) / own.length;
    const load = Math.max(...own.map((generation) => generation.seconds.load));
    if (own.length === 0) return [plainText(model.title ?? model.id), 'not run'];
    return [
      plainText(model.title ?? model.id), String(own.length), secondsText(load), secondsText(median(seconds) ?? 0), secondsText(quantile(seconds, 0.95)),
      memoryOf(peak, own[0]?.memory.kind), memoryOf(average, own[0]?.memory.kind),
      within(peak / 1e9, limits.memoryGigabytes), [...new Set(own.map(({ device, precision }) => `${device}, ${precision}`))].map(plainText).join('; '),
    ];
  });
  const header = ['Model', 'Outputs', 'Load', 'Median per edit', '95 % under', 'Peak memory', 'Average memory', limits.memoryGigabytes === undefined ? 'Limit' : `Under ${limits.memoryGigabytes} GB`, 'Device'];
  const notes = generations.some(({ memory }) => memory.kind === 'ram') ? ['', 'RAM is the resident memory of the inference process; those runs used no graphics memory.'] : [];
  return [markdownTable(header, rows), ...notes].join('\n');
}

/** Strengths and weaknesses of each model, each with the figure it rests on. */
export function strengthsMarkdown({ evaluation, outputs, summary }: Results): string {
  const scores = scoresByKind(evaluation, outputs);
  const models = rankedModels(summary).map((model) => {
    const own = scores.filter(({ modelId }) => modelId === model.modelId);
    return [`### ${plainText(model.title)}`, '', ...(model.state === 'rated' ? strengthLines(model, own, evaluation) : [model.state === 'notRun' ? 'Not run.' : 'Not rated.'])].join('\n');
  });
  const rule = 'Strong: a mean of at least three quarters of the scale on a kind of edit; weak: at most half of it. Failure modes as noted by the raters.';
  return [...models, rule].join('\n\n');
}

/** What the figures say against the limits of the evaluation: is it feasible on this machine? */
export function findingsMarkdown({ evaluation, summary }: Results): string {
  const { limits } = evaluation;
  const header = [
    'Model', 'Peak memory', ...(limits.memoryGigabytes === undefined ? [] : [`Under ${limits.memoryGigabytes} GB`]),
    'Seconds per edit', ...(limits.secondsPerEdit === undefined ? [] : [`Under ${limits.secondsPerEdit} s`]),
    'Same character', ...(limits.sameCharacterShare === undefined ? [] : [`At least ${Math.round(limits.sameCharacterShare * 100)} %`]),
  ];
  const rows = rankedModels(summary).map((model) => [
    plainText(model.title), memoryText(model), ...(limits.memoryGigabytes === undefined ? [] : [model.memory ? within(model.memory.peakBytes / 1e9, limits.memoryGigabytes) : 'not run']),
    model.secondsPerEdit?.toFixed(2) ?? 'not run', ...(limits.secondsPerEdit === undefined ? [] : [model.secondsPerEdit === undefined ? 'not run' : within(model.secondsPerEdit, limits.secondsPerEdit)]),
    model.sameCharacter ? shareText(model.sameCharacter.share, model.sameCharacter.interval) : 'not rated',
    ...(limits.sameCharacterShare === undefined ? [] : [verdictText(model.sameCharacter?.verdict) || 'not rated']),
  ]);
  return [markdownTable(header, rows), '', ...matrixNotes(summary).map((note) => `- ${note}`)].join('\n');
}

/** The answer first, in a few lines. */
export function summaryMarkdown({ summary }: Results, resultsLink: string, decision: string | undefined): string {
  const ranked = rankedModels(summary).filter(({ overall }) => overall);
  const ranking = ranked.map((model) => `${rankText(model)}: ${plainText(model.title)}${model.overall ? `, overall ${estimateText(model.overall, 2)} of 1` : ''}`);
  return [
    `${summary.models.length} models, ${summary.models.reduce((sum, { generated }) => sum + generated, 0)} outputs, ${summary.models.reduce((sum, { rated }) => sum + rated, 0)} of them rated. All figures: [results](${resultsLink}).`,
    '',
    ...(ranking.length > 0 ? ['**Ranking**', '', ...ranking.map((line) => `- ${line}`)] : ['Nothing is ranked yet.']),
    '',
    decision === undefined ? '**Decision**: not made yet' : `**Decision**\n\n${decision}`,
  ].join('\n');
}

/** What the data say for weighing an option: figures only, no judgement. */
export function optionFacts({ evaluation, outputs, summary }: Results): string {
  const scores = scoresByKind(evaluation, outputs);
  const titleOf = (id: string): string => plainText(evaluation.models.find((model) => model.id === id)?.title ?? id);
  if (scores.length === 0) return '**Facts**: nothing is rated yet.';
  const best = bestOfEachKind(scores);
  const byModels = (tied: readonly KindScore[]): string => tied.map(({ modelId }) => titleOf(modelId)).join(', ');
  const gaps = best.filter(([score]) => score && !isHigh(score));
  const meeting = rankedModels(summary).filter((model) => model.state === 'rated' && meetsLimits(model, evaluation));
  return [
    '**Facts**',
    '',
    `- Meets every limit: ${meeting.map(({ title }) => plainText(title)).join(', ') || 'no model'}`,
    ...gaps.flatMap((tied) => (tied[0] ? [`- Gap: best ${kindScoreText(tied[0])}, by ${byModels(tied)}`] : [])),
    '',
    markdownTable(
      ['Kind of edit', 'Criterion', 'Best', 'Mean', 'Outputs'],
      best.flatMap((tied) => (tied[0] ? [[tied[0].kind, plainText(tied[0].criterion.label), byModels(tied), tied[0].mean.toFixed(1), String(tied[0].n)]] : [])),
    ),
  ].join('\n');
}

/** For each kind of edit and criterion the highest mean, with every model that reaches it. */
function bestOfEachKind(scores: readonly KindScore[]): readonly (readonly KindScore[])[] {
  const groups = new Map<string, readonly KindScore[]>();
  for (const score of scores) {
    const key = JSON.stringify([score.kind, score.criterion.id]);
    const best = groups.get(key) ?? [];
    const top = best[0]?.mean ?? Number.NEGATIVE_INFINITY;
    if (score.mean > top) groups.set(key, [score]);
    else if (score.mean === top) groups.set(key, [...best, score]);
  }
  return [...groups.values()];
}

function strengthLines(model: ModelSummary, scores: readonly KindScore[], { limits }: Evaluation): readonly string[] {
  const { artifacts, sameCharacter, failureModes, memory, secondsPerEdit } = model;
  const overMemory = memory && limits.memoryGigabytes !== undefined && memory.peakBytes / 1e9 > limits.memoryGigabytes;
  const overTime = secondsPerEdit !== undefined && limits.secondsPerEdit !== undefined && secondsPerEdit > limits.secondsPerEdit;
  const strengths = [
    ...scores.filter(isHigh).map(kindScoreText),
    ...(sameCharacter?.verdict === 'pass' ? [`same character in ${shareText(sameCharacter.share, sameCharacter.interval)}`] : []),
    ...(artifacts && artifacts.withAny <= 0.1 ? [`artifacts in ${shareText(artifacts.withAny, artifacts.interval)} of ${artifacts.n} outputs`] : []),
  ];
  const weaknesses = [
    ...scores.filter(isLow).map(kindScoreText),
    ...(sameCharacter?.verdict === 'fail' ? [`same character in only ${shareText(sameCharacter.share, sameCharacter.interval)}`] : []),
    ...(artifacts && artifacts.withAny >= 0.5 ? [`artifacts in ${shareText(artifacts.withAny, artifacts.interval)} of ${artifacts.n} outputs`] : []),
    ...(overMemory ? [`peak memory ${memoryText(model)}, over ${limits.memoryGigabytes} GB`] : []),
    ...(overTime ? [`${secondsPerEdit.toFixed(1)} s per edit, over ${limits.secondsPerEdit} s`] : []),
    ...Object.entries(failureModes).map(([mode, count]) => `${plainText(mode)} in ${count} of ${model.rated} rated outputs`),
  ];
  return ['**Strengths**', '', ...bullets(strengths), '', '**Weaknesses**', '', ...bullets(weaknesses)];
}

function bullets(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['- none that the figures show'] : lines.map((line) => `- ${line}`);
}

function meetsLimits({ memory, secondsPerEdit, sameCharacter }: ModelSummary, { limits }: Evaluation): boolean {
  if (limits.memoryGigabytes !== undefined && (!memory || memory.peakBytes / 1e9 > limits.memoryGigabytes)) return false;
  if (limits.secondsPerEdit !== undefined && (secondsPerEdit === undefined || secondsPerEdit > limits.secondsPerEdit)) return false;
  return limits.sameCharacterShare === undefined || sameCharacter?.verdict === 'pass';
}

function modelRow({ id, title, base, revision, loras = [], category }: ModelEntry, generations: readonly Generation[]): readonly string[] {
  const ran = generations.find(({ modelId }) => modelId === id)?.model;
  const at = (commit: string | undefined): string => (commit ? ` @ ${commit.slice(0, 12)}` : '');
  return [
    plainText(title ?? id), plainText(base) + at(ran?.revision ?? revision),
    loras.map((lora) => plainText(lora.repository) + at(lora.revision)).join(', '), plainText(category ?? ''),
  ];
}

function within(value: number, limit: number | undefined): string {
  if (limit === undefined) return '';
  return value <= limit ? 'yes' : 'no';
}

function secondsText(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(0)} s`;
}

function memoryOf(bytes: number, kind: 'vram' | 'ram' | undefined): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 1)} GB${kind === 'ram' ? ' RAM' : ''}`;
}
