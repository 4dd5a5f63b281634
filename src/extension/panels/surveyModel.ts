import { linkPlan } from '../../core/actions/link';
import { isRefused, meanScore } from '../../core/actions/surveyScores';
import type { Candidate, Survey } from '../../core/hub/surveyFile';
import type { Plan } from '../../core/plan/plan';
import type { SurveyRow, SurveyState, WebviewMessage } from '../../webviews/survey/contract';

/** What the panel shows of a survey; criteria are those that the plan's own steps score. */
export function surveyState(survey: Survey, plan: Plan, now: Date): SurveyState {
  const criteria = criteriaOf(survey, plan);
  const kept = survey.candidates.filter(({ excluded }) => excluded === undefined);
  return {
    title: `Survey: ${plan.title ?? 'candidates'}`,
    subtitle: [`${survey.candidates.length} read`, ageOf(survey.fetchedAt, now), survey.base === undefined ? '' : `base ${survey.base}`].filter(Boolean).join(' · '),
    criteria,
    rows: kept.map(rowOf),
    hidden: survey.candidates.flatMap(({ repository, excluded }) => (excluded === undefined ? [] : [{ repository, reason: excluded }])),
  };
}

/** The survey after a message of the panel; the same one where the message changes nothing. */
export function changedBy(survey: Survey, message: WebviewMessage, reason: string | undefined): Survey {
  const change = changeOf(message, reason);
  if (!change || !('repository' in message)) return survey;
  return { ...survey, candidates: survey.candidates.map((candidate) => (candidate.repository === message.repository ? change(candidate) : candidate)) };
}

function changeOf(message: WebviewMessage, reason: string | undefined): ((candidate: Candidate) => Candidate) | undefined {
  switch (message.kind) {
    case 'score':
      return (candidate) => {
        const { [message.criterion]: _old, ...others } = candidate.scores;
        return { ...candidate, seen: true, scores: message.value === null ? others : { ...others, [message.criterion]: message.value } };
      };
    case 'select':
      return (candidate) => ({ ...candidate, seen: true, selected: message.selected });
    case 'exclude':
      return reason === undefined ? undefined : (candidate) => ({ ...candidate, seen: true, selected: false, excluded: reason });
    case 'include':
      return ({ excluded: _reason, ...candidate }) => candidate;
    case 'category':
      return reason === undefined ? undefined : (candidate) => ({ ...candidate, category: reason });
    default:
      return undefined;
  }
}

function criteriaOf({ candidates }: Survey, plan: Plan): readonly string[] {
  const asked = [...linkPlan(plan).values()].flatMap(({ action, arguments: { criterion } }) => (action === 'relevance' && criterion ? [criterion] : []));
  return [...new Set([...asked, ...candidates.flatMap(({ scores }) => Object.keys(scores))])];
}

function rowOf(candidate: Candidate): SurveyRow {
  const { repository, baseModels, relation, license, gated, likes, downloads, updatedAt, scores, selected, category, verdict } = candidate;
  return {
    repository,
    base: baseModels[0]?.split('/').at(-1) ?? '',
    relation: relation ?? '',
    license: license ?? '',
    gated: gated !== false,
    likes,
    downloads,
    updated: updatedAt.slice(0, 10),
    compatible: compatibleOf(candidate),
    scores,
    score: meanScore(candidate),
    selected,
    category: category ?? '',
    verdict: verdict ? `${verdict.word}${verdict.reason ? ` (${verdict.reason})` : ''}` : '',
  };
}

function compatibleOf(candidate: Candidate): SurveyRow['compatible'] {
  if (isRefused(candidate)) return { sign: 'error', text: 'refused by you' };
  switch (candidate.compatibility?.verdict) {
    case 'fits':
      return { sign: 'pass', text: 'Fits' };
    case 'other version':
      return { sign: 'warning', text: 'Other version' };
    case 'other family':
      return { sign: 'error', text: 'Other family' };
    default:
      return { sign: 'question', text: 'Unknown' };
  }
}

function ageOf(fetchedAt: string, now: Date): string {
  const minutes = Math.round((now.getTime() - new Date(fetchedAt).getTime()) / 60_000);
  if (Number.isNaN(minutes)) return '';
  if (minutes < 2) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`;
}
