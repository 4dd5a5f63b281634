import { ok, type Result } from '../outcome';
import type { Plan } from '../plan/plan';
import { decisionParts, decisionSection, partMarkdown, partTitles, type DecisionPart } from './decision';
import { readSection, writeSection, type SectionContext } from './managedSection';
import { optionsOf } from './planOptions';
import { resultsOrder } from './sections/section';

/** Writes one part of a decision, in a person's words, where it belongs in the results document. */
export async function writeDecisionPart(file: string, part: DecisionPart, words: string, context: SectionContext): Promise<Result<'written' | 'unchanged' | 'kept'>> {
  const markdown = partMarkdown(part, words);
  if (part === 'approach') return writeSection(file, decisionSection(part), markdown, context, { heading: partTitles.approach, order: resultsOrder, document: { title: 'Results' } });
  const behind = await lastWritten(file, part, context);
  if (!behind.ok) return behind;
  const place = behind.value ? { after: behind.value } : { heading: partTitles.approach, order: resultsOrder };
  return writeSection(file, decisionSection(part), markdown, context, { ...place, document: { title: 'Results' } });
}

/** An option of the plan as the decision words it: `**Option B: Multi-LoRA**`. */
export function approachWords(plan: Plan, letter: string): string | undefined {
  const option = optionsOf(plan).find((candidate) => candidate.letter === letter.toUpperCase());
  return option && `**Option ${option.letter}: ${option.title}**`;
}

/** The nearest part before this one that is in the document, so that the parts stand in their order. */
async function lastWritten(file: string, part: DecisionPart, context: Pick<SectionContext, 'paths'>): Promise<Result<string | undefined>> {
  for (const earlier of decisionParts.slice(0, decisionParts.indexOf(part)).reverse()) {
    const read = await readSection(file, decisionSection(earlier), context);
    if (!read.ok) return read;
    if (read.value !== undefined) return ok(decisionSection(earlier));
  }
  return ok(undefined);
}
