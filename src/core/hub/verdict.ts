/** A person's judgement of a card, as it stands behind the plan's line: "MISLEADING (scene population)". */
export interface Verdict {
  readonly word: string;
  readonly reason: string;
}

/** In the order of their keys, 1 to 5. */
export const verdictWords = [
  { word: 'VALIDATED', label: 'Validated', means: 'does what the plan needs' },
  { word: 'PROMISING', label: 'Promising', means: 'worth a test' },
  { word: 'MISLEADING', label: 'Misleading', means: 'does something else than its name says' },
  { word: 'WRONG MODEL FAMILY', label: 'Wrong family', means: 'does not work on the base model' },
  { word: 'NOT RELEVANT', label: 'Not relevant', means: 'works, but is not needed here' },
] as const;

export function verdictText({ word, reason }: Verdict): string {
  return reason ? `${word} (${reason})` : word;
}
