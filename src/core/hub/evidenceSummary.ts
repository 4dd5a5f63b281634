import { targetGroups } from './claims';
import { judgeCompatibility } from './compatibility';
import { contradictions, type Expectation, type Warning } from './contradictions';
import type { Evidence } from './evidence';
import type { Candidate } from './surveyFile';

/** What of the evidence is kept in `survey.json`, so that the list tells it without a network. */
export interface EvidenceSummary {
  /** Commit that was read. */
  readonly revision: string;
  /** First sentence of the card. */
  readonly does?: string;
  readonly kind?: 'lora' | 'controlnet' | 'model';
  readonly family?: string;
  /** Smallest and largest. */
  readonly rank?: readonly [number, number];
  /** `attn`, `mlp`, `mod`. */
  readonly layers: readonly string[];
  /** Of the file that was looked into. */
  readonly weightBytes?: number;
  /** Pictures that the card shows. */
  readonly examples: number;
  /** Address of the first picture, as the card writes it. */
  readonly picture?: string;
  /** What could not be read, and why. */
  readonly unread?: string;
  readonly warnings: readonly Warning[];
}

/** The fields of a candidate that reading its card and header brings. */
export function candidateOf(evidence: Evidence, base: string | undefined, expected: readonly Expectation[]): Pick<Candidate, 'size' | 'evidence' | 'compatibility'> {
  const { tree, reading, weights, facts } = evidence;
  const summary: EvidenceSummary = {
    revision: facts.revision,
    ...(reading.does ? { does: reading.does } : {}),
    ...(weights ? { kind: weights.facts.kind, weightBytes: weights.size } : {}),
    ...(weights?.facts.family ? { family: weights.facts.family } : {}),
    ...(weights?.facts.rank ? { rank: weights.facts.rank } : {}),
    layers: targetGroups(weights?.facts.targets ?? []),
    examples: reading.pictures.length,
    ...(reading.pictures[0] ? { picture: reading.pictures[0] } : {}),
    ...(evidence.unread ? { unread: evidence.unread } : {}),
    warnings: contradictions(evidence, base, expected),
  };
  const size = tree.files.reduce((sum, file) => sum + file.size, 0);
  return { size, evidence: summary, ...(base === undefined ? {} : { compatibility: judgeCompatibility(facts, base, weights?.facts) }) };
}
