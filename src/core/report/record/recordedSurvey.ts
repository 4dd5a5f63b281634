import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../outcome';
import type { RecordedCandidate, RecordedSurvey } from './resultsRecord';

/** What documents say of `survey.json`; `undefined` when there is none. The file may have been edited by hand: what is not as expected is left out. */
export async function recordedSurvey(planFolder: string): Promise<Result<RecordedSurvey | undefined>> {
  let survey: unknown;
  try {
    survey = JSON.parse(await readFile(path.join(planFolder, 'survey.json'), 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? ok(undefined) : fail({ ...unreadable, detail: String(error) });
  }
  if (!isObject(survey) || !Array.isArray(survey.candidates)) return ok(undefined);
  const candidates = (survey.candidates as readonly unknown[]).flatMap((candidate) => (isObject(candidate) ? (factsOf(candidate) ?? []) : []));
  const query = isObject(survey.query) ? text(survey.query.url) : '';
  const base = text(survey.base);
  return ok({ fetchedAt: text(survey.fetchedAt), ...(query && { query }), ...(base && { base }), candidates });
}

function factsOf(candidate: Readonly<Record<string, unknown>>): RecordedCandidate | undefined {
  const repository = text(candidate.repository);
  if (repository === '') return undefined;
  const [category, license, verdict, excluded] = [text(candidate.category), text(candidate.license), words(candidate.verdict), words(candidate.excluded)];
  const compatibility = isObject(candidate.compatibility) ? text(candidate.compatibility.verdict) : '';
  const scores = isObject(candidate.scores) ? Object.values(candidate.scores).filter((score) => typeof score === 'number') : [];
  return {
    repository,
    revision: text(candidate.revision),
    ...(category && { category }),
    ...(license && { license }),
    likes: count(candidate.likes),
    downloads: count(candidate.downloads),
    ...(compatibility && { compatibility }),
    ...(verdict && { verdict }),
    ...(scores.length > 0 && { relevance: scores.reduce((sum, score) => sum + score, 0) / scores.length }),
    ...(excluded && { excluded }),
    selected: candidate.selected === true,
  };
}

/** A word, or a word with its reason: `{ "word": "MISLEADING", "reason": "scene population" }`. */
function words(value: unknown): string {
  if (!isObject(value)) return text(value);
  const word = text(value.word) || text(value.verdict);
  const reason = text(value.reason);
  if (word === '') return reason;
  return reason === '' ? word : `${word} (${reason})`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const unreadable: Failure = {
  code: 'survey-unreadable',
  message: 'survey.json cannot be read.',
  advice: 'Repair it (the editor shows where it is broken), then run the step again.',
  short: 'survey.json',
};
