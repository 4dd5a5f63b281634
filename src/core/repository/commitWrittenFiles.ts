import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Ask, ConfirmQuestion, Logger, PlanPaths, RunSettings } from '../actions/action';
import { cancelled, done, failed, needsPerson, ok, type Outcome, type Result } from '../outcome';
import type { Task } from '../plan/plan';
import { changeId } from '../report/changeId';
import { commitMessage } from './commitMessage';
import { addOwnCommit } from './commitHistory';
import type { CommitSelection, LeftOutFile, SelectionRequest } from './commitSelection';
import { Repository } from './repository';
import type { RepositoryState } from './repositoryState';
import type { WrittenFiles } from './writtenFiles';

export interface WrittenCommit {
  readonly paths: PlanPaths;
  readonly settings: Pick<RunSettings, 'commitMessage' | 'maximumCommittedPicture'>;
  readonly written: WrittenFiles;
  /** Read from the plan when left out. */
  readonly change?: string;
  readonly task: Pick<Task, 'id' | 'title'> | undefined;
  readonly ask: Ask;
  readonly log: Logger;
  readonly signal?: AbortSignal;
  /**
   * `each`: a step of the plan commits, so the person sees this commit. `once` (default): asked once per workspace.
   * `given`: the question before the last commit named this one, too.
   */
  readonly consent?: 'each' | 'once' | 'given';
  /** By the setting's template when left out. */
  readonly message?: string;
}

/** Commits what Evalmark wrote since its last commit, once the person has seen it. Nothing to commit is done, too. */
export async function commitWrittenFiles(request: WrittenCommit): Promise<Outcome> {
  const { paths, written, ask, consent = 'once' } = request;
  const remembered = consent === 'once' ? await readConsent(paths.storage) : undefined;
  if (remembered === false) return done('not committed: switched off for this workspace');
  const files = await written.list();
  if (files.length === 0) return done('nothing to commit');

  const repository = await openOrInit(paths, ask, consent);
  if (!(repository instanceof Repository)) return repository;
  const offer = await prepare(repository, files, request);
  if ('kind' in offer) return offer;

  const agreed = await agreement(offer, consent, remembered, request);
  if (agreed !== true) return agreed;
  return commitNow(repository, offer, request);
}

type Consent = NonNullable<WrittenCommit['consent']>;

interface Offer {
  readonly state: RepositoryState;
  readonly request: SelectionRequest;
  readonly selection: CommitSelection;
  readonly message: string;
}

/** What the next commit would hold, as a patch with a summary above it; nothing is committed. */
export async function previewCommit({ paths, settings, written }: Pick<WrittenCommit, 'paths' | 'settings' | 'written'>): Promise<Result<string>> {
  const opened = await Repository.open(paths.planFolder);
  if (!opened.ok) return opened;
  const selection = await opened.value.select(await selectionRequest(await written.list(), { paths, settings, written }));
  if (!selection.ok) return selection;
  const { files, leftOut } = selection.value;
  const notes = leftOut.flatMap(({ path: file, reason }) => (reasons[reason] ? [`# left out: ${file} (${reasons[reason]})`] : []));
  const parts = files.flatMap(({ path: file, part }) => (part ? [`# in part: ${file} (your own changes in it stay uncommitted)`] : []));
  if (files.length === 0) return ok(['# Nothing of Evalmark\'s waits to be committed.', ...notes, ''].join('\n'));
  const patch = await opened.value.patch(selection.value);
  return patch.ok ? ok([...parts, ...notes, patch.value].join('\n')) : patch;
}

async function selectionRequest(files: readonly string[], { paths, settings, written }: Pick<WrittenCommit, 'paths' | 'settings' | 'written'>): Promise<SelectionRequest> {
  // Evalmark's own data: whoever wrote last, it belongs together with the documents made of it.
  const data = new Set(['evaluation.json', 'survey.json', 'ratings.jsonl', 'results.json'].map((name) => path.join(paths.planFolder, name)));
  const touched = new Set([...(await written.touched())].filter((file) => !data.has(file)));
  return { files, maximumPicture: settings.maximumCommittedPicture, plan: paths.plan, touched, removed: await written.removed() };
}

/** What would be committed, or why nothing can or need be. */
async function prepare(repository: Repository, files: readonly string[], request: WrittenCommit): Promise<Offer | Outcome> {
  const { paths, settings, written, task, log } = request;
  const state = await repository.state();
  if (!state.ok) return failed(state.failure);
  const refused = repository.refusal(state.value);
  if (refused) return failed(refused);
  const first = await selectionRequest(files, request);
  const selected = await repository.select(first);
  if (!selected.ok) return failed(selected.failure);
  const agreed = await agreedFiles(selected.value, request);
  const wanted = agreed.size > 0 ? { ...first, agreed } : first;
  const selection = agreed.size > 0 ? await repository.select(wanted) : selected;
  if (!selection.ok) return failed(selection.failure);
  const { leftOut } = selection.value;
  for (const file of leftOut) if (reasons[file.reason]) log.info(`Not committed: ${file.path} (${reasons[file.reason] ?? ''})`);
  if (selection.value.files.length === 0) {
    await written.clear(settled(leftOut));
    return done(`nothing to commit${leftOutNote(leftOut)}`);
  }
  const message = request.message ?? commitMessage(settings.commitMessage, { change: request.change ?? (await changeId(paths)), task });
  return { state: state.value, request: wanted, selection: selection.value, message };
}

/** Files that hold a person's changes and Evalmark's in one are committed whole only when the person says so, for each commit. */
async function agreedFiles({ leftOut }: CommitSelection, { ask, consent = 'once' }: WrittenCommit): Promise<ReadonlySet<string>> {
  const mixed = leftOut.filter(({ reason }) => reason === 'mixed');
  if (mixed.length === 0 || consent !== 'each') return new Set();
  const agreed = await ask.confirm({
    title: `Commit ${mixed.length === 1 ? 'a file' : `${mixed.length} files`} with changes of yours in it?`,
    detail: [...mixed.slice(0, shownFiles).map((file) => file.path), '', 'They hold your changes and Evalmark\'s, which cannot be told apart. If not, they are left out of this commit.'].join('\n'),
    agree: 'Commit Them Whole',
    kind: 'danger',
  });
  return new Set(agreed === true ? mixed.map(({ file }) => file) : []);
}

async function agreement({ state, selection, message }: Offer, consent: Consent, remembered: true | undefined, { ask, paths }: WrittenCommit): Promise<true | Outcome> {
  if ((remembered || consent === 'given') && state.branch !== undefined) return true;
  const agreed = await ask.confirm(question(selection, message, state, consent));
  if (agreed === undefined) return needsPerson(`Commit ${count(selection.files.length)}: ${message}`);
  if (consent === 'once' && !remembered) await writeConsent(paths.storage, agreed);
  return agreed || cancelled;
}

async function commitNow(repository: Repository, { state, message, request }: Offer, { paths, written, log, signal }: WrittenCommit): Promise<Outcome> {
  const committed = await repository.commitFiles({
    ...request,
    message,
    allowDetached: state.branch === undefined,
    ...(signal ? { signal } : {}),
  });
  if (!committed.ok) {
    if (signal?.aborted) return cancelled;
    if (committed.failure.detail) log.error(committed.failure.detail);
    return failed(committed.failure);
  }
  const { commit, hash, files: taken, leftOut } = committed.value;
  await written.clear([...taken.map(({ file }) => file), ...settled(leftOut)]);
  if (commit === undefined) return done(`nothing to commit${leftOutNote(leftOut)}`);
  if (hash !== undefined) await addOwnCommit(paths.storage, { hash, message, files: taken.map(({ file }) => file) });
  log.info(`Committed ${commit} ${message}`);
  return done(`${commit}: ${count(taken.length)}${leftOutNote(leftOut)}`);
}

/** Forgets whether commits after tasks were agreed to, so that the next one asks again. */
export async function forgetCommitConsent(storage: string): Promise<void> {
  await writeConsent(storage, undefined);
}

async function openOrInit({ planFolder, workspace }: PlanPaths, ask: Ask, consent: Consent): Promise<Repository | Outcome> {
  const opened = await Repository.open(planFolder);
  if (opened.ok) return opened.value;
  if (opened.failure.code !== 'no-repository' || consent !== 'each') return failed(opened.failure);
  const agreed = await ask.confirm({
    title: `${path.basename(workspace)} is in no git repository. Make one?`,
    detail: `Runs git init in ${workspace}.`,
    agree: 'Make Repository',
    kind: 'question',
  });
  if (agreed === undefined) return needsPerson(`${opened.failure.message} ${opened.failure.advice}`);
  if (!agreed) return cancelled;
  const made = await Repository.init(workspace);
  return made.ok ? made.value : failed(made.failure);
}

function question({ files, leftOut }: CommitSelection, message: string, { branch }: RepositoryState, consent: Consent): ConfirmQuestion {
  const shown = files.slice(0, shownFiles).map((file) => `${file.change}  ${file.path}${file.part ? ' (only what Evalmark changed in it)' : ''}`);
  if (files.length > shownFiles) shown.push(`… and ${files.length - shownFiles} more`);
  const named = leftOut.filter(({ reason }) => reasons[reason]).map((file) => `left out: ${file.path} (${reasons[file.reason] ?? ''})`);
  const where = branch === undefined ? ['HEAD is detached: this commit will belong to no branch and is easily lost.', ''] : [];
  return {
    title: consent === 'each' ? `Commit ${count(files.length)}${branch === undefined ? '' : ` to ${branch}`}?` : 'Commit what Evalmark wrote now, and after each task from now on?',
    detail: [...where, message, '', ...shown, ...named, '', 'What you changed or staged yourself is not in it.', ...(consent === 'each' ? ['The boxes that this ticks follow in a commit of their own.'] : [])].join('\n'),
    agree: branch === undefined ? 'Commit All the Same' : 'Commit',
    kind: 'question',
  };
}

const shownFiles = 20;

/** Of the reasons that a person wants to hear. */
const reasons: Readonly<Partial<Record<LeftOutFile['reason'], string>>> = {
  'large-picture': 'picture over the size setting',
  'partly-staged': 'you have staged another state of it; commit or unstage that first',
  elsewhere: 'belongs to another repository',
  mixed: 'holds changes of yours that cannot be told from Evalmark\'s',
  yours: 'all changes in it are yours',
};

/** Left out for good: to ask again about them at the next commit would change nothing. */
function settled(leftOut: readonly LeftOutFile[]): readonly string[] {
  return leftOut.filter(({ reason }) => reason !== 'partly-staged' && reason !== 'large-picture' && reason !== 'mixed').map(({ file }) => file);
}

function leftOutNote(leftOut: readonly LeftOutFile[]): string {
  const named = leftOut.filter(({ reason }) => reasons[reason]);
  return named.length === 0 ? '' : `, ${named.length} left out (${named.map((file) => path.basename(file.path)).slice(0, 3).join(', ')})`;
}

function count(files: number): string {
  return files === 1 ? '1 file' : `${files} files`;
}

async function readConsent(storage: string): Promise<boolean | undefined> {
  try {
    const { agreed } = JSON.parse(await readFile(consentFile(storage), 'utf8')) as { readonly agreed?: unknown };
    return typeof agreed === 'boolean' ? agreed : undefined;
  } catch {
    return undefined;
  }
}

async function writeConsent(storage: string, agreed: boolean | undefined): Promise<void> {
  await mkdir(storage, { recursive: true }).catch(() => {});
  await writeFile(consentFile(storage), `${JSON.stringify({ agreed })}\n`).catch(() => {});
}

function consentFile(storage: string): string {
  return path.join(storage, 'commit-after-task.json');
}
