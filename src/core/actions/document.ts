import path from 'node:path';
import { done, fail, failed, ok, type Failure, type Outcome, type Result } from '../outcome';
import { changeId, planName } from '../report/changeId';
import { readDecision } from '../report/decision';
import { examplesMarkdown } from '../report/examples';
import { readSection, writeSection, type SectionOptions } from '../report/managedSection';
import { resultsDocumentOf } from '../report/planOptions';
import { readResults } from '../report/results';
import * as sections from '../report/resultsSections';
import { progressMarkdown, updateStatus } from '../report/status';
import { surveyFindings } from '../report/surveyFindings';
import { bodyOf } from '../report/sectionText';
import { examplesPerSide, pickExamples } from '../review/examplePicks';
import type { Action, ActionContext } from './action';

/** Fills one managed section of the document that the step names; each step has its own. */
export const document: Action = {
  name: 'document',
  async run({ link }, context) {
    const { file, section = 'summary' } = link.arguments;
    if (!file) return failed(noFile);
    if (!isSection(section)) return failed(unknownSection(section));
    const change = await changeId(context.paths);
    if (section === 'progress' && path.normalize(file) === 'STATUS.md') return statusOutcome(context);
    const place: Place = { file, change, results: resultsDocumentOf(context.plan, change) };
    const content = await contents[section](context, place);
    return content.ok ? write(place, content.value, context) : failed(content.failure);
  },
};

type DocumentSection = 'title' | 'survey' | 'matrix' | 'examples' | 'performance' | 'strengths' | 'decision' | 'progress' | 'findings' | 'summary';

interface Place {
  /** Relative to the workspace, as the step names it. */
  readonly file: string;
  readonly change: string;
  /** The plan's results document. */
  readonly results: string;
}

interface Content {
  readonly name: string;
  readonly heading: string;
  readonly markdown: string;
  readonly title?: string;
}

type Write = (context: ActionContext, place: Place) => Promise<Result<Content>>;

const contents: Readonly<Record<DocumentSection, Write>> = {
  async title(context, place) {
    const link = linkTo(place.file, path.relative(context.paths.workspace, context.paths.plan));
    const results = await readResults(context);
    const markdown = results.ok ? sections.methodMarkdown(results.value, link) : `What was done is in the [plan](${link}).`;
    const name = planName(context.plan, place.change);
    return ok({ name: 'method', heading: 'Method', markdown, title: isResults(place) ? `${name}: results` : name });
  },
  async survey(context) {
    const findings = await surveyFindings(context.paths.planFolder);
    return findings.ok ? ok({ name: 'survey', heading: 'Survey findings', markdown: findings.value }) : findings;
  },
  matrix: (context) => fromResults(context, 'matrix', 'Comparison matrix', sections.comparisonMarkdown),
  performance: (context) => fromResults(context, 'performance', 'Memory and performance', sections.performanceMarkdown),
  strengths: (context) => fromResults(context, 'strengths', 'Strengths and weaknesses', sections.strengthsMarkdown),
  findings: (context, { change }) => fromResults(context, `findings-${change}`, `Findings of ${change}`, sections.findingsMarkdown),
  async examples(context, place) {
    const results = await withOutputs(context);
    if (!results.ok) return results;
    const chosen = await readSection(place.file, 'examples', context);
    if (!chosen.ok) return chosen;
    // What a person picked in the step before stays; by rule only where nobody did.
    if (chosen.value?.trim()) return ok({ name: 'examples', heading: 'Best and worst examples', markdown: chosen.value });
    const picks = pickExamples(results.value.outputs, results.value.evaluation.criteria, examplesPerSide);
    const examples = await examplesMarkdown(results.value, picks, { file: place.file, change: place.change, workspace: context.paths.workspace, wrote: context.wrote });
    return examples.ok ? ok({ name: 'examples', heading: 'Best and worst examples', markdown: examples.value }) : examples;
  },
  async decision(context, { file, change, results }) {
    const decision = await readDecision(results, context);
    if (!decision.ok) return decision;
    if (decision.value === undefined) return fail(noDecision);
    const markdown = `${decision.value}\n\nFigures and reasons: [results](${linkTo(file, results)}).`;
    return ok({ name: `decision-${change}`, heading: `Decision of ${change}`, markdown });
  },
  async summary(context, { file, change, results }) {
    const read = await readResults(context);
    if (!read.ok) return read;
    const decision = await readDecision(results, context);
    if (!decision.ok) return decision;
    return ok({ name: `summary-${change}`, heading: `Results of ${change}`, markdown: sections.summaryMarkdown(read.value, linkTo(file, results), decision.value) });
  },
  async progress(context, { file, change }) {
    const link = linkTo(file, path.relative(context.paths.workspace, context.paths.plan));
    return ok({ name: `status-${change}`, heading: planName(context.plan, change), markdown: progressMarkdown(context.plan, { failures: new Map(), lastCommit: undefined, link }) });
  },
};

async function fromResults(context: ActionContext, name: string, heading: string, markdown: (results: sections.Results) => string): Promise<Result<Content>> {
  const results = await withOutputs(context);
  return results.ok ? ok({ name, heading, markdown: markdown(results.value) }) : results;
}

async function withOutputs(context: ActionContext): Promise<Result<sections.Results>> {
  const results = await readResults(context);
  return results.ok && results.value.generations.length === 0 ? fail(noOutputs) : results;
}

/** Writes, then reads again what a reader will find. */
async function write({ file, change }: Place, { name, heading, markdown, title }: Content, context: ActionContext): Promise<Outcome> {
  const options: SectionOptions = { heading, document: { title: title ?? titleOf(file, change) } };
  const written = await writeSection(file, name, markdown, context, options);
  if (!written.ok) return failed(written.failure);
  if (written.value === 'kept') return done(`kept your own text in ${file}`);
  const found = await readSection(file, name, context);
  if (!found.ok) return failed(found.failure);
  if (found.value !== bodyOf(markdown)) return failed(changedMeanwhile(file));
  return done(`${heading} in ${file}${written.value === 'unchanged' ? ' (unchanged)' : ''}`);
}

async function statusOutcome({ plan, paths, ask, log, wrote }: ActionContext): Promise<Outcome> {
  const updated = await updateStatus({ plan, paths, ask, log, wrote, onPurpose: true });
  if (!updated.ok) return failed(updated.failure);
  return done(updated.value === 'kept' ? 'kept your own text in STATUS.md' : 'STATUS.md');
}

function isSection(section: string): section is DocumentSection {
  return Object.hasOwn(contents, section);
}

function isResults({ file, results }: Place): boolean {
  return path.normalize(file) === path.normalize(results);
}

function titleOf(file: string, change: string): string {
  const name = path.basename(file, path.extname(file)).replace(/[-_]+/g, ' ').trim();
  if (name === '') return change;
  return name === name.toUpperCase() ? name.charAt(0) + name.slice(1).toLowerCase() : name.charAt(0).toUpperCase() + name.slice(1);
}

/** Link from one document to another, both relative to the workspace. */
function linkTo(from: string, to: string): string {
  return path
    .relative(path.dirname(from), to)
    .split(path.sep)
    .map((part) => (part === '..' ? part : encodeURIComponent(part)))
    .join('/');
}

const noFile: Failure = { code: 'no-document', message: 'The step names no document.', advice: 'Write the file into the step, such as docs/results.md, or link it with file=….', short: 'no file' };

const noOutputs: Failure = { code: 'no-outputs', message: 'There are no outputs to write about yet.', advice: 'Run the steps that edit the pictures first.', short: 'no outputs' };

const noDecision: Failure = { code: 'no-decision', message: 'Nothing has been decided yet.', advice: 'Run the step that selects the approach first.', short: 'no decision' };

function unknownSection(section: string): Failure {
  return {
    code: 'unknown-section',
    message: `"${section}" is no section that Evalmark can write.`,
    advice: `Link the step with section= one of ${Object.keys(contents).join(', ')}.`,
    short: 'which section?',
  };
}

function changedMeanwhile(file: string): Failure {
  return { code: 'document-changed', message: `${file} was changed while Evalmark wrote to it.`, advice: 'Look at it, then run the step again.', short: 'file changed' };
}
