import path from 'node:path';
import { kept } from '../hub/candidates';
import type { Candidate, Survey } from '../hub/surveyFile';
import { surveyQueryText } from '../hub/surveyQuery';
import { verdictText } from '../hub/verdict';
import { markdownTable, plainText } from '../report/table';
import type { PlanPaths } from './action';
import { meanScore, reasonsFor } from './surveyScores';

/** A bare name lies beside the plan, a path from the workspace folder on. */
export function surveyDocumentPath(file: string, { planFolder, workspace }: PlanPaths): string {
  return path.join(/[\\/]/.test(file) ? workspace : planFolder, file);
}

/** All candidates, and what was left out with its reason. */
export function candidatesText(survey: Survey): string {
  const running = kept(survey);
  const out = survey.candidates.filter(({ excluded }) => excluded !== undefined);
  const query = survey.query ? ` by ${plainText(surveyQueryText(survey.query))}` : '';
  const table = markdownTable(
    ['Model', 'Base', 'Licence', 'Likes', 'Downloads', 'Updated', 'Compatible', 'Verdict'],
    running.map((candidate) => [
      linkTo(candidate, survey),
      plainText(candidate.baseModels.join(', ')),
      plainText(`${candidate.license ?? 'none given'}${candidate.gated ? ', gated' : ''}`),
      String(candidate.likes),
      String(candidate.downloads),
      candidate.updatedAt.slice(0, 10),
      candidate.compatibility?.verdict ?? '',
      plainText(candidate.verdict ? verdictText(candidate.verdict) : ''),
    ]),
  );
  return [
    `${survey.candidates.length} models found${query} on ${survey.fetchedAt.slice(0, 10)}, ${running.length} of them candidates${survey.base ? ` for ${plainText(survey.base)}` : ''}.`,
    '',
    table,
    ...(out.length > 0 ? ['', 'Left out:', '', ...out.map((candidate) => `- ${linkTo(candidate, survey)}: ${plainText(candidate.excluded ?? '')}`)] : []),
  ].join('\n');
}

/** The selected ones, best first, and why those that come next were not taken. */
export function selectionText(survey: Survey, ranked: readonly Candidate[]): string {
  const selected = ranked.filter((candidate) => candidate.selected).map((candidate, index) => `${index + 1}. ${linkTo(candidate, survey)}: ${factsOf(candidate, survey).join(', ')}`);
  const next = ranked.filter((candidate) => !candidate.selected && Object.keys(candidate.scores).length > 0).slice(0, mostNext);
  if (next.length === 0) return selected.join('\n');
  return [...selected, '', 'Not selected:', '', ...next.map((candidate) => `- ${linkTo(candidate, survey)}: ${[meanText(candidate, survey), plainText(reasonsFor(candidate))].filter(Boolean).join('; ')}`)].join('\n');
}

const mostNext = 10;

function factsOf(candidate: Candidate, survey: Survey): readonly string[] {
  const scores = Object.entries(candidate.scores).map(([criterion, score]) => `${plainText(criterion)} ${score}`);
  return [candidate.category ?? '', meanText(candidate, survey), ...scores, plainText(candidate.verdict ? verdictText(candidate.verdict) : '')].filter((fact) => fact !== '');
}

function meanText(candidate: Candidate, { weights }: Survey): string {
  const mean = meanScore(candidate, weights);
  return mean === undefined ? '' : `${mean.toFixed(1)} of 5`;
}

/** Only the public Hub's pages are linked; another Hub's address says nothing to a later reader. */
function linkTo({ repository }: Candidate, { query }: Survey): string {
  const host = query && URL.canParse(query.url) ? new URL(query.url).host : 'huggingface.co';
  return host === 'huggingface.co' ? `[${plainText(repository)}](https://huggingface.co/${repository})` : plainText(repository);
}
