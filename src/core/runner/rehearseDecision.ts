import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger, PlanPaths, RunSettings } from '../actions/action';
import { linkPlan } from '../actions/link';
import { readEvaluation } from '../evaluation/evaluationFile';
import { fail, ok, type Failure, type Result } from '../outcome';
import type { Plan } from '../plan/plan';
import { FilePlanStore } from '../plan/planFile';
import type { PlanSnapshot } from '../plan/planStore';
import { analysisFile } from '../report/analysis';
import { changeId } from '../report/changeId';
import { decisionWork, type GivenDecision } from '../report/givenDecision';
import { resultsDocumentOf } from '../report/planOptions';
import { WorkspaceMirror } from '../report/workspaceMirror';
import { writeGivenDecision } from '../report/writeGivenDecision';
import { Runner } from './runner';
import type { RunPolicy, RunServices } from './services';

/** A document as it is and as it would be. */
export interface DocumentChange {
  /** Relative to the workspace, with `/`. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

export interface Rehearsal {
  readonly changes: readonly DocumentChange[];
  /** Questions about hand edits that writing will put; here they are unanswered, so what people wrote stays. */
  readonly asks: readonly string[];
}

export interface RehearsedPlan {
  readonly paths: PlanPaths;
  /** As it stands now, unsaved changes included. */
  readonly snapshot: PlanSnapshot;
  readonly settings: RunSettings;
  readonly policy: RunPolicy;
}

/**
 * What writing this decision would change, document by document, plan and STATUS.md included: the very steps run, in a
 * mirror of the workspace. Nothing outside the mirror is written.
 */
export async function rehearseDecision(given: GivenDecision, rehearsed: RehearsedPlan): Promise<Result<Rehearsal>> {
  const { paths, snapshot } = rehearsed;
  const documents = await documentsOf(snapshot.plan, paths);
  const mirror = await WorkspaceMirror.of(paths.workspace, { files: [...documents, ...dataOf(paths)], folders: await assetFolders(documents, paths) });
  try {
    const mirrored = await mirroredPaths(mirror.root, paths);
    await writeFile(mirrored.plan, snapshot.bytes ?? snapshot.text);
    const asks: string[] = [];
    const failure = await perform(given, { ...rehearsed, paths: mirrored }, asks);
    if (failure) return fail(failure);
    const changes: DocumentChange[] = [];
    for (const file of documents) {
      const isPlan = path.join(paths.workspace, file) === paths.plan;
      const before = isPlan ? snapshot.text : await textOf(path.join(paths.workspace, file));
      const after = await textOf(path.join(mirror.root, file));
      if (before !== after) changes.push({ file: slashed(file), before, after });
    }
    return ok({ changes, asks: [...new Set(asks)] });
  } finally {
    await mirror.remove();
  }
}

async function perform(given: GivenDecision, { paths, snapshot, settings, policy }: RehearsedPlan, asks: string[]): Promise<Failure | undefined> {
  const failures: Failure[] = [];
  const ask: RunServices['ask'] = {
    said: given,
    choose: async () => undefined,
    text: async () => undefined,
    files: async () => undefined,
    look: async () => undefined,
    // A task whose dependencies are open runs in a rehearsal; only what replaces people's words is left unanswered.
    confirm: async ({ title, kind }) => (kind === 'danger' ? void asks.push(title) : true),
  };
  const work = decisionWork(snapshot.plan, given);
  const evaluation = () => readEvaluation(path.join(paths.planFolder, 'evaluation.json'));
  const direct = await writeGivenDecision(work, given, { plan: snapshot.plan, paths, ask, log: silent, wrote() {}, evaluation });
  if (!direct.ok) return direct.failure;
  const runner = new Runner({
    store: new FilePlanStore(paths.plan), paths, ask, log: silent,
    shell: { run: async () => ({ kind: 'ended', exitCode: undefined, output: '', message: '' }), reset: async () => {}, dispose() {} },
    now: () => new Date(),
    settings: () => settings,
    policy: () => ({ ...policy, commitAfter: 'off' }),
    hub: async () => fail(notHere),
    inference: async () => fail(notHere),
  });
  await runner.load();
  runner.onEvent((event) => {
    if (event.kind === 'step' && event.run.kind === 'failed') failures.push(event.run.failure);
  });
  if (work.steps.length > 0) await runner.run({ kind: 'steps', ids: work.steps.map(({ id }) => id) });
  return failures[0];
}

/** Everything that follows a decision: the plan, its results, STATUS.md and what its steps document. */
async function documentsOf(plan: Plan, paths: PlanPaths): Promise<readonly string[]> {
  const named = [...linkPlan(plan).values()].flatMap(({ action, arguments: { file } }) => (file !== undefined && ['document', 'options', 'decide', 'review.examples'].includes(action) ? [path.normalize(file)] : []));
  const own = [resultsDocumentOf(plan, await changeId(paths)), 'STATUS.md'].map((file) => path.normalize(file));
  return [...new Set([...own, ...named, ...[analysisFile(paths.planFolder), paths.plan].map((file) => path.relative(paths.workspace, file))])].filter((file) => !file.startsWith('..') && !path.isAbsolute(file));
}

function dataOf({ workspace, planFolder }: PlanPaths): readonly string[] {
  return ['results.json', 'ratings.jsonl', 'evaluation.json', 'survey.json'].map((name) => path.relative(workspace, path.join(planFolder, name)));
}

async function assetFolders(documents: readonly string[], paths: PlanPaths): Promise<readonly string[]> {
  const change = await changeId(paths);
  return [...new Set(documents.map((file) => path.join(path.dirname(file), 'assets', change)))];
}

/** With a copy of the journal, from which STATUS.md takes times. */
async function mirroredPaths(root: string, { workspace, plan, planFolder, storage }: PlanPaths): Promise<PlanPaths> {
  const there = (file: string): string => path.join(root, path.relative(workspace, file));
  const own = path.join(path.dirname(root), 'storage');
  await mkdir(own, { recursive: true });
  await copyFile(path.join(storage, 'journal.jsonl'), path.join(own, 'journal.jsonl')).catch(() => undefined);
  return { workspace: root, plan: there(plan), planFolder: there(planFolder), storage: own };
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

function slashed(file: string): string {
  return file.split(path.sep).join('/');
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const notHere: Failure = { code: 'rehearsal', message: 'Nothing is fetched or run for a preview.', advice: 'Write the decision instead.' };
