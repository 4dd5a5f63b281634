export const decisionParts = ['approach', 'rationale', 'next', 'timeline'] as const;

export type DecisionPart = (typeof decisionParts)[number];

/** The section of the results document that holds a part; the approach is the decision itself. */
export function decisionSection(part: DecisionPart): string {
  return part === 'approach' ? 'decision' : `decision-${part}`;
}

export const partTitles: Readonly<Record<DecisionPart, string>> = {
  approach: 'Decision',
  rationale: 'Rationale',
  next: 'Next steps',
  timeline: 'Timeline',
};

/** What a part is asked for. */
export const partPrompts: Readonly<Record<Exclude<DecisionPart, 'approach'>, string>> = {
  rationale: 'Why this option, on which figures?',
  next: 'What happens next, and who does it?',
  timeline: 'By when? What changes in the plan of the project?',
};

/** The text of a part's section: the approach stands for itself, the others under a heading. */
export function partMarkdown(part: DecisionPart, words: string): string {
  return part === 'approach' ? words.trim() : `### ${partTitles[part]}\n\n${words.trim()}`;
}

/** What a person wrote in a part's section, without the heading that Evalmark put over it. */
export function ownWords(part: DecisionPart, section: string): string {
  return section.replace(new RegExp(`^### ${partTitles[part]}\\s*\\n`), '').trim();
}

/** The decision as Markdown; `undefined` before the approach is chosen. */
export function decisionMarkdown(decision: Readonly<Partial<Record<DecisionPart, string>>>): string | undefined {
  if (!decision.approach) return undefined;
  return decisionParts.flatMap((part) => (decision[part] ? [partMarkdown(part, decision[part])] : [])).join('\n\n');
}
