import { judgeCompatibility } from './compatibility';
import type { ModelFacts } from './model';
import { fresh, type Candidate, type Survey } from './surveyFile';

/**
 * Adds what was found anew and brings facts up to date; verdicts, scores and selections stay.
 * @param at ISO time of a search that is run again, so that it shows what is new, changed and gone since the one before
 */
export function mergeFound(survey: Survey, found: readonly ModelFacts[], at?: string): Survey {
  const known = new Map(survey.candidates.map((candidate) => [candidate.repository, candidate]));
  const distinct = [...new Map(found.map((facts) => [facts.repository, facts] as const)).values()];
  const merged = distinct.map((facts): Candidate => {
    const earlier = known.get(facts.repository);
    known.delete(facts.repository);
    if (!earlier) return { ...fresh, ...facts, ...foundAt(at ?? survey.fetchedAt) };
    const { goneAt: _back, before: _older, ...rest } = earlier;
    // A card that was read is pinned to its commit, so that what was said of it stays true.
    const pinned = earlier.verdict && earlier.revision ? { revision: earlier.revision } : {};
    return { ...rest, ...facts, ...pinned, ...(at === undefined ? whatWas(earlier.before) : whatWas(changeSince(earlier, facts))) };
  });
  const rest = [...known.values()].map((candidate) => (at !== undefined && candidate.foundAt !== undefined ? { ...candidate, goneAt: candidate.goneAt ?? at } : candidate));
  return { ...survey, candidates: [...merged, ...rest] };
}

function foundAt(at: string): Pick<Candidate, 'foundAt'> {
  return at === '' ? {} : { foundAt: at };
}

function whatWas(before: Candidate['before']): Pick<Candidate, 'before'> {
  return before ? { before } : {};
}

function changeSince({ likes, downloads, updatedAt }: Candidate, now: ModelFacts): Candidate['before'] {
  const same = likes === now.likes && downloads === now.downloads && updatedAt === now.updatedAt;
  return same ? undefined : { likes, downloads, updatedAt };
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
