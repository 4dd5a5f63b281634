import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../outcome';
import { markdownTable, plainText } from './table';

/** What the survey found, as Markdown: how many candidates, which were taken, and why others were not. */
export async function surveyFindings(planFolder: string): Promise<Result<string>> {
  let survey: unknown;
  try {
    survey = JSON.parse(await readFile(path.join(planFolder, 'survey.json'), 'utf8'));
  } catch (error) {
    return fail((error as NodeJS.ErrnoException).code === 'ENOENT' ? noSurvey : { ...unreadable, detail: String(error) });
  }
  const list = isObject(survey) && Array.isArray(survey.candidates) ? survey.candidates : [];
  const found = list.flatMap((candidate) => (isObject(candidate) ? (factsOf(candidate) ?? []) : []));
  return found.length === 0 ? fail(noSurvey) : ok(findingsOf(found));
}

interface Found {
  readonly repository: string;
  readonly revision: string;
  readonly category: string;
  readonly verdict: string;
  readonly excluded: string | undefined;
  readonly selected: boolean;
}

function findingsOf(found: readonly Found[]): string {
  const kept = found.filter(({ excluded }) => excluded === undefined);
  const selected = kept.filter((candidate) => candidate.selected).length;
  const reasons = new Map<string, number>();
  for (const { excluded } of found) if (excluded !== undefined) reasons.set(excluded, (reasons.get(excluded) ?? 0) + 1);
  const rows = [...kept].sort((left, right) => Number(right.selected) - Number(left.selected));
  return [
    `${found.length} models identified, ${kept.length} of them kept as candidates, ${selected} selected for testing.`,
    '',
    markdownTable(
      ['Model', 'Revision', 'Category', 'Verdict', 'Selected'],
      rows.map(({ repository, revision, category, verdict, selected: taken }) => [
        plainText(repository), revision.slice(0, 12), plainText(category), plainText(verdict), taken ? 'yes' : '',
      ]),
    ),
    ...(reasons.size > 0 ? ['', '**Left out**', '', ...[...reasons].map(([reason, count]) => `- ${plainText(reason)}: ${count}`)] : []),
  ].join('\n');
}

/** The file may have been edited by hand: what is not as expected is left empty. */
function factsOf(candidate: Readonly<Record<string, unknown>>): Found | undefined {
  const repository = text(candidate.repository);
  if (repository === '') return undefined;
  const excluded = words(candidate.excluded);
  return {
    repository,
    revision: text(candidate.revision),
    category: text(candidate.category),
    verdict: words(candidate.verdict),
    excluded: excluded === '' ? undefined : excluded,
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const noSurvey: Failure = { code: 'no-survey', message: 'There is no survey yet.', advice: 'Run the steps that survey the Hub first.', short: 'no survey' };

const unreadable: Failure = {
  code: 'survey-unreadable',
  message: 'survey.json cannot be read.',
  advice: 'Repair it (the editor shows where it is broken), then run the step again.',
  short: 'survey.json',
};
