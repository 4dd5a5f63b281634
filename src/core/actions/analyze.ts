import path from 'node:path';
import { done, failed, type Failure, type Outcome } from '../outcome';
import { analysisContent, analysisFile, analysisParts, isAnalysisPart, type AnalysisContent } from '../report/analysis';
import { writeAssets } from '../report/assets';
import { writeSection } from '../report/managedSection';
import { replaceFile } from '../report/replaceFile';
import { recordResults, type Results } from '../report/results';
import { matrixCsv } from '../review/matrixDocument';
import type { Action, ActionContext } from './action';
import { revealFirst } from './revealFirst';

/** Computes one part of the comparison from ratings and runs, into `analysis.md` and `analysis.csv` beside the plan. */
export const analyze: Action = {
  name: 'analyze',
  async run({ link }, context) {
    const part = link.arguments.part ?? 'table';
    if (!isAnalysisPart(part)) return failed(unknownPart(part));
    const stopped = await revealFirst(context);
    if (stopped) return stopped;
    const read = await recordResults(context);
    if (!read.ok) return failed(read.failure);
    const content = analysisContent(part, read.value, link.arguments.criterion === '' ? undefined : link.arguments.criterion);
    return content.ok ? write(content.value, read.value, context) : failed(content.failure);
  },
};

async function write({ section, heading, markdown, summary, assets }: AnalysisContent, { evaluation, summary: figures, record }: Results, context: ActionContext): Promise<Outcome> {
  const { planFolder, workspace } = context.paths;
  const file = analysisFile(planFolder);
  const drawn = await writeAssets(assets, { file: path.relative(workspace, file), change: record.change, workspace }, context.wrote);
  if (!drawn.ok) return failed(drawn.failure);
  const written = await writeSection(file, section, markdown, context, { heading, document: { title: `${evaluation.name}: analysis` } });
  if (!written.ok) return failed(written.failure);
  const table = path.join(planFolder, 'analysis.csv');
  const replaced = await replaceFile(table, matrixCsv(evaluation, figures));
  if (!replaced.ok) return failed(replaced.failure);
  context.wrote(table);
  return done(written.value === 'kept' ? `${summary} (analysis.md kept as edited by hand)` : summary);
}

function unknownPart(part: string): Failure {
  return { code: 'unknown-part', message: `"${part}" is no part of the analysis.`, advice: `Use one of ${analysisParts().join(', ')}.`, short: 'which part?' };
}
