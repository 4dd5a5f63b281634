import type { Candidate, Survey } from '../../core/hub/surveyFile';
import type { WebviewMessage } from '../../webviews/survey/contract';

/** A message of the panel that changes the survey, with what the person was asked for meanwhile. */
export type SurveyChange = Extract<WebviewMessage, { readonly kind: 'score' | 'select' | 'exclude' | 'include' | 'category' | 'place' | 'verdict' | 'weight' }>;

/** The survey after a change; candidates that it does not touch stay the same objects. */
export function changedBy(survey: Survey, change: SurveyChange, answer?: string): Survey {
  if (change.kind === 'weight') return { ...survey, weights: { ...survey.weights, [change.criterion]: change.value } };
  const touched = new Set('repositories' in change ? change.repositories : [change.repository]);
  return { ...survey, candidates: survey.candidates.map((candidate) => (touched.has(candidate.repository) ? changedCandidate(candidate, change, answer) : candidate)) };
}

function changedCandidate(candidate: Candidate, change: Exclude<SurveyChange, { readonly kind: 'weight' }>, answer: string | undefined): Candidate {
  switch (change.kind) {
    case 'score': {
      const { [change.criterion]: _old, ...others } = candidate.scores;
      return { ...candidate, seen: true, scores: change.value === null ? others : { ...others, [change.criterion]: change.value } };
    }
    case 'select':
      return { ...candidate, seen: true, selected: change.selected };
    case 'exclude':
      return answer === undefined ? candidate : { ...candidate, seen: true, selected: false, excluded: answer };
    case 'include': {
      const { excluded: _reason, ...kept } = candidate;
      return kept;
    }
    case 'category': {
      if (answer === undefined) return candidate;
      const { category: _old, ...rest } = candidate;
      return answer === '' ? rest : { ...rest, category: answer };
    }
    case 'place':
      return { ...candidate, seen: true, selected: true, category: change.category };
    case 'verdict':
      return { ...candidate, seen: true, verdict: { word: change.word, reason: change.reason } };
  }
}
