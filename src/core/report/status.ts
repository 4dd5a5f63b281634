import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Ask, Logger, PlanPaths } from '../actions/action';
import { readEvaluation } from '../evaluation/evaluationFile';
import type { Failure, Result } from '../outcome';
import type { Plan } from '../plan/plan';
import { changeId, planName } from './changeId';
import { findDeliverables } from './deliverables';
import { writeSection } from './managedSection';
import { resultsDocumentOf } from './planOptions';
import { checkDocuments, type SectionStanding } from './rebuild';
import { readJudgement } from './record/judgement';
import { readRecord, recordFile } from './record/recordFile';
import { readRunHistory } from './runHistory';
import { linkFrom } from './sections/section';
import { progressMarkdown } from './statusText';

export interface StatusUpdate {
  readonly plan: Plan;
  readonly paths: PlanPaths;
  /** Why steps failed, by step id, where it is not in the journal yet. */
  readonly failures?: ReadonlyMap<string, Failure>;
  readonly ask: Ask;
  readonly log: Logger;
  wrote(path: string): void;
  /** The document, relative to the workspace; STATUS.md when left out. */
  readonly file?: string;
  /** A person ran the step that updates it, so a hand edit is asked about again. */
  readonly onPurpose?: boolean;
}

/** Brings the plan's own section of STATUS.md, at the top of the workspace, in line with the plan. Each plan has one. */
export async function updateStatus(update: StatusUpdate): Promise<Result<'written' | 'unchanged' | 'kept'>> {
  const { plan, paths } = update;
  const file = (update.file ?? 'STATUS.md').split(path.sep).join('/');
  const change = await changeId(paths);
  const resultsFile = resultsDocumentOf(plan, change);
  const history = await readRunHistory(paths.storage);
  const former = await readRecord(paths.planFolder);
  const judgement = await readJudgement(plan, update, former.ok ? former.value : undefined);
  const standings = await documentStandings(update);
  const markdown = progressMarkdown(plan, {
    spent: history.spent,
    failures: new Map([...history.failures, ...(update.failures ?? [])]),
    decision: judgement.ok ? judgement.value.decision : {},
    deliverables: await findDeliverables(plan, paths, resultsFile, standings),
    stale: [...new Set(standings.filter(({ standing }) => standing === 'stale').map((one) => one.file))],
    links: await linksOf(file, resultsFile, paths),
    linkTo: (to) => linkFrom(file, to),
  });
  return writeSection(file, `status-${change}`, markdown, update, { heading: planName(plan, change), document: { title: 'Status' }, quiet: !update.onPurpose });
}

/** Only once there are results: before, there is nothing that a document could disagree with. */
async function documentStandings({ plan, paths, ask, wrote }: StatusUpdate): Promise<readonly SectionStanding[]> {
  if (!(await exists(recordFile(paths.planFolder)))) return [];
  const evaluation = () => readEvaluation(path.join(paths.planFolder, 'evaluation.json'));
  const checked = await checkDocuments({ plan, paths, ask, wrote, evaluation, log: silent });
  return checked.ok ? checked.value : [];
}

/** To the plan, and to the results where they are. */
async function linksOf(file: string, resultsFile: string, { workspace, plan }: PlanPaths): Promise<readonly string[]> {
  const planFile = path.relative(workspace, plan).split(path.sep).join('/');
  const results = (await exists(path.join(workspace, resultsFile))) ? [`[results](${linkFrom(file, resultsFile)})`] : [];
  return [`[plan](${linkFrom(file, planFile)})`, ...results];
}

/** What a check has to say is in its standings. */
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
