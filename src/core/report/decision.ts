import type { Result } from '../outcome';
import { ok } from '../outcome';
import { readSection, type SectionContext } from './managedSection';

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

/** What has been decided so far, as Markdown; `undefined` before the approach is chosen. */
export async function readDecision(file: string, context: Pick<SectionContext, 'paths'>): Promise<Result<string | undefined>> {
  const parts: string[] = [];
  for (const part of decisionParts) {
    const read = await readSection(file, decisionSection(part), context);
    if (!read.ok) return read;
    if (part === 'approach' && !read.value) return ok(undefined);
    if (read.value) parts.push(read.value);
  }
  return ok(parts.join('\n\n'));
}
