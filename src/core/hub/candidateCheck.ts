import type { Compatibility } from './compatibility';
import type { Warning } from './contradictions';
import type { EvidenceSummary } from './evidenceSummary';
import { isRepositoryName } from './repositoryPath';
import type { Candidate } from './surveyFile';
import type { SurveyQuery } from './surveyQuery';

/**
 * A candidate as `survey.json` holds it. The file lies in a repository and may come from anybody: what is not as expected is
 * left out, and one written by hand needs no more than its repository. Undefined when even that is no name.
 */
export function checkedCandidate(entry: unknown): Candidate | undefined {
  if (!isObject(entry) || typeof entry.repository !== 'string' || !isRepositoryName(entry.repository)) return undefined;
  const { repository, evidence: _evidence, compatibility: _compatibility, verdict: _verdict, before: _before, size: _size, ...rest } = entry;
  const evidence = checkedEvidence(entry.evidence);
  const compatibility = checkedCompatibility(entry.compatibility);
  return {
    ...withoutWrongTexts(rest),
    repository,
    author: text(entry.author) ?? repository.split('/')[0] ?? '',
    revision: text(entry.revision) ?? '',
    likes: number(entry.likes) ?? 0,
    downloads: number(entry.downloads) ?? 0,
    updatedAt: text(entry.updatedAt) ?? '',
    gated: checkedGate(entry.gated),
    baseModels: texts(entry.baseModels).filter(isRepositoryName),
    tags: texts(entry.tags),
    seen: entry.seen === true,
    scores: checkedScores(entry.scores),
    selected: entry.selected === true,
    ...(number(entry.size) === undefined ? {} : { size: number(entry.size) ?? 0 }),
    ...(evidence ? { evidence } : {}),
    ...(compatibility ? { compatibility } : {}),
    ...checkedVerdict(entry.verdict),
    ...checkedBefore(entry.before),
  };
}

function checkedGate(value: unknown): Candidate['gated'] {
  if (value === 'auto' || value === 'manual') return value;
  return value === true ? 'manual' : false;
}

function checkedVerdict(value: unknown): Pick<Candidate, 'verdict'> {
  return isObject(value) && typeof value.word === 'string' ? { verdict: { word: value.word, reason: text(value.reason) ?? '' } } : {};
}

function checkedBefore(value: unknown): Pick<Candidate, 'before'> {
  return isObject(value) ? { before: { likes: number(value.likes) ?? 0, downloads: number(value.downloads) ?? 0, updatedAt: text(value.updatedAt) ?? '' } } : {};
}

/** Numbers only: `weights` by criterion. */
export function checkedScores(value: unknown): Readonly<Record<string, number>> {
  return isObject(value) ? Object.fromEntries(Object.entries(value).flatMap(([key, one]) => (number(one) === undefined ? [] : [[key, number(one) ?? 0] as const]))) : {};
}

/** Undefined when it does not say what was searched. */
export function checkedQuery(value: unknown): SurveyQuery | undefined {
  if (!isObject(value) || typeof value.url !== 'string') return undefined;
  const { search, pipeline, author } = value;
  return {
    url: value.url,
    sort: text(value.sort) ?? 'trendingScore',
    filters: texts(value.filters),
    ...(typeof search === 'string' ? { search } : {}),
    ...(typeof pipeline === 'string' ? { pipeline } : {}),
    ...(typeof author === 'string' ? { author } : {}),
  };
}

const textKeys = ['license', 'relation', 'pipeline', 'libraryName', 'picture', 'excluded', 'category', 'foundAt', 'goneAt'] as const;

/** Keys that nobody knows stay, so that writing the file back loses nothing. */
function withoutWrongTexts(entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const wrong = new Set<string>(textKeys.filter((key) => key in entry && typeof entry[key] !== 'string'));
  if ('trendingScore' in entry && number(entry.trendingScore) === undefined) wrong.add('trendingScore');
  return wrong.size === 0 ? entry : Object.fromEntries(Object.entries(entry).filter(([key]) => !wrong.has(key)));
}

function checkedEvidence(value: unknown): EvidenceSummary | undefined {
  if (!isObject(value) || typeof value.revision !== 'string') return undefined;
  const rank = Array.isArray(value.rank) ? value.rank.map(number) : [];
  const [least, most] = rank;
  return {
    revision: value.revision,
    layers: texts(value.layers),
    downloadBytes: number(value.downloadBytes) ?? 0,
    examples: number(value.examples) ?? 0,
    warnings: (Array.isArray(value.warnings) ? value.warnings : []).flatMap((warning) => checkedWarning(warning) ?? []),
    ...(value.kind === 'lora' || value.kind === 'controlnet' || value.kind === 'model' ? { kind: value.kind } : {}),
    ...(typeof value.does === 'string' ? { does: value.does } : {}),
    ...(typeof value.family === 'string' ? { family: value.family } : {}),
    ...(typeof value.picture === 'string' ? { picture: value.picture } : {}),
    ...(typeof value.unread === 'string' ? { unread: value.unread } : {}),
    ...(number(value.weightBytes) === undefined ? {} : { weightBytes: number(value.weightBytes) ?? 0 }),
    ...(least !== undefined && most !== undefined ? { rank: [least, most] as const } : {}),
  };
}

function checkedWarning(value: unknown): Warning | undefined {
  if (!isObject(value) || typeof value.text !== 'string' || typeof value.short !== 'string') return undefined;
  return { severity: value.severity === 'error' ? 'error' : 'warning', short: value.short, text: value.text };
}

const verdicts: readonly Compatibility['verdict'][] = ['fits', 'other version', 'other family', 'unknown'];

function checkedCompatibility(value: unknown): Compatibility | undefined {
  const verdict = isObject(value) ? verdicts.find((one) => one === value.verdict) : undefined;
  return verdict && isObject(value) ? { verdict, facts: texts(value.facts) } : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
