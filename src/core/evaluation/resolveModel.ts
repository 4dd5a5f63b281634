import { stat } from 'node:fs/promises';
import path from 'node:path';
import { findSnapshot } from '../hub/cache';
import type { HubConnection } from '../hub/connection';
import { fail, ok, type Failure, type Result } from '../outcome';
import type { Plan } from '../plan/plan';
import type { ModelEntry } from './evaluation';
import { sha256Of } from './generations';
import type { LocalModel } from './inference';
import { insideWorkspace } from './workspacePath';

/** A model of the evaluation with its files on this disk, and what identifies them. */
export interface ResolvedModel {
  readonly entry: ModelEntry;
  readonly local: LocalModel;
  /** Commit of the base model; undefined for files of the workspace. */
  readonly revision: string | undefined;
  /** Of a single file. */
  readonly fileSha256: string | undefined;
  readonly transformer?: ResolvedTransformer;
  readonly loras: readonly { readonly repository: string; readonly revision?: string; readonly scale: number }[];
}

/** What identifies a transformer's weights that are not the base's own. */
export interface ResolvedTransformer {
  readonly repository: string;
  readonly revision?: string;
  /** Without folders. */
  readonly file: string;
}

export interface ModelPlaces {
  readonly workspace: string;
  /** For naming the step that downloads what is missing, where there is a plan at hand. */
  readonly plan?: Plan;
  hub(): Promise<Result<HubConnection>>;
}

/** Finds a model's files in the workspace or in the Hub's cache; nothing is downloaded. */
export async function resolveModel(entry: ModelEntry, places: ModelPlaces): Promise<Result<ResolvedModel>> {
  const base = await resolveFiles({ name: entry.base, revision: entry.revision, file: entry.file }, places, '.onnx');
  if (!base.ok) return base;
  const transformer = entry.transformer && (await resolveFiles({ name: entry.transformer.repository, revision: entry.transformer.revision, file: entry.transformer.file }, places, '.gguf'));
  if (transformer?.ok === false) return transformer;
  const loras: { readonly path: string; readonly scale: number; readonly repository: string; readonly revision?: string }[] = [];
  for (const { repository, revision, file, scale = 1 } of entry.loras ?? []) {
    const found = await resolveFiles({ name: repository, revision, file }, places, '.safetensors');
    if (!found.ok) return found;
    loras.push({ path: found.value.path, scale, repository, ...(found.value.revision === undefined ? {} : { revision: found.value.revision }) });
  }
  return ok({
    entry,
    local: {
      path: base.value.path,
      ...(transformer ? { transformer: transformer.value.path } : {}),
      loras: loras.map((lora) => ({ path: lora.path, scale: lora.scale })),
      ...(entry.range === undefined ? {} : { range: entry.range }),
    },
    revision: base.value.revision,
    fileSha256: base.value.folder ? undefined : await hashOf(base.value.path),
    ...(transformer && entry.transformer ? { transformer: identified(entry.transformer.repository, transformer.value) } : {}),
    loras: loras.map(({ repository, revision, scale }) => ({ repository, ...(revision === undefined ? {} : { revision }), scale })),
  });
}

function identified(repository: string, { path: file, revision }: Files): ResolvedTransformer {
  return { repository, ...(revision === undefined ? {} : { revision }), file: path.basename(file) };
}

interface Wanted {
  readonly name: string;
  readonly revision: string | undefined;
  readonly file: string | undefined;
}

interface Files {
  readonly path: string;
  readonly revision: string | undefined;
  readonly folder: boolean;
}

async function resolveFiles(wanted: Wanted, places: ModelPlaces, ending: string): Promise<Result<Files>> {
  const local = await inWorkspace(wanted, places.workspace);
  if (local) return ok(local);
  const hub = await places.hub();
  if (!hub.ok) return hub;
  const snapshot = await findSnapshot(hub.value.cacheFolder, wanted.name, wanted.revision);
  if (!snapshot) return fail(notDownloaded(wanted, places.plan));
  const { folder, files, revision } = snapshot;
  if (wanted.file !== undefined) {
    if (!files.includes(wanted.file)) return fail(fileMissing(wanted.name, wanted.file, files.filter((file) => file.endsWith(ending))));
    return ok({ path: path.join(folder, wanted.file), revision, folder: false });
  }
  if (files.includes('model_index.json')) return ok({ path: folder, revision, folder: true });
  const candidates = files.filter((file) => file.endsWith(ending));
  const [only] = candidates;
  if (only === undefined || candidates.length > 1) return fail(fileMissing(wanted.name, undefined, candidates));
  return ok({ path: path.join(folder, only), revision, folder: false });
}

/** Only what stays inside the workspace counts as a file of it. */
async function inWorkspace({ name, file }: Wanted, workspace: string): Promise<Files | undefined> {
  for (const relative of file === undefined ? [name] : [path.posix.join(name, file), name]) {
    const inside = await insideWorkspace(workspace, relative);
    if (!inside.ok) continue;
    const found = await stat(inside.value).catch(() => undefined);
    if (found?.isFile()) return { path: inside.value, revision: undefined, folder: false };
    if (found?.isDirectory() && file === undefined) return { path: inside.value, revision: undefined, folder: true };
  }
  return undefined;
}

function notDownloaded({ name, revision }: Wanted, plan: Plan | undefined): Failure {
  const step = plan && downloadStep(plan, name);
  return {
    code: 'model-not-downloaded',
    message: `${name}${revision === undefined ? '' : ` at ${revision.slice(0, 7)}`} is not on this disk.`,
    advice: step === undefined ? `Download it first (hf download ${name}, or a step "Download ${name}").` : `Run "${step.text}" of task ${step.taskId} first.`,
    short: 'not downloaded',
  };
}

function downloadStep({ steps }: Plan, name: string) {
  const bare = name.slice(name.indexOf('/') + 1).toLowerCase();
  const downloads = steps.filter(({ text }) => /^download\b/i.test(text));
  return downloads.find(({ text }) => text.toLowerCase().includes(name.toLowerCase())) ?? downloads.find(({ text }) => text.toLowerCase().includes(bare));
}

function fileMissing(name: string, file: string | undefined, candidates: readonly string[]): Failure {
  const listed = candidates.slice(0, 5).join(', ');
  return {
    code: 'model-file-missing',
    message: file === undefined ? `${name} holds ${candidates.length === 0 ? 'no model file that can be run' : `several files: ${listed}`}.` : `${name} has no file ${file}.`,
    advice: candidates.length === 0 ? 'Download it again, or choose another model.' : `Set "file" of the model in evaluation.json to one of: ${listed}.`,
    short: 'which file?',
  };
}

const hashes = new Map<string, { readonly stamp: string; readonly sha256: string | undefined }>();

/** Large files are hashed once for each state that they are in. */
async function hashOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return undefined;
  const stamp = `${found.mtimeMs} ${found.size}`;
  const known = hashes.get(file);
  if (known?.stamp === stamp) return known.sha256;
  const sha256 = await sha256Of(file);
  hashes.set(file, { stamp, sha256 });
  return sha256;
}
