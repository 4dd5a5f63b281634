import { existsSync } from 'node:fs';
import path from 'node:path';
import { addModel, modelOfCandidate, readEvaluation, writeEvaluation } from '../evaluation/evaluationFile';
import { isBaseModel } from '../evaluation/modelSelector';
import { bytesText } from '../hub/bytesText';
import { downloadSnapshot, type Download } from '../hub/download';
import { readSurvey } from '../hub/surveyFile';
import { cancelled, done, failed, type Outcome } from '../outcome';
import type { Action, ActionContext } from './action';
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
      const downloaded = await downloadSnapshot({
        connection: hub.value,
        repository,
        revision: link.arguments.revision,
        include: listOf(link.arguments.include),
        exclude: listOf(link.arguments.exclude),
        signal: context.signal,
        progress: (report) => context.progress(targets.value.length > 1 ? { ...report, message: `${repository}: ${report.message ?? ''}` } : report),
        log: context.log,
        connections: context.settings.downloadConnections,
      });
      if (!downloaded.ok) return context.signal.aborted ? cancelled : failed(downloaded.failure);
      const told = await tellEvaluation(downloaded.value, context);
      if (told) return told;
      fetched.push(downloaded.value);
    }
    return done(summaryOf(fetched));
  },
};

function listOf(value: string | undefined): readonly string[] | undefined {
  const parts = value?.split(',').map((part) => part.trim()).filter((part) => part !== '');
  return parts && parts.length > 0 ? parts : undefined;
}

function summaryOf(fetched: readonly Download[]): string {
  const bytes = fetched.reduce((sum, one) => sum + one.bytes, 0);
  const received = fetched.reduce((sum, one) => sum + one.received, 0);
  const what = fetched.length === 1 ? `at ${fetched[0]?.snapshot.revision.slice(0, 7) ?? ''}` : `in ${fetched.length} models`;
  return `${bytesText(bytes)} ${what}${received === 0 ? ', all from the cache' : ''}`;
}

/** A model that was downloaded on purpose is one to be tested; where there is no evaluation yet, it is made from the plan later. */
async function tellEvaluation({ snapshot }: Download, { paths, wrote, log }: ActionContext): Promise<Outcome | undefined> {
  const file = path.join(paths.planFolder, 'evaluation.json');
  if (!existsSync(file)) return undefined;
  const read = await readEvaluation(file);
  if (!read.ok) return failed(read.failure);
  const evaluation = read.value;
  const { repository, revision } = snapshot;
  if (evaluation.models.some(({ base, loras }) => base === repository || loras?.some((lora) => lora.repository === repository))) return undefined;
  const base = evaluation.models.find((model) => isBaseModel(model, evaluation));
  if (!base) return undefined;
  const survey = await readSurvey(paths.planFolder);
  const category = survey.ok ? survey.value.candidates.find((candidate) => candidate.repository === repository)?.category : undefined;
  const single = snapshot.files.filter((name) => name.endsWith('.onnx'));
  const added = addModel(evaluation, modelOfCandidate({ repository, revision, ...(category ? { category } : {}), ...(single.length === 1 && single[0] ? { file: single[0] } : {}) }, base));
  const written = await writeEvaluation(file, added);
  if (!written.ok) return failed(written.failure);
  wrote(file);
  log.info(`${repository} was added to evaluation.json.`);
  return undefined;
}
