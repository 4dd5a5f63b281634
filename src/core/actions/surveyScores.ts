import type { Candidate } from '../hub/surveyFile';
import { categoryOf } from './rules/rule';

/** How much a criterion counts; 1 where nothing is said, 0 leaves it out. */
export type Weights = Readonly<Record<string, number>>;

/** Weighted mean of the scores given; undefined when there is none that counts. */
export function meanScore({ scores }: Pick<Candidate, 'scores'>, weights: Weights = {}): number | undefined {
  let sum = 0;
  let total = 0;
  for (const [criterion, score] of Object.entries(scores)) {
    const weight = weights[criterion] ?? 1;
    sum += weight * score;
    total += weight;
  }
  return total > 0 ? sum / total : undefined;
}

/** Best first: by weighted mean, then likes, then name. What a card disqualified comes last. */
export function rankCandidates(candidates: readonly Candidate[], weights: Weights = {}): readonly Candidate[] {
  const value = (candidate: Candidate) => (isRefused(candidate) ? -1 : (meanScore(candidate, weights) ?? 0));
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
export function qualityScores(all: readonly Candidate[]): ReadonlyMap<string, number> {
  const most = { likes: 1, downloads: 1 };
  for (const { likes, downloads } of all) {
    most.likes = Math.max(most.likes, likes);
    most.downloads = Math.max(most.downloads, downloads);
  }
  return new Map(all.map(({ repository, likes, downloads }) => [repository, Math.round(1 + 2 * (Math.log1p(likes) / Math.log1p(most.likes) + Math.log1p(downloads) / Math.log1p(most.downloads)))]));
}

/** What speaks for a candidate and what against it, a few words each: "made for angles (5), 4 by quality; two inputs". */
export function reasonsFor(candidate: Candidate): string {
  const { scores, evidence, verdict, gated, compatibility } = candidate;
  const strong = Object.entries(scores).filter(([, score]) => score >= 4).map(([criterion, score]) => `${criterion} ${score}`);
  const against = [
    ...(isRefused(candidate) && verdict ? [verdict.reason || verdict.word.toLowerCase()] : []),
    ...(evidence?.warnings.map(({ short }) => short) ?? (compatibility?.verdict === 'other family' ? ['other family'] : [])),
    ...(gated ? ['gated'] : []),
  ];
  return [strong.length > 0 ? `strong: ${strong.join(', ')}` : Object.keys(scores).length > 0 ? 'no score of 4 or more' : 'not scored', against.join(', ')].filter(Boolean).join('; ');
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
