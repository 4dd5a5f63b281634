import { existsSync } from 'node:fs';
import path from 'node:path';
import { addModel, modelOfCandidate, readEvaluation, writeEvaluation } from '../evaluation/evaluationFile';
import { isBaseModel } from '../evaluation/modelSelector';
import { bytesText } from '../hub/bytesText';
import { downloadSnapshot, type Download, type DownloadRequest } from '../hub/download';
import { placeSnapshot } from '../hub/localFolder';
import { modelFolders } from '../hub/modelFolders';
import { readSurvey } from '../hub/surveyFile';
import { cancelled, done, failed, needsPerson, ok, type Failure, type Outcome, type Result } from '../outcome';
import type { Action, ActionArguments, ActionContext } from './action';
import { withAccess } from './downloadAccess';
import { offerOrphans } from './downloadOrphans';
import { filesToFetch } from './downloadQuestion';
import { downloadTargets } from './downloadTargets';

/** Brings models into the standard Hugging Face cache, at a pinned commit, verified. */
export const download: Action = {
  name: 'download',
  async run({ link }, context) {
    const hub = await context.hub();
    if (!hub.ok) return failed(hub.failure);
    const targets = await downloadTargets(link.arguments, hub.value, context);
    if (!targets.ok) return targets.failure;
    const fetched: Download[] = [];
    for (const repository of targets.value) {
      const request: DownloadRequest = {
        connection: hub.value,
        repository,
        revision: link.arguments.revision,
        include: listOf(link.arguments.include),
        exclude: listOf(link.arguments.exclude),
        onlyNeeded: true,
        approve: named(link.arguments) ? undefined : (offer) => filesToFetch(offer, context),
        adoptFrom: modelFolders(context.settings.modelFolders),
        bytesPerSecond: context.settings.downloadBytesPerSecond ?? 0,
        signal: context.signal,
        progress: (report) => context.progress(targets.value.length > 1 ? { ...report, message: `${repository}: ${report.message ?? ''}` } : report),
        log: context.log,
        connections: context.settings.downloadConnections,
      };
      const first = await withAccess(repository, hub.value, context, () => downloadSnapshot(request));
      const makesRoom = !first.ok && first.failure.code === 'disk-space' && (await offerOrphans(hub.value.cacheFolder, context));
      const downloaded = makesRoom ? await downloadSnapshot(request) : first;
      if (!downloaded.ok) return context.signal.aborted ? cancelled : unfinished(downloaded.failure);
      const placed = await placeAsAsked(downloaded.value, link.arguments.folder, context);
      if (!placed.ok) return failed(placed.failure);
      const told = await tellEvaluation(downloaded.value, context);
      if (told) return told;
      fetched.push(downloaded.value);
    }
    return done(summaryOf(fetched));
  },
};

/** A plan that names files has chosen them. */
function named({ include, exclude }: ActionArguments): boolean {
  return listOf(include) !== undefined || listOf(exclude) !== undefined;
}

function unfinished(failure: Failure): Outcome {
  return failure.code === 'not-agreed' ? needsPerson(`${failure.message} ${failure.advice}`) : failed(failure);
}

/** A line with `--local-dir` wants the files in a folder, too; one outside the workspace is not written to. */
async function placeAsAsked({ snapshot }: Download, folder: string | undefined, { paths, log }: ActionContext): Promise<Result<unknown>> {
  if (folder === undefined) return ok(undefined);
  const relative = path.relative(paths.workspace, path.resolve(paths.workspace, folder));
  if (/^(?:\.\.(?:[\\/]|$)|~)/.test(relative) || path.isAbsolute(relative)) {
    log.warn(`${folder} lies outside the workspace folder, so nothing is put there: ${snapshot.repository} lies in the cache, ${snapshot.folder}.`);
    return ok(undefined);
  }
  const placed = await placeSnapshot(snapshot, paths.workspace, relative);
  if (placed.ok) log.info(`${placed.value} ${placed.value === 1 ? 'file' : 'files'} of ${snapshot.repository} put into ${folder}.`);
  return placed;
}

function listOf(value: string | undefined): readonly string[] | undefined {
  const parts = value?.split(',').map((part) => part.trim()).filter((part) => part !== '');
  return parts && parts.length > 0 ? parts : undefined;
}

function summaryOf(fetched: readonly Download[]): string {
  const bytes = fetched.reduce((sum, one) => sum + one.bytes, 0);
  const received = fetched.reduce((sum, one) => sum + one.received, 0);
  const what = fetched.length === 1 ? `at ${fetched[0]?.snapshot.revision.slice(0, 7) ?? ''}` : `in ${fetched.length} models`;
  const adopted = fetched.reduce((sum, one) => sum + one.adopted, 0);
  if (adopted > 0) return `${bytesText(bytes)} ${what}, ${received === 0 ? 'all' : bytesText(adopted)} found on this machine`;
  return `${bytesText(bytes)} ${what}${received === 0 ? ', all from the cache' : ''}`;
}

/** Files of which one is a whole model: ONNX, or GGUF where nothing says that it stands beside a LoRA or other weights. */
function singleFiles(files: readonly string[]): readonly string[] {
  const onnx = files.filter((name) => name.endsWith('.onnx'));
  return onnx.length > 0 || files.some((name) => name.endsWith('.safetensors')) ? onnx : files.filter((name) => name.endsWith('.gguf'));
}

/** A model that was downloaded on purpose is one to be tested; where there is no evaluation yet, it is made from the plan later. */
async function tellEvaluation({ snapshot }: Download, { paths, wrote, log }: ActionContext): Promise<Outcome | undefined> {
  const file = path.join(paths.planFolder, 'evaluation.json');
  if (!existsSync(file)) return undefined;
  const read = await readEvaluation(file);
  if (!read.ok) return failed(read.failure);
  const evaluation = read.value;
  const { repository, revision } = snapshot;
  if (evaluation.models.some(({ base, transformer, loras }) => base === repository || transformer?.repository === repository || loras?.some((lora) => lora.repository === repository))) return undefined;
  const base = evaluation.models.find((model) => isBaseModel(model, evaluation));
  if (!base) return undefined;
  const survey = await readSurvey(paths.planFolder);
  const category = survey.ok ? survey.value.candidates.find((candidate) => candidate.repository === repository)?.category : undefined;
  const single = singleFiles(snapshot.files);
  const added = addModel(evaluation, modelOfCandidate({ repository, revision, ...(category ? { category } : {}), ...(single.length === 1 && single[0] ? { file: single[0] } : {}) }, base));
  const written = await writeEvaluation(file, added);
  if (!written.ok) return failed(written.failure);
  wrote(file);
  log.info(`${repository} was added to evaluation.json.`);
  return undefined;
}
