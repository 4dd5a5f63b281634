import { purposesOf, type Purpose } from '../hub/cardPurpose';
import type { Expectation } from '../hub/contradictions';
import type { Candidate } from '../hub/surveyFile';
import type { Plan } from '../plan/plan';
import { categoryOf } from './rules/rule';

/**
 * What a plan, a category or a score takes a candidate to be for, so that its card can be held against it: "GAME CHANGER
 * (any angle)" behind a name expects camera angles.
 */
export function expectationsOf(plan: Pick<Plan, 'tasks'>, candidate: Pick<Candidate, 'repository'> & Partial<Pick<Candidate, 'category' | 'scores'>>): readonly Expectation[] {
  const { repository, category, scores = {} } = candidate;
  const fromPlan = linesAbout(plan, repository).flatMap((line) => purposesOf(line).map((purpose): Expectation => ({ source: 'The plan', purpose })));
  const fromCategory = purposeOfCategory(category).map((purpose): Expectation => ({ source: 'Its category', purpose }));
  const best = Math.max(0, ...Object.values(scores));
  const leading = Object.entries(scores).filter(([, score]) => score === best);
  // Being of some use for a thing is no promise of it; being best at it, and at nothing else, is.
  const fromScores = best === 5 && leading.length === 1 ? purposeOfCategory(categoryOf(leading[0]?.[0] ?? '')).map((purpose): Expectation => ({ source: 'Its score', purpose })) : [];
  return [...fromPlan, ...fromCategory, ...fromScores];
}

/** Steps and remarks that name it, without the name itself, whose words the model's author chose. */
function linesAbout({ tasks }: Pick<Plan, 'tasks'>, repository: string): readonly string[] {
  const name = repository.slice(repository.indexOf('/') + 1);
  const lines = tasks.flatMap(({ steps, notes }) => [...steps.map(({ text }) => text), ...notes.map(({ text }) => text)]);
  return lines.filter((line) => line.includes(name)).map((line) => line.replaceAll(repository, ' ').replaceAll(name, ' '));
}

function purposeOfCategory(category: string | undefined): readonly Purpose[] {
  return category === 'angles' || category === 'identity' || category === 'lighting' ? [category] : [];
}
