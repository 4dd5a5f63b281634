import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bytesText } from '../hub/bytesText';
import type { DownloadOffer } from '../hub/download';
import type { TreeFile } from '../hub/tree';
import { replaceFile } from '../report/replaceFile';
import type { ActionContext, ChooseOption } from './action';

/**
 * Which files of a repository are fetched. What is small, what a person agreed to before at the same commit, and what runs
 * where nobody can be asked goes ahead with what is needed; otherwise the list is shown, and the answer is remembered.
 * @returns undefined when the person left the question
 */
export async function filesToFetch(offer: DownloadOffer, context: ActionContext): Promise<readonly TreeFile[] | undefined> {
  tell(offer, context);
  const all = [...offer.chosen, ...offer.left.flatMap(({ files }) => files)];
  const before = (await readAnswers(context.paths.storage))[offer.repository];
  if (before?.commit === offer.commit) return all.filter((file) => before.files.includes(file.path));
  const threshold = context.settings.downloadAskAbove ?? Infinity;
  if (!context.ask.panels || offer.missing <= threshold) return offer.chosen;
  const picked = new Set(before ? before.files : offer.chosen.map((file) => file.path));
  const answer = await context.ask.choose({ title: titleOf(offer), placeholder: 'What is ticked is downloaded', many: true, options: optionsOf(offer, picked) });
  if (!answer) return undefined;
  const files = all.filter((file) => answer.includes(file.path));
  await keepAnswer(context, offer, files);
  return files;
}

/** Before the first byte: what is fetched, and what is not and why. */
function tell({ repository, chosen, left }: DownloadOffer, { log, progress }: ActionContext): void {
  log.info(`${repository}: ${filesText(chosen)} chosen: ${chosen.map((file) => file.path).slice(0, 40).join(', ')}${chosen.length > 40 ? ', …' : ''}.`);
  for (const { reason, files } of left) log.info(`${repository}: left out as ${reason}: ${filesText(files)}.`);
  progress({ message: `${filesText(chosen)} to fetch` });
}

function titleOf({ repository, chosen, missing, free }: DownloadOffer): string {
  const room = free === undefined ? '' : `; ${bytesText(free)} free`;
  return `Download ${repository}: ${chosen.length} ${chosen.length === 1 ? 'file' : 'files'}, ${bytesText(missing)} to fetch${room}`;
}

function optionsOf({ chosen, left }: DownloadOffer, picked: ReadonlySet<string>): readonly ChooseOption[] {
  const option = (file: TreeFile, why: string): ChooseOption => ({ id: file.path, label: file.path, description: `${bytesText(file.size)}${why}`, picked: picked.has(file.path) });
  return [...chosen.map((file) => option(file, '')), ...left.flatMap(({ reason, files }) => files.map((file) => option(file, ` · left out: ${reason}`)))];
}

function filesText(files: readonly TreeFile[]): string {
  return `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${bytesText(files.reduce((sum, { size }) => sum + size, 0))}`;
}

/** By repository; an answer holds for the commit that it was given for. */
type Answers = Readonly<Record<string, { readonly commit: string; readonly files: readonly string[] }>>;

async function keepAnswer({ paths, log }: ActionContext, { repository, commit }: DownloadOffer, files: readonly TreeFile[]): Promise<void> {
  if (files.length === 0) return;
  const answers = { ...(await readAnswers(paths.storage)), [repository]: { commit, files: files.map((file) => file.path) } };
  const written = await replaceFile(answersFile(paths.storage), `${JSON.stringify(answers, undefined, 2)}\n`);
  if (!written.ok) log.warn(written.failure.message);
}

async function readAnswers(storage: string): Promise<Answers> {
  try {
    const read = JSON.parse(await readFile(answersFile(storage), 'utf8')) as Record<string, { readonly commit?: unknown; readonly files?: unknown } | null>;
    const valid = Object.entries(read).flatMap(([repository, answer]) => (typeof answer?.commit === 'string' && Array.isArray(answer.files) ? [[repository, { commit: answer.commit, files: (answer.files as readonly unknown[]).filter((file) => typeof file === 'string') }] as const] : []));
    return Object.fromEntries(valid);
  } catch {
    return {};
  }
}

function answersFile(storage: string): string {
  return path.join(storage, 'downloads.json');
}
