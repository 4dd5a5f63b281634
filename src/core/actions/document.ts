import path from 'node:path';
import { done, failed, type Failure, type Outcome } from '../outcome';
import { documentSectionNames, documentSections, isDocumentSection } from '../report/documentSections';
import { documentTitle, sectionFacts } from '../report/facts';
import { readSection } from '../report/managedSection';
import { recordResults } from '../report/results';
import { bodyOf } from '../report/sectionText';
import type { SectionContent } from '../report/sections/section';
import { updateStatus } from '../report/status';
import { writeSections } from '../report/writeSections';
import type { Action, ActionContext } from './action';
import { revealFirst } from './revealFirst';

/** Fills the managed sections of the document that the step names; each step has its own. */
export const document: Action = {
  name: 'document',
  async run({ link }, context) {
    const { file, section = 'summary' } = link.arguments;
    if (!file) return failed(noFile);
    if (section === 'progress') return progress(file, context);
    if (!isDocumentSection(section)) return failed(unknownSection(section));
    const stopped = await revealFirst(context);
    if (stopped) return stopped;
    const results = await recordResults(context);
    if (!results.ok) return failed(results.failure);
    const facts = sectionFacts(results.value, context.plan, context.paths, file);
    const planned = documentSections(section, facts);
    if (!planned.ok) return failed(planned.failure);
    const written = await writeSections(planned.value, { file, change: facts.change, title: documentTitle(facts) }, context);
    if (!written.ok) return failed(written.failure);
    const { contents, kept, changed } = written.value;
    return (await verify(file, contents, kept, context)) ?? outcomeOf(file, contents, kept, changed);
  },
};

/** Reads again what a reader will find. */
async function verify(file: string, contents: readonly SectionContent[], kept: readonly string[], context: ActionContext): Promise<Outcome | undefined> {
  for (const { name, markdown } of contents) {
    if (kept.includes(name)) continue;
    const found = await readSection(file, name, context);
    if (!found.ok) return failed(found.failure);
    if (found.value !== bodyOf(markdown)) return failed(changedMeanwhile(file));
  }
  return undefined;
}

function outcomeOf(file: string, contents: readonly SectionContent[], kept: readonly string[], changed: boolean): Outcome {
  if (kept.length === contents.length) return done(`kept your own text in ${file}`);
  const headings = contents.filter(({ name }) => !kept.includes(name)).map(({ heading }) => heading);
  return done(`${headings.join(', ')} in ${file}${kept.length > 0 ? `, kept your own text in ${kept.join(', ')}` : changed ? '' : ' (unchanged)'}`);
}

async function progress(file: string, { plan, paths, ask, log, wrote }: ActionContext): Promise<Outcome> {
  const updated = await updateStatus({ plan, paths, ask, log, wrote, file: path.normalize(file), onPurpose: true });
  if (!updated.ok) return failed(updated.failure);
  return done(updated.value === 'kept' ? `kept your own text in ${file}` : file);
}

const noFile: Failure = { code: 'no-document', message: 'The step names no document.', advice: 'Write the file into the step, such as docs/results.md, or link it with file=….', short: 'no file' };

function unknownSection(section: string): Failure {
  return {
    code: 'unknown-section',
    message: `"${section}" is no section that Evalmark can write.`,
    advice: `Link the step with section= one of ${documentSectionNames.join(', ')}.`,
    short: 'which section?',
  };
}

function changedMeanwhile(file: string): Failure {
  return {
    code: 'document-changed',
    message: `${file} was changed by another program just after it was written.`,
    advice: 'Look at it, then run the step again.',
    short: 'changed meanwhile',
  };
}
