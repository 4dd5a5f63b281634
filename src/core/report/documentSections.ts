import { fail, ok, type Failure, type Result } from '../outcome';
import { doubtsMarkdown } from '../review/analysisSections';
import { matrixMarkdown } from '../review/matrixDocument';
import { measureCorrelations } from '../review/measureCorrelation';
import { measurementsMarkdown } from '../review/measurementsDocument';
import { decisionMarkdown } from './decision';
import { answerMarkdown, summaryMarkdown } from './sections/answer';
import type { Results } from './results';
import { scoresByKind } from './scoresByKind';
import { documentCharts, kindCharts, withCharts, type DocumentChart } from './sections/charts';
import { exampleAssets, examplesMarkdown } from './sections/examples';
import { failuresMarkdown } from './sections/failures';
import { findingsMarkdown } from './sections/findings';
import { kindsMarkdown } from './sections/kinds';
import { methodMarkdown } from './sections/method';
import { performanceMarkdown } from './sections/performance';
import { linkFrom, type Asset, type SectionContent, type SectionFacts } from './sections/section';
import { strengthsMarkdown } from './sections/strengths';
import { surveyMarkdown } from './sections/survey';

/** What a step may ask of a document, beside the progress of the plan. */
export type DocumentSection = 'title' | 'survey' | 'matrix' | 'examples' | 'performance' | 'strengths' | 'decision' | 'findings' | 'summary';

/** The sections of a document that stand for what a step asks, with the assets that have to be made before their text. */
export interface PlannedSections {
  readonly assets: readonly Asset[];
  /** @param has whether there is an asset of that name, once those that can be made were made */
  contents(has: (asset: string) => boolean): readonly SectionContent[];
}

/** A function of the facts alone; a failure says what is missing for it. */
export function documentSections(section: DocumentSection, facts: SectionFacts): Result<PlannedSections> {
  return makers[section](facts);
}

export function isDocumentSection(name: string): name is DocumentSection {
  return Object.hasOwn(makers, name);
}

export const documentSectionNames: readonly string[] = ['title', 'survey', 'matrix', 'examples', 'performance', 'strengths', 'decision', 'findings', 'summary', 'progress'];

const makers: Readonly<Record<DocumentSection, (facts: SectionFacts) => Result<PlannedSections>>> = {
  title(facts) {
    const method = { name: 'method', heading: 'Method', markdown: methodMarkdown(facts) };
    if (facts.file !== facts.resultsFile) return plain(method);
    return plain({ name: 'answer', heading: 'In short', markdown: answerMarkdown(facts.results) }, method);
  },
  survey({ results }) {
    const { survey } = results.record;
    return survey && survey.candidates.length > 0 ? plain({ name: 'survey', heading: 'Survey findings', markdown: surveyMarkdown(survey) }) : fail(noSurvey);
  },
  matrix({ results, change }) {
    const { evaluation, summary, analysis, outputs, measures } = results;
    const measured = measurementsMarkdown(evaluation, measureCorrelations(outputs, measures, evaluation.criteria));
    const charts = documentCharts(results, ['sameCharacter', 'overall']);
    const byKind = kindCharts(results, scoresByKind(evaluation, outputs));
    return withOutputs(
      results,
      [...charts, ...byKind],
      { name: 'matrix', heading: 'Comparison matrix', markdown: withCharts([withDoubts(matrixMarkdown(evaluation, summary), doubtsMarkdown(evaluation, summary, analysis)), measured].filter((text) => text !== '').join('\n\n'), charts, change) },
      { name: 'kinds', heading: 'Kinds of edit', markdown: withCharts(kindsMarkdown(results), byKind, change) },
    );
  },
  performance({ results, change }) {
    const charts = documentCharts(results, ['seconds', 'memory']);
    return withOutputs(results, charts, { name: 'performance', heading: 'Memory and performance', markdown: withCharts(performanceMarkdown(results), charts, change) });
  },
  strengths({ results, change }) {
    const charts = documentCharts(results, ['artifacts']);
    return withOutputs(
      results,
      charts,
      { name: 'strengths', heading: 'Strengths and weaknesses', markdown: strengthsMarkdown(results) },
      { name: 'failures', heading: 'Failure modes and artifacts', markdown: withCharts(failuresMarkdown(results), charts, change) },
    );
  },
  findings: ({ results, change }) => withOutputs(results, [], { name: `findings-${change}`, heading: `Findings of ${change}`, markdown: findingsMarkdown(results) }),
  examples({ results, change }) {
    if (results.generations.length === 0) return fail(noOutputs);
    return ok({ assets: exampleAssets(results), contents: (has) => [{ name: 'examples', heading: 'Best and worst examples', markdown: examplesMarkdown(results, change, has) }] });
  },
  decision({ results, change, file, resultsFile }) {
    const decision = decisionMarkdown(results.record.decision);
    if (decision === undefined) return fail(noDecision);
    return plain({ name: `decision-${change}`, heading: `Decision of ${change}`, markdown: `${decision}\n\nFigures and reasons: [results](${linkFrom(file, resultsFile)}).` });
  },
  summary: ({ results, change, file, resultsFile }) => plain({ name: `summary-${change}`, heading: `Results of ${change}`, markdown: summaryMarkdown(results, linkFrom(file, resultsFile)) }),
};

/** What is doubtful about the figures, below the notes that say how they came about; nothing is said twice. */
function withDoubts(matrix: string, doubts: string): string {
  const said = new Set(matrix.split('\n'));
  const more = doubts.split('\n').filter((line) => line !== '' && !said.has(line) && line !== "- One rater: one person's opinion.");
  return [matrix, ...more].join('\n');
}

function plain(...contents: readonly SectionContent[]): Result<PlannedSections> {
  return ok({ assets: [], contents: () => contents });
}

function withOutputs({ generations }: Results, charts: readonly DocumentChart[], ...contents: readonly SectionContent[]): Result<PlannedSections> {
  return generations.length === 0 ? fail(noOutputs) : ok({ assets: charts.map(({ asset }) => asset), contents: () => contents });
}

const noOutputs: Failure = { code: 'no-outputs', message: 'There are no outputs to write about yet.', advice: 'Run the steps that edit the pictures first.', short: 'no outputs' };

const noSurvey: Failure = { code: 'no-survey', message: 'There is no survey yet.', advice: 'Run the steps that survey the Hub first.', short: 'no survey' };

const noDecision: Failure = { code: 'no-decision', message: 'Nothing has been decided yet.', advice: 'Run the step that selects the approach first.', short: 'no decision' };
