import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseJson } from '../evaluation/parseJson';
import { fail, ok, type Result } from '../outcome';
import { replaceFile } from '../report/replaceFile';
import { checkedCandidate, checkedQuery, checkedScores } from './candidateCheck';
import type { Compatibility } from './compatibility';
import type { EvidenceSummary } from './evidenceSummary';
import type { ModelFacts } from './model';
import type { SurveyQuery } from './surveyQuery';
import type { Verdict } from './verdict';

/** `survey.json`: the candidates, what is known of them, and what a person made of them. */
export interface Survey {
  readonly version: 1;
  /** Undefined while only cards were read and nothing was searched. */
  readonly query?: SurveyQuery;
  /** ISO date and time of the last search. */
  readonly fetchedAt: string;
  /** The base model that candidates have to derive from: `owner/name`. */
  readonly base?: string;
  /** ISO date and time of the search before that; what was found since is new. */
  readonly previousAt?: string;
  /** How much each criterion counts in the mean; 1 where nothing is said, 0 leaves it out. */
  readonly weights?: Readonly<Record<string, number>>;
  /** In the Hub's order at the last search. */
  readonly candidates: readonly Candidate[];
}

export interface Candidate extends ModelFacts {
  /** Bytes of all files. */
  readonly size?: number;
  /** Why it is out of the running; it stays in the file with its reason. */
  readonly excluded?: string;
  /** Whether a person went through it. */
  readonly seen: boolean;
  readonly compatibility?: Compatibility;
  /** From its card and the header of its weights; left out until they were read. */
  readonly evidence?: EvidenceSummary;
  /** ISO date and time of the search that found it first. */
  readonly foundAt?: string;
  /** What the search before the last knew, where that was something else. */
  readonly before?: { readonly likes: number; readonly downloads: number; readonly updatedAt: string };
  /** ISO date and time of the first search that no longer found it. */
  readonly goneAt?: string;
  readonly verdict?: Verdict;
  /** 1 to 5 by criterion, in the plan's words; `quality` is computed. */
  readonly scores: Readonly<Record<string, number>>;
  /** What it was chosen for: `angles`, `identity`, `lighting`, `reference`. */
  readonly category?: string;
  readonly selected: boolean;
}

export async function readSurvey(planFolder: string): Promise<Result<Survey>> {
  let text: string;
  try {
    text = await readFile(surveyFile(planFolder), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return fail({ code: 'no-survey', message: 'There is no survey yet.', advice: 'Run the step that surveys the Hub first.', short: 'no survey' });
    return fail(unreadable(`cannot be read (${code ?? String(error)})`));
  }
  const parsed = parseJson(text);
  if (!parsed.ok) return fail(unreadable(`is not valid JSON: ${parsed.failure}`));
  const survey = parsed.value as Partial<Survey> | null;
  if (typeof survey !== 'object' || survey === null || !Array.isArray(survey.candidates)) return fail(unreadable('holds no list of candidates'));
  const candidates: Candidate[] = [];
  for (const entry of survey.candidates as readonly unknown[]) {
    const candidate = checkedCandidate(entry);
    if (!candidate) return fail(unreadable(`has a candidate whose repository is no owner/name: ${JSON.stringify(entry).slice(0, 100)}`));
    candidates.push(candidate);
  }
  const { weights, previousAt, base, query: _query, ...rest } = survey;
  const query = checkedQuery(survey.query);
  return ok({
    ...rest,
    version: 1,
    ...(query ? { query } : {}),
    fetchedAt: typeof survey.fetchedAt === 'string' ? survey.fetchedAt : '',
    ...(typeof previousAt === 'string' ? { previousAt } : {}),
    ...(typeof base === 'string' ? { base } : {}),
    ...(weights === undefined ? {} : { weights: checkedScores(weights) }),
    candidates,
  });
}

export async function writeSurvey(planFolder: string, survey: Survey): Promise<Result<void>> {
  return replaceFile(surveyFile(planFolder), `${JSON.stringify(survey, undefined, 2)}\n`);
}

const turns = new Map<string, Promise<unknown>>();

/** Reads, changes and writes without another step in between. Begins an empty survey where there is none. */
export async function changeSurvey(planFolder: string, change: (survey: Survey) => Survey): Promise<Result<Survey>> {
  const turn = (turns.get(planFolder) ?? Promise.resolve()).then(async (): Promise<Result<Survey>> => {
    const read = await readSurvey(planFolder);
    if (!read.ok && read.failure.code !== 'no-survey') return read;
    const changed = change(read.ok ? read.value : { version: 1, fetchedAt: '', candidates: [] });
    const written = await writeSurvey(planFolder, changed);
    return written.ok ? ok(changed) : written;
  });
  turns.set(planFolder, turn);
  return turn;
}

/** The survey with one candidate changed, or added at the end where it was not in it. */
export function withCandidate(survey: Survey, facts: ModelFacts, change: Partial<Candidate> = {}): Survey {
  const known = survey.candidates.find((candidate) => candidate.repository === facts.repository);
  const next: Candidate = { ...(known ?? fresh), ...facts, ...change };
  return { ...survey, candidates: known ? survey.candidates.map((candidate) => (candidate === known ? next : candidate)) : [...survey.candidates, next] };
}

export const fresh = { seen: false, scores: {}, selected: false } as const;

export function surveyFile(planFolder: string): string {
  return path.join(planFolder, 'survey.json');
}

function unreadable(what: string) {
  return { code: 'survey-unreadable', message: `survey.json ${what}.`, advice: 'Correct it in the editor, then run the step again.', short: 'survey.json' };
}
