import path from 'node:path';
import { kept } from '../hub/candidates';
import type { Candidate, Survey } from '../hub/surveyFile';
import { surveyQueryText } from '../hub/surveyQuery';
import { verdictText } from '../hub/verdict';
import { markdownTable, plainText } from '../report/table';
import type { PlanPaths } from './action';
import { meanScore } from './surveyScores';

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

/** The selected ones, best first. */
export function selectionText(survey: Survey, ranked: readonly Candidate[]): string {
  return ranked
    .filter(({ selected }) => selected)
    .map((candidate, index) => {
      const mean = meanScore(candidate);
      const scores = Object.entries(candidate.scores).map(([criterion, score]) => `${plainText(criterion)} ${score}`);
      const facts = [candidate.category ?? '', mean === undefined ? '' : `${mean.toFixed(1)} of 5`, ...scores, plainText(candidate.verdict ? verdictText(candidate.verdict) : '')];
      return `${index + 1}. ${linkTo(candidate, survey)}: ${facts.filter((fact) => fact !== '').join(', ')}`;
    })
    .join('\n');
}

/** Only the public Hub's pages are linked; another Hub's address says nothing to a later reader. */
function linkTo({ repository }: Candidate, { query }: Survey): string {
  const host = query && URL.canParse(query.url) ? new URL(query.url).host : 'huggingface.co';
  return host === 'huggingface.co' ? `[${plainText(repository)}](https://huggingface.co/${repository})` : plainText(repository);
}
