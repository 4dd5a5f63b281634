import type { ActionContext } from '../actions/action';
import { ok, type Result } from '../outcome';
import type { Plan } from '../plan/plan';
import { resultsTitle } from './changeId';
import { decisionParts, decisionSection, partMarkdown, partTitles, type DecisionPart } from './decision';
import { readSection, writeSection, type SectionContext } from './managedSection';
import { optionsOf } from './planOptions';
import { resultsOrder } from './sections/section';

/** Writes one part of a decision, in a person's words, where it belongs in the results document. */
export async function writeDecisionPart(file: string, part: DecisionPart, words: string, context: SectionContext & Pick<ActionContext, 'plan' | 'paths'>): Promise<Result<'written' | 'unchanged' | 'kept'>> {
  const markdown = partMarkdown(part, words);
  const document = { title: await resultsTitle(context.plan, context.paths) };
  if (part === 'approach') return writeSection(file, decisionSection(part), markdown, context, { heading: partTitles.approach, order: resultsOrder, document });
  const behind = await lastWritten(file, part, context);
  if (!behind.ok) return behind;
  const place = behind.value ? { after: behind.value } : { heading: partTitles.approach, order: resultsOrder };
  return writeSection(file, decisionSection(part), markdown, context, { ...place, document });
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
