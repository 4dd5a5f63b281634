import { kept } from '../hub/candidates';
import { changeSurvey, readSurvey, surveyFile, type Candidate, type Survey } from '../hub/surveyFile';
import { done, failed, needsPerson } from '../outcome';
import type { Action, ActionContext } from './action';
import { fetchSurvey } from './survey';

/** Pages on until the first N results are in; done when a person went through them. */
export const surveyReview: Action = {
  name: 'survey.review',
  async run({ link }, context) {
    const count = Math.max(1, Number.parseInt(link.arguments.count ?? '', 10) || 50);
    const { planFolder, plan } = context.paths;
    let survey = await readSurvey(planFolder);
    if (!survey.ok) return failed(survey.failure);
    if (survey.value.candidates.length < count && survey.value.query) {
      const more = await fetchSurvey(survey.value.query, count, context);
      // What is there can be reviewed without a network too.
      if (!more.ok && kept(survey.value).length === 0) return failed(more.failure);
      if (!more.ok) context.log.warn(`${more.failure.message} The ${survey.value.candidates.length} results that are there are reviewed.`);
      survey = await readSurvey(planFolder);
      if (!survey.ok) return failed(survey.failure);
    }
    const agreed = firstOpen(survey.value, count).length === 0 || (await isReviewed(survey.value, count, plan, context));
    const after = await readSurvey(planFolder);
    if (!after.ok) return failed(after.failure);
    const open = firstOpen(after.value, count).length;
    if (!agreed && open > 0) return needsPerson(`${open} results wait to be looked at.`);
    const shown = new Set(first(after.value, count).map(({ repository }) => repository));
    const changed = await changeSurvey(planFolder, (now) => ({ ...now, candidates: now.candidates.map((candidate) => (shown.has(candidate.repository) ? { ...candidate, seen: true } : candidate)) }));
    if (!changed.ok) return failed(changed.failure);
    context.wrote(surveyFile(planFolder));
    return done(`${shown.size} results reviewed, ${kept(changed.value).length} candidates`);
  },
};

/** In the panel; where there is none, from a list in the terminal. `--yes` does not answer for a person here. */
async function isReviewed(survey: Survey, count: number, planPath: string, { ask }: ActionContext): Promise<boolean> {
  const looked = await ask.look({ kind: 'survey', planPath, page: 'list' });
  if (looked !== undefined) return looked;
  const lines = first(survey, count).map(({ repository, excluded }) => (excluded === undefined ? repository : `${repository} (left out: ${excluded})`));
  return (await ask.confirm({ title: `Did you look through these ${lines.length} results?`, detail: lines.join('\n'), agree: 'Reviewed', kind: 'danger' })) === true;
}

function first({ candidates }: Survey, count: number): readonly Candidate[] {
  return candidates.slice(0, count);
}

function firstOpen(survey: Survey, count: number): readonly Candidate[] {
  return first(survey, count).filter(({ seen, excluded }) => !seen && excluded === undefined);
}
