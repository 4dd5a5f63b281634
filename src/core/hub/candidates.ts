import { judgeCompatibility } from './compatibility';
import type { ModelFacts } from './model';
import { fresh, type Candidate, type Survey } from './surveyFile';

/** Adds what was found anew and brings facts up to date; verdicts, scores and selections stay. */
export function mergeFound(survey: Survey, found: readonly ModelFacts[]): Survey {
  const known = new Map(survey.candidates.map((candidate) => [candidate.repository, candidate]));
  const distinct = [...new Map(found.map((facts) => [facts.repository, facts])).values()];
  const merged = distinct.map((facts): Candidate => {
    const earlier = known.get(facts.repository);
    known.delete(facts.repository);
    // A card that was read is pinned to its commit, so that what was said of it stays true.
    return { ...(earlier ?? fresh), ...facts, ...(earlier?.verdict && earlier.revision ? { revision: earlier.revision } : {}) };
  });
  return { ...survey, candidates: [...merged, ...known.values()] };
}

/** Keeps what derives from a base model; the rest stays in the list with the reason. A person's own exclusions stay as they are. */
export function filterByBase(survey: Survey, base: string): Survey {
  const candidates = survey.candidates.map((candidate): Candidate => {
    const { excluded, ...rest } = candidate;
    const judged = { ...rest, compatibility: candidate.compatibility ?? judgeCompatibility(candidate, base) };
    if (excluded !== undefined && !ownReason.test(excluded)) return { ...judged, excluded };
    const reason = reasonAgainst(candidate, base);
    return reason === undefined ? judged : { ...judged, excluded: reason };
  });
  return { ...survey, base, candidates };
}

const ownReason = /^(?:is the base model itself|derives from |names no base model)/;

function reasonAgainst({ repository, baseModels }: Candidate, base: string): string | undefined {
  if (repository.toLowerCase() === base.toLowerCase()) return 'is the base model itself';
  if (baseModels.some((model) => model.toLowerCase() === base.toLowerCase())) return undefined;
  if (baseModels.length > 0) return `derives from ${baseModels[0] ?? ''}, not from ${base}`;
  const name = base.slice(base.indexOf('/') + 1);
  return plain(repository).includes(plain(name)) ? undefined : 'names no base model';
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '');
}

export function kept({ candidates }: Pick<Survey, 'candidates'>): readonly Candidate[] {
  return candidates.filter(({ excluded }) => excluded === undefined);
}
