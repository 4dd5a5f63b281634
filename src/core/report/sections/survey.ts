import type { RecordedCandidate, RecordedSurvey } from '../record/resultsRecord';
import { markdownTable, plainText } from '../table';

/** What the survey found: how many candidates, which were taken, what was said of them, and why others were not. */
export function surveyMarkdown({ candidates: found, query, base, fetchedAt }: RecordedSurvey): string {
  const kept = found.filter(({ excluded }) => excluded === undefined);
  const selected = kept.filter((candidate) => candidate.selected).length;
  const rows = [...kept].sort((left, right) => Number(right.selected) - Number(left.selected) || (right.relevance ?? 0) - (left.relevance ?? 0));
  const asked = [query === undefined ? '' : `query \`${query.replace(/[`\s]/g, '')}\``, base === undefined ? '' : `base ${plainText(base)}`, fetchedAt === '' ? '' : fetchedAt.slice(0, 10)];
  return [
    `${found.length} models identified, ${kept.length} of them kept as candidates, ${selected} selected for testing${[...asked.filter(Boolean)].map((part, index) => (index === 0 ? ` (${part}` : `, ${part}`)).join('')}${asked.some(Boolean) ? ')' : ''}.`,
    '',
    candidateTable(rows),
    ...leftOut(found),
  ].join('\n');
}

/** Columns in which nobody has anything are left out. */
function candidateTable(candidates: readonly RecordedCandidate[]): string {
  const columns: readonly (readonly [string, (candidate: RecordedCandidate) => string])[] = [
    ['Model', ({ repository }) => plainText(repository)],
    ['Revision', ({ revision }) => revision.slice(0, 12)],
    ['Category', ({ category }) => plainText(category ?? '')],
    ['Relevance', ({ relevance }) => relevance?.toFixed(1) ?? ''],
    ['Compatibility', ({ compatibility }) => plainText(compatibility ?? '')],
    ['Licence', ({ license }) => plainText(license ?? '')],
    ['Verdict', ({ verdict }) => plainText(verdict ?? '')],
    ['Selected', ({ selected }) => (selected ? 'yes' : '')],
  ];
  const shown = columns.filter(([header, cell]) => header === 'Model' || header === 'Selected' || candidates.some((candidate) => cell(candidate) !== ''));
  return markdownTable(shown.map(([header]) => header), candidates.map((candidate) => shown.map(([, cell]) => cell(candidate))));
}

function leftOut(found: readonly RecordedCandidate[]): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { excluded, repository } of found) if (excluded !== undefined) reasons.set(excluded, [...(reasons.get(excluded) ?? []), repository]);
  if (reasons.size === 0) return [];
  return ['', '**Left out**', '', ...[...reasons].map(([reason, repositories]) => `- ${plainText(reason)}: ${repositories.length} (${named(repositories)})`)];
}

const shownNames = 4;

function named(repositories: readonly string[]): string {
  const shown = repositories.slice(0, shownNames).map(plainText).join(', ');
  return repositories.length > shownNames ? `${shown} and ${repositories.length - shownNames} more` : shown;
}
