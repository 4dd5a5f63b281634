import type { Evaluation, ModelEntry, Sampler } from '../../evaluation/evaluation';
import type { Generation } from '../../evaluation/generation';
import { samplerOf } from '../../evaluation/samplerOf';
import type { RunEnvironment } from '../record/resultsRecord';
import { markdownTable, plainText } from '../table';
import { linkFrom, type SectionFacts } from './section';

/** How it was done, so that another person can repeat it. */
export function methodMarkdown({ results, file, planFile }: SectionFacts): string {
  const { evaluation, generations, record } = results;
  const { edits, sampler, criteria } = evaluation;
  const folder = planFile.split('/').slice(0, -1);
  const beside = (name: string): string => `[${name}](${linkFrom(file, [...folder, name].join('/'))})`;
  return [
    `What was done is in the [plan](${linkFrom(file, planFile)}); pictures, prompts, models and settings are those of ${beside('evaluation.json')}. Every figure here follows from ${beside('results.json')} and ${beside('ratings.jsonl')}: \`evalmark report ${planFile}\` makes this document again, \`--check\` says whether it is stale. \`evalmark run ${planFile}\` repeats the runs; the hash of every file that was read, LoRAs included, is in results.json.`,
    '',
    `- **Sampling**: ${samplingText(sampler)}`,
    `- **Judged by**: ${criteria.map((criterion) => `${plainText(criterion.label)} (${criterion.kind === 'scale' ? `${criterion.minimum} to ${criterion.maximum}, ` : ''}weight ${criterion.weight})`).join(', ')}`,
    `- **Ratings**: ${ratingsText(results)}`,
    ...[...new Set(Object.values(record.environments).map(environmentText))].map((text) => `- **Run on**: ${text}`),
    ...(generations.length === 0 ? ['- **Run on**: not run yet'] : []),
    '',
    picturesTable(results),
    '',
    markdownTable(['Edit', 'Kind', 'Prompt'], edits.map(({ id, kind, prompt }) => [plainText(id), kind, plainText(prompt)])),
    '',
    modelsTable(results),
  ].join('\n');
}

/** With what is left out of `evaluation.json` spelled out: a default may change, what was done does not. */
function samplingText({ steps, guidance, seeds, width, height, scheduler = 'auto', noise = 'philox', referenceResolution = 1024 }: Evaluation['sampler']): string {
  const size = width && height ? `${width} × ${height}` : 'the size of the source by the rule of the pipeline';
  return `${steps} steps, guidance ${guidance}, ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}, ${size}, scheduler ${scheduler}, noise ${noise}, source pictures scaled to the area of ${referenceResolution} × ${referenceResolution}`;
}

function ratingsText({ summary, record }: SectionFacts['results']): string {
  const { raters, ratings, unblinded } = summary;
  if (ratings === 0) return 'none yet';
  const setAside = record.ratings.setAside > 0 ? `; ${record.ratings.setAside} more are of pictures that were replaced or are gone, and are left out` : '';
  const blind = unblinded === 0 ? 'blind' : `${ratings - unblinded} blind, ${unblinded} knowing the model`;
  return `${ratings} outputs rated by ${raters.map(plainText).join(', ')}, ${blind}${setAside}`;
}

function environmentText({ device, precision, versions, machine, engine }: RunEnvironment): string {
  const parts = [
    `${device}, precision ${precision}`,
    ...(machine ? [`${machine.system}, ${machine.processor}, ${Math.round(machine.memoryBytes / 1e9)} GB memory`, ...(machine.graphics ?? [])] : []),
    ...(engine ? [engine.pipeline, ...(engine.attention === undefined ? [] : [`attention ${engine.attention}`])] : []),
    ...Object.entries(versions).sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, version]) => `${name} ${version}`),
  ];
  return parts.map(plainText).join(', ');
}

function picturesTable({ evaluation, generations }: SectionFacts['results']): string {
  const used = [...new Map(generations.map(({ picture }) => [picture.file, picture])).values()].sort((left, right) => (left.file < right.file ? -1 : 1));
  if (used.length === 0) return `Source pictures: \`${evaluation.pictures.folder}\`${(evaluation.pictures.files ?? []).map((file, index) => `${index === 0 ? ': ' : ', '}${plainText(file)}`).join('')}`;
  return markdownTable(
    [`Source picture in ${plainText(evaluation.pictures.folder)}`, 'Pixels', 'SHA-256'],
    used.map(({ file, width, height, sha256 }) => [plainText(file), `${width} × ${height}`, sha256.slice(0, 16)]),
  );
}

/** Models with settings of their own, such as Lightning's few steps, say so. */
function modelsTable({ evaluation: { models, sampler }, generations }: SectionFacts['results']): string {
  const own = models.map((model) => ownSampling(sampler, samplerOf(sampler, model)));
  const several = own.some((text) => text !== '');
  const rows = models.map((model, index) => [...modelRow(model, generations), ...(several ? [own[index] || 'as above'] : [])]);
  return markdownTable(['Model', 'Base', 'LoRAs', 'Weights, SHA-256', 'Chosen for', ...(several ? ['Sampling'] : [])], rows);
}

function ownSampling(sampler: Sampler, own: Sampler): string {
  const told: readonly (readonly [keyof Sampler, (value: unknown) => string])[] = [['steps', (value) => `${String(value)} steps`], ['guidance', (value) => `guidance ${String(value)}`], ['scheduler', (value) => `scheduler ${String(value)}`], ['noise', (value) => `noise ${String(value)}`]];
  return told.flatMap(([key, text]) => (own[key] === sampler[key] ? [] : [text(own[key])])).join(', ');
}

function modelRow({ id, title, base, revision, transformer, loras = [], category }: ModelEntry, generations: readonly Generation[]): readonly string[] {
  const ran = generations.find(({ modelId }) => modelId === id)?.model;
  const at = (commit: string | undefined): string => (commit ? ` @ ${commit.slice(0, 12)}` : '');
  return [
    plainText(title ?? id),
    plainText(base) + at(ran?.revision ?? revision) + (transformer ? `, transformer ${plainText(ran?.transformer?.file ?? transformer.file ?? transformer.repository)}${at(ran?.transformer?.revision ?? transformer.revision)}` : ''),
    (ran && ran.loras.length > 0 ? ran.loras : loras).map((lora) => `${plainText(lora.repository)}${at(lora.revision)}${lora.scale === undefined || lora.scale === 1 ? '' : ` × ${lora.scale}`}`).join(', '),
    ran?.fileSha256?.slice(0, 16) ?? '',
    plainText(category ?? ''),
  ];
}
