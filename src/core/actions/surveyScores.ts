import type { Candidate } from '../hub/surveyFile';
import { categoryOf } from './rules/rule';

/** Mean of the scores given; undefined when there is none. */
export function meanScore({ scores }: Pick<Candidate, 'scores'>): number | undefined {
  const given = Object.values(scores);
  return given.length === 0 ? undefined : given.reduce((sum, score) => sum + score, 0) / given.length;
}

/** Best first: by mean score, then likes, then name. What a card disqualified comes last. */
export function rankCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  const value = (candidate: Candidate) => (isRefused(candidate) ? -1 : (meanScore(candidate) ?? 0));
  return [...candidates].sort((left, right) => value(right) - value(left) || right.likes - left.likes || (left.repository < right.repository ? -1 : 1));
}

/** A person's verdict that speaks against testing it. */
export function isRefused({ verdict }: Pick<Candidate, 'verdict'>): boolean {
  return verdict !== undefined && /MISLEADING|WRONG|NOT RELEVANT/i.test(verdict.word);
}

/** A first guess for a person to correct: 5 when the name speaks of the criterion's kind, 2 otherwise. */
export function suggestedScore(candidate: Candidate, criterion: string): number {
  if (isRefused(candidate)) return 1;
  const wanted = categoryOf(criterion);
  return wanted !== undefined && categoryOfName(candidate) === wanted ? 5 : 2;
}

/** 1 to 5 from likes and downloads, on a logarithmic scale up to the survey's best. */
export function qualityScore(candidate: Candidate, all: readonly Candidate[]): number {
  const share = (value: (one: Candidate) => number) => {
    const most = Math.max(...all.map(value), 1);
    return Math.log1p(value(candidate)) / Math.log1p(most);
  };
  return Math.round(1 + 4 * ((share(({ likes }) => likes) + share(({ downloads }) => downloads)) / 2));
}

/** What a candidate would be tested for: the kind of its highest score, else what its name says; undefined when neither decides. */
export function suggestedCategory(candidate: Candidate): string | undefined {
  const scored = Object.entries(candidate.scores).flatMap(([criterion, score]) => {
    const category = categoryOf(criterion);
    return category === undefined ? [] : [{ category, score }];
  });
  const best = Math.max(...scored.map(({ score }) => score));
  const leading = scored.filter(({ score }) => score === best);
  if (best >= 4 && leading.length === 1) return leading[0]?.category;
  return categoryOfName(candidate);
}

function categoryOfName({ repository }: Pick<Candidate, 'repository'>): string | undefined {
  return categoryOf(repository.slice(repository.indexOf('/') + 1).replace(/[-_./]+/g, ' '));
}
