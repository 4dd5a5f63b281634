import { kept } from '../hub/candidates';
import { changeSurvey, readSurvey, surveyFile, type Candidate, type Survey } from '../hub/surveyFile';
import { done, failed, needsPerson, ok, type Outcome, type Result } from '../outcome';
import { writeSection } from '../report/managedSection';
import type { Action, ActionContext } from './action';
import { selectionText, surveyDocumentPath } from './surveyDocumentText';
import { isRefused, meanScore, rankCandidates, suggestedCategory } from './surveyScores';

/** Ranks the scored candidates; a person chooses, and the prioritised list is written down. */
export const select: Action = {
  name: 'select',
  async run({ link, task }, context) {
    const survey = await readSurvey(context.paths.planFolder);
    if (!survey.ok) return failed(survey.failure);
    const ranked = rankCandidates(kept(survey.value), survey.value.weights);
    if (ranked.length === 0) return failed({ code: 'no-candidates', message: 'The survey has no candidates to choose from.', advice: 'Run the survey, or bring back what was left out.', short: 'no candidates' });
    const range = rangeOf(link.arguments.minimum, link.arguments.maximum, ranked.length);
    const chosen = await choose(ranked, survey.value.weights, range, context);
    if (!chosen.ok) return chosen.failure;
    const selection = await keepSelection(chosen.value, context);
    if (!selection.ok) return failed(selection.failure);
    const file = surveyDocumentPath(/[\w./-]+\.md\b/.exec(task.deliverable ?? '')?.[0] ?? 'model-survey.md', context.paths);
    const written = await writeSection(file, 'selection', selectionText(selection.value, rankCandidates(kept(selection.value), selection.value.weights)), context, { heading: 'Selected for testing', after: 'candidates', document: { title: 'Model survey' } });
    if (!written.ok) return failed(written.failure);
    return done(`${chosen.value.length} selected`);
  },
};

interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

function rangeOf(minimum: string | undefined, maximum: string | undefined, available: number): Range {
  const least = Math.max(1, Number.parseInt(minimum ?? '', 10) || 1);
  const most = Math.max(least, Number.parseInt(maximum ?? '', 10) || available);
  return { minimum: Math.min(least, available), maximum: most };
}

/** In the panel; where there is none, from a ranked list. */
async function choose(ranked: readonly Candidate[], weights: Survey['weights'], range: Range, { ask, paths }: ActionContext): Promise<Result<readonly string[], Outcome>> {
  const looked = await ask.look({ kind: 'survey', planPath: paths.plan, page: 'select' });
  const after = looked === undefined ? undefined : await readSurvey(paths.planFolder);
  if (after && !after.ok) return { ok: false, failure: failed(after.failure) };
  const marked = after ? kept(after.value).filter(({ selected }) => selected).map(({ repository }) => repository) : [];
  const open = { ok: false, failure: needsPerson(`${ranked.length} candidates wait to be chosen from.`) } as const;
  if (looked === false) return open;
  if (marked.length > 0) return checked(marked, range);
  const suggested = suggestion(ranked, range);
  const answer = await ask.choose({
    title: `Select ${rangeText(range)} for testing`,
    many: true,
    options: ranked.map((candidate) => ({ id: candidate.repository, label: candidate.repository, description: descriptionOf(candidate, weights), picked: suggested.has(candidate.repository) })),
  });
  if (!answer || answer.length === 0) return open;
  return checked(answer, range);
}

function checked(chosen: readonly string[], range: Range): Result<readonly string[], Outcome> {
  if (chosen.length >= range.minimum && chosen.length <= range.maximum) return ok(chosen);
  const failure = failed({ code: 'selection-range', message: `${chosen.length} are selected; the plan asks for ${rangeText(range)}.`, advice: 'Run the step again and choose within the range, or change the step.', short: `${chosen.length} selected` });
  return { ok: false, failure };
}

/** Those that are good at something, best first; filled up to the least number that the plan asks for. */
function suggestion(ranked: readonly Candidate[], { minimum, maximum }: Range): ReadonlySet<string> {
  const fit = ranked.filter((candidate) => !isRefused(candidate) && !candidate.gated);
  const strong = fit.filter(({ scores }) => Object.entries(scores).some(([criterion, score]) => criterion !== 'quality' && score >= 4));
  const rest = [...fit, ...ranked].filter((candidate) => !strong.includes(candidate));
  return new Set([...strong, ...rest].slice(0, Math.max(minimum, Math.min(maximum, strong.length))).map(({ repository }) => repository));
}

function descriptionOf(candidate: Candidate, weights: Survey['weights']): string {
  const mean = meanScore(candidate, weights);
  const scores = Object.entries(candidate.scores).map(([criterion, score]) => `${criterion} ${score}`);
  return [mean === undefined ? 'not scored' : mean.toFixed(1), ...scores, candidate.verdict?.word ?? '', candidate.gated ? 'gated' : ''].filter((part) => part !== '').join(' · ');
}

async function keepSelection(chosen: readonly string[], { paths, wrote }: ActionContext): Promise<Result<Survey>> {
  const changed = await changeSurvey(paths.planFolder, (survey) => ({
    ...survey,
    candidates: survey.candidates.map((candidate): Candidate => {
      const selected = chosen.includes(candidate.repository);
      const category = candidate.category ?? (selected ? suggestedCategory(candidate) : undefined);
      return { ...candidate, selected, ...(category === undefined ? {} : { category }) };
    }),
  }));
  if (changed.ok) wrote(surveyFile(paths.planFolder));
  return changed;
}

function rangeText({ minimum, maximum }: Range): string {
  return minimum === maximum ? String(minimum) : `${minimum}-${maximum}`;
}
