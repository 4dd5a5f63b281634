import { isWithoutEvaluation } from '../evaluation/evaluationFile';
import { ok, type Result } from '../outcome';
import { answersMarkdown } from './answers';
import { changeId, resultsTitle } from './changeId';
import type { DecisionWork, GivenDecision } from './givenDecision';
import { writeSection } from './managedSection';
import { judgementSection, optionHeading, optionSection, resultsDocumentOf } from './planOptions';
import { rebuildDocuments, type RebuildContext } from './rebuild';
import { resultsOrder } from './sections/section';
import { updateStatus } from './status';
import { approachWords, writeDecisionPart } from './writeDecision';

/**
 * Writes what no step of the plan takes down, where it belongs in the results document, and brings in line what follows
 * from it. The rest is left to the steps.
 * @param wrotePart told of each part once it stands in the document
 */
export async function writeGivenDecision({ parts, options }: Pick<DecisionWork, 'parts' | 'options'>, given: GivenDecision, context: RebuildContext, wrotePart: (part: DecisionWork['parts'][number], file: string) => void = () => {}): Promise<Result<void>> {
  if (parts.length === 0 && options.length === 0) return ok(undefined);
  const { plan } = context;
  const file = resultsDocumentOf(plan, await changeId(context.paths));
  const document = { title: await resultsTitle(plan, context.paths) };
  for (const option of options) {
    const { letter } = option;
    const place = { after: optionSection(letter), heading: optionHeading(option), order: resultsOrder, document };
    const written = await writeSection(file, judgementSection(letter), answersMarkdown(given.answers[letter] ?? []), context, place);
    if (!written.ok) return written;
  }
  for (const part of parts) {
    const words = given.parts[part] ?? '';
    const written = await writeDecisionPart(file, part, part === 'approach' ? (approachWords(plan, words) ?? words) : words, context);
    if (!written.ok) return written;
    wrotePart(part, file);
  }
  const rebuilt = await rebuildDocuments(context, true);
  if (!rebuilt.ok && !isWithoutEvaluation(rebuilt.failure)) return rebuilt;
  const status = await updateStatus({ ...context });
  return status.ok ? ok(undefined) : status;
}
