import { targetGroups } from './claims';
import { judgeCompatibility } from './compatibility';
import { contradictions, type Expectation, type Warning } from './contradictions';
import { chooseForEngine } from './defaultFiles';
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
  /** Bytes of the files that a download takes. */
  readonly downloadBytes: number;
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
    downloadBytes: sizeOf(chooseForEngine(tree.files).chosen),
    examples: reading.pictures.length,
    ...(reading.pictures[0] ? { picture: reading.pictures[0] } : {}),
    ...(evidence.unread ? { unread: evidence.unread } : {}),
    warnings: contradictions(evidence, base, expected),
  };
  return { size: sizeOf(tree.files), evidence: summary, ...(base === undefined ? {} : { compatibility: judgeCompatibility(facts, base, weights?.facts) }) };
}

function sizeOf(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
