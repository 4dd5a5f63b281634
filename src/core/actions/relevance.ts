import { kept } from '../hub/candidates';
import { changeSurvey, readSurvey, surveyFile, type Candidate } from '../hub/surveyFile';
import { cancelled, done, failed, needsPerson, type Outcome } from '../outcome';
import type { Action, ActionContext } from './action';
import { qualityScores, suggestedScore } from './surveyScores';

/** Scores every candidate from 1 to 5 on one criterion. `quality` is computed from what the Hub counts. */
export const relevance: Action = {
  name: 'relevance',
  async run({ link }, context) {
    const criterion = (link.arguments.criterion ?? '').trim();
    if (criterion === '') return failed({ code: 'no-criterion', message: 'The step does not say what to score.', advice: 'Write it as "Relevance to …".', short: 'no criterion' });
    const survey = await readSurvey(context.paths.planFolder);
    if (!survey.ok) return failed(survey.failure);
    const candidates = kept(survey.value);
    if (candidates.length === 0) return failed({ code: 'no-candidates', message: 'The survey has no candidates to score.', advice: 'Run the survey, or bring back what was left out.', short: 'no candidates' });
    return criterion === 'quality' ? scoreQuality(candidates, context) : askScores(criterion, candidates, context);
  },
};

async function scoreQuality(candidates: readonly Candidate[], context: ActionContext): Promise<Outcome> {
  const scores = qualityScores(candidates);
  return (await keepScores('quality', scores, context)) ?? done(`quality of ${scores.size} filled in`);
}

/** In the panel; what stays open there, or where there is none, one question each. */
async function askScores(criterion: string, candidates: readonly Candidate[], context: ActionContext): Promise<Outcome> {
  const { ask, paths, signal } = context;
  const looked = candidates.some((candidate) => !isScored(candidate, criterion)) ? await ask.look({ kind: 'survey', planPath: paths.plan, page: 'relevance' }) : undefined;
  const after = await readSurvey(paths.planFolder);
  if (!after.ok) return failed(after.failure);
  const open = kept(after.value).filter((candidate) => !isScored(candidate, criterion));
  if (looked === false && open.length > 0) return needsPerson(`${open.length} candidates have no score for ${criterion}.`);
  for (const candidate of open) {
    if (signal.aborted) return cancelled;
    const suggested = String(suggestedScore(candidate, criterion));
    const answer = await ask.choose({
      title: `Relevance of ${candidate.repository} to ${criterion}`,
      options: ['1', '2', '3', '4', '5'].map((id) => ({ id, label: id, ...(meanings[id] ? { description: meanings[id] } : {}), ...(id === suggested ? { picked: true } : {}) })),
    });
    const score = Number(answer?.[0]);
    if (!Number.isInteger(score) || score < 1 || score > 5) return needsPerson(`${candidate.repository} has no score for ${criterion}.`);
    const refused = await keepScores(criterion, new Map([[candidate.repository, score]]), context);
    if (refused) return refused;
  }
  return done(`${kept(after.value).length} candidates scored`);
}

const meanings: Readonly<Record<string, string>> = { 1: 'not at all', 3: 'partly', 5: 'made for it' };

function isScored({ scores }: Candidate, criterion: string): boolean {
  return scores[criterion] !== undefined;
}

async function keepScores(criterion: string, scores: ReadonlyMap<string, number>, { paths, wrote }: ActionContext): Promise<Outcome | undefined> {
  const changed = await changeSurvey(paths.planFolder, (survey) => ({
    ...survey,
    candidates: survey.candidates.map((candidate) => {
      const score = scores.get(candidate.repository);
      return score === undefined ? candidate : { ...candidate, scores: { ...candidate.scores, [criterion]: score } };
    }),
  }));
  if (!changed.ok) return failed(changed.failure);
  wrote(surveyFile(paths.planFolder));
  return undefined;
}
