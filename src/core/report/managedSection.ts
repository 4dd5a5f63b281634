import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Ask, Logger, PlanPaths } from '../actions/action';
import { insideWorkspace } from '../evaluation/workspacePath';
import { fail, ok, type Result } from '../outcome';
import { difference } from './difference';
import { replaceFile, writeFailure } from './replaceFile';
import { bodyOf, findSections, hashOf, keepSection, replaceSection, type Section, type SectionRequest } from './sectionText';

export interface SectionContext {
  readonly ask: Ask;
  readonly log: Logger;
  readonly paths: Pick<PlanPaths, 'workspace'>;
  wrote(path: string): void;
}

export interface SectionOptions {
  /** Heading under which the section is created; added at the end when the document has none of that name. */
  readonly heading?: string;
  /** Name of a section behind which this one is created, when that one is there. */
  readonly after?: string;
  /** Where it belongs among the other sections; see `SectionRequest`. */
  readonly order?: readonly string[];
  /** How a missing document begins. */
  readonly document?: { readonly title: string };
  /** Nobody ran this on purpose (STATUS.md after a task): a hand edit that was once kept is not asked about again. */
  readonly quiet?: boolean;
}

/**
 * Writes one managed section of a document inside the workspace. What a person wrote is never lost: outside the markers
 * nothing changes, and a hand edit inside is replaced only when the person says so (`kept` otherwise).
 * @param file absolute, or relative to the workspace folder
 */
export async function writeSection(
  file: string,
  name: string,
  markdown: string,
  context: SectionContext,
  options: SectionOptions = {},
): Promise<Result<'written' | 'unchanged' | 'kept'>> {
  const located = await locate(file, context);
  if (!located.ok) return located;
  const request: SectionRequest = { name, markdown, heading: options.heading, after: options.after, order: options.order, title: options.document?.title };
  return inTurn(located.value, () => writeInTurn(located.value, request, context, options));
}

/** The text of a section; `undefined` when the document or the section is not there. */
export async function readSection(file: string, name: string, context: Pick<SectionContext, 'paths'>): Promise<Result<string | undefined>> {
  const found = await findSection(file, name, context);
  return found.ok ? ok(found.value?.body) : found;
}

/** A section as it stands in its document; `undefined` when the document or the section is not there. */
export async function findSection(file: string, name: string, context: Pick<SectionContext, 'paths'>): Promise<Result<Section | undefined>> {
  const located = await locate(file, context);
  if (!located.ok) return located;
  const read = await readDocument(located.value);
  if (!read.ok) return read;
  const sections = findSections(read.value ?? '');
  return sections.ok ? ok(sections.value.find((section) => section.name === name)) : fail({ ...sections.failure, message: `${shown(located.value, context)}: ${sections.failure.message}` });
}

type Written = Result<'written' | 'unchanged' | 'kept'>;

async function writeInTurn(file: string, request: SectionRequest, context: SectionContext, options: SectionOptions): Promise<Written> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = await readDocument(file);
    if (!before.ok) return before;
    const planned = await planWrite(file, before.value ?? '', request, context, options);
    if (!planned.ok) return planned;
    const { text, result } = planned.value;
    if (text === (before.value ?? '')) return ok(result);
    const now = await readDocument(file);
    if (!now.ok) return now;
    if (now.value !== before.value) continue;
    const replaced = await replaceFile(file, text);
    if (!replaced.ok) return replaced;
    context.wrote(file);
    return ok(result);
  }
  return fail({
    code: 'document-busy',
    message: `${shown(file, context)} kept changing while Evalmark wrote to it.`,
    advice: 'Run the step again when the other program is done.',
    short: 'file busy',
  });
}

interface PlannedWrite {
  readonly text: string;
  readonly result: 'written' | 'unchanged' | 'kept';
}

/** The document as it is to be, after asking where a hand edit is in the way. */
async function planWrite(file: string, text: string, request: SectionRequest, context: SectionContext, options: SectionOptions): Promise<Result<PlannedWrite>> {
  const sections = findSections(text);
  if (!sections.ok) return fail({ ...sections.failure, message: `${shown(file, context)}: ${sections.failure.message}` });
  const present = sections.value.find(({ name }) => name === request.name);
  const body = bodyOf(request.markdown);
  if (present?.body === body && !present.edited) return ok({ text, result: 'unchanged' });
  if (present?.edited && present.body !== body) {
    const answer = await askToReplace(file, present, body, context, options);
    if (answer !== 'replace') {
      context.log.info(`${shown(file, context)}: the section "${request.name}" was edited by hand and is kept. Delete it to have it written anew.`);
      return ok({ text: answer === 'keep' ? keepSection(text, present) : text, result: 'kept' });
    }
  }
  const next = replaceSection(text, request);
  return next.ok ? ok({ text: next.value, result: 'written' }) : next;
}

type Answer = 'replace' | 'keep' | 'unanswered';

/** Only an answer is remembered in the marker; where nobody was there the document stays as it is. */
async function askToReplace(file: string, section: Section, body: string, context: SectionContext, { quiet }: SectionOptions): Promise<Answer> {
  if (quiet && section.kept === hashOf(section.body)) return 'unanswered';
  const answer = await context.ask.confirm({
    title: `The section "${section.name}" of ${shown(file, context)} was edited by hand. Replace it?`,
    detail: difference(section.body, body),
    agree: 'Replace',
    kind: 'danger',
    compare: { name: `${path.basename(file, path.extname(file))}, ${section.name}`, before: section.body, after: body },
  });
  if (answer === undefined) return 'unanswered';
  return answer ? 'replace' : 'keep';
}

/** The real path, so that a link to a document is followed and not replaced. */
async function locate(file: string, { paths }: Pick<SectionContext, 'paths'>): Promise<Result<string>> {
  const relative = path.isAbsolute(file) ? path.relative(paths.workspace, file) : file;
  const inside = await insideWorkspace(paths.workspace, relative);
  if (!inside.ok) return inside;
  return ok(await realpath(inside.value).catch(() => inside.value));
}

const maximumBytes = 20_000_000;

/** `undefined` when there is no such document. */
async function readDocument(file: string): Promise<Result<string | undefined>> {
  try {
    const { size } = await stat(file);
    if (size > maximumBytes) return fail(unreadable(file, 'is larger than 20 MB'));
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
    return text.includes('\0') ? fail(unreadable(file, 'is not a text document')) : ok(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok(undefined);
    if (error instanceof TypeError) return fail(unreadable(file, 'is not UTF-8 text'));
    return fail(writeFailure(file, error));
  }
}

function unreadable(file: string, what: string) {
  return {
    code: 'document-unreadable',
    message: `${path.basename(file)} ${what}.`,
    advice: 'Save it as UTF-8 text, or name another document in the step. Nothing was written.',
    short: 'unreadable',
  };
}

const turns = new Map<string, Promise<unknown>>();

/** Steps that fill one document at the same time write one after the other. */
async function inTurn<Value>(file: string, work: () => Promise<Value>): Promise<Value> {
  const mine = (turns.get(file) ?? Promise.resolve()).then(work, work);
  turns.set(file, mine);
  try {
    return await mine;
  } finally {
    if (turns.get(file) === mine) turns.delete(file);
  }
}

function shown(file: string, { paths }: Pick<SectionContext, 'paths'>): string {
  const relative = path.relative(paths.workspace, file);
  return relative.startsWith('..') ? path.basename(file) : relative.split(path.sep).join('/');
}
