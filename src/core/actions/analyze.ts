import path from 'node:path';
import { done, failed, type Failure, type Outcome } from '../outcome';
import { writeSection } from '../report/managedSection';
import { replaceFile } from '../report/replaceFile';
import { readResults } from '../report/results';
import type { Results } from '../report/resultsSections';
import { artifactsMarkdown, averagesMarkdown, memoryMarkdown, rankingMarkdown, rankingText } from '../review/analysisSections';
import { matrixCsv, matrixMarkdown, rankedModels } from '../review/matrixDocument';
import type { Action, ActionContext } from './action';

/** Computes one part of the comparison from ratings and runs, into `analysis.md` and `analysis.csv` beside the plan. */
export const analyze: Action = {
  name: 'analyze',
  async run({ link }, context) {
    const part = link.arguments.part ?? 'table';
    if (!isPart(part)) return failed(unknownPart(part));
    const read = await readResults(context);
    if (!read.ok) return failed(read.failure);
    const content = parts[part](read.value, link.arguments.criterion === '' ? undefined : link.arguments.criterion);
    return 'code' in content ? failed(content) : write(content, read.value, context);
  },
};

type Part = 'table' | 'average' | 'artifacts' | 'vram' | 'rank';

interface Content {
  readonly section: string;
  readonly heading: string;
  readonly markdown: string;
  readonly summary: string;
}

const parts: Readonly<Record<Part, (results: Results, criterion: string | undefined) => Content | Failure>> = {
  table({ evaluation, summary }) {
    const rated = summary.models.filter(({ state }) => state === 'rated').length;
    if (rated === 0) return notRated('any criterion');
    return { section: 'matrix', heading: 'Comparison matrix', markdown: matrixMarkdown(evaluation, summary), summary: `${rated} of ${summary.models.length} models compared` };
  },
  average({ evaluation, summary }, criterion) {
    const scales = evaluation.criteria.filter(({ kind }) => kind === 'scale');
    const asked = criterion === undefined ? scales : scales.filter(({ id }) => id === criterion);
    const [first] = asked;
    if (!first) return unknownCriterion(criterion ?? 'scale', scales.map(({ id }) => id));
    const missing = asked.find(({ id }) => summary.models.every((model) => model.criteria[id] === undefined));
    if (missing) return notRated(missing.label.toLowerCase());
    const means = rankedModels(summary).flatMap(({ title, criteria }) => (criteria[first.id] ? [`${title} ${criteria[first.id]?.mean.toFixed(1)}`] : []));
    return {
      section: criterion === undefined ? 'averages' : `average-${first.id}`,
      heading: criterion === undefined ? 'Averages' : `Average: ${first.label.toLowerCase()}`,
      markdown: averagesMarkdown(evaluation, summary, criterion),
      summary: `${first.label}: ${means.join(', ')}`,
    };
  },
  artifacts({ summary }) {
    const counted = summary.models.filter(({ artifacts }) => artifacts !== undefined);
    if (counted.length === 0) return notRated('artifacts');
    const shares = counted.map(({ title, artifacts }) => `${title} ${Math.round((artifacts?.withAny ?? 0) * 100)} %`);
    return { section: 'artifacts', heading: 'Artifacts', markdown: artifactsMarkdown(summary), summary: `Outputs with artifacts: ${shares.join(', ')}` };
  },
  vram({ evaluation, summary }) {
    const run = summary.models.filter(({ memory }) => memory !== undefined);
    if (run.length === 0) return notRun;
    const peak = Math.max(...run.map(({ memory }) => memory?.peakBytes ?? 0));
    return { section: 'memory', heading: 'Memory and time', markdown: memoryMarkdown(evaluation, summary), summary: `At most ${(peak / 1e9).toFixed(1)} GB over ${run.length} models` };
  },
  rank({ evaluation, summary }) {
    if (summary.models.every(({ rank }) => rank === undefined)) return notRated('every weighted criterion');
    return { section: 'ranking', heading: 'Ranking', markdown: rankingMarkdown(evaluation, summary), summary: rankingText(summary) };
  },
};

async function write({ section, heading, markdown, summary }: Content, { evaluation, summary: figures }: Results, context: ActionContext): Promise<Outcome> {
  const { planFolder } = context.paths;
  const written = await writeSection(path.join(planFolder, 'analysis.md'), section, markdown, context, { heading, document: { title: `${evaluation.name}: analysis` } });
  if (!written.ok) return failed(written.failure);
  const table = path.join(planFolder, 'analysis.csv');
  const replaced = await replaceFile(table, matrixCsv(evaluation, figures));
  if (!replaced.ok) return failed(replaced.failure);
  context.wrote(table);
  return done(written.value === 'kept' ? `${summary} (analysis.md kept as edited by hand)` : summary);
}

function isPart(part: string): part is Part {
  return Object.hasOwn(parts, part);
}

function unknownPart(part: string): Failure {
  return { code: 'unknown-part', message: `"${part}" is no part of the analysis.`, advice: `Use one of ${Object.keys(parts).join(', ')}.`, short: 'which part?' };
}

function unknownCriterion(criterion: string, known: readonly string[]): Failure {
  return {
    code: 'unknown-criterion',
    message: `evaluation.json has no scale "${criterion}" to average; it has ${known.join(', ') || 'none'}.`,
    advice: 'Name one of these in the step, or add the criterion to evaluation.json.',
    short: 'which criterion?',
  };
}

function notRated(what: string): Failure {
  return { code: 'no-ratings', message: `No output has been rated by ${what}.`, advice: 'Run the review step of the plan first.', short: 'nothing rated' };
}

const notRun: Failure = { code: 'no-outputs', message: 'No model has made an output yet, so there is no memory use to compare.', advice: 'Run the step that edits the pictures first.', short: 'no outputs' };
