import type { HubConnection } from './connection';
import type { Expectation } from './contradictions';
import { gatherEvidence, type Evidence } from './evidence';
import { candidateOf } from './evidenceSummary';
import type { FetchOptions } from './hubFetch';
import { forEachLimited } from './semaphore';
import { kept } from './candidates';
import { withCandidate, type Candidate, type Survey } from './surveyFile';

export interface CandidateReading {
  readonly connection: HubConnection;
  readonly options: FetchOptions;
  /** Most candidates to read at one time: each costs about five requests, and the Hub allows some hundreds in five minutes. */
  readonly most: number;
  expectations(candidate: Candidate): readonly Expectation[];
  /** Told as each arrives; the change brings it into a survey. */
  found(evidence: Evidence, change: (survey: Survey) => Survey): void;
}

/** Cards and weights headers of the candidates in the running that were not read yet, a few at a time, in the survey's order. */
export async function readCandidates(survey: Survey, { connection, options, most, expectations, found }: CandidateReading): Promise<void> {
  const open = kept(survey).filter(isUnread).slice(0, most);
  await forEachLimited(open, lanes, async (candidate) => {
    // A card that was judged stays pinned to its commit.
    const evidence = await gatherEvidence(connection, candidate.repository, candidate.verdict ? candidate.revision || undefined : undefined, options);
    if (!evidence.ok) return;
    const facts = candidateOf(evidence.value, survey.base, expectations(candidate));
    found(evidence.value, (now) => withCandidate(now, evidence.value.facts, facts));
  });
}

const lanes = 3;

/** Never read, or changed by its author since. */
function isUnread({ evidence, revision, verdict }: Candidate): boolean {
  return evidence === undefined || (verdict === undefined && revision !== '' && evidence.revision !== revision);
}
