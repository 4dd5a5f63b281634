import { categoryOf, repositoryPattern } from '../actions/rules/rule';
import { fail, ok, type Result } from '../outcome';
import type { Plan } from '../plan/plan';
import { addModel, modelOfCandidate, type CandidateModel } from './addModel';
import { editsFromPlan } from './editsFromPlan';
import type { Criterion, Evaluation, ModelEntry, PictureSource } from './evaluation';
import { slug } from './slug';

/**
 * An evaluation as the plan's text describes it: base model and LoRAs from its download steps, edits, folders and limits
 * from its lines; the usual criteria. Candidates that the survey selected are added.
 */
export function createEvaluation(
  plan: Plan,
  survey?: { readonly selected: readonly CandidateModel[] },
  pictures?: PictureSource,
  name?: string,
): Result<Evaluation> {
  const text = allText(plan);
  const downloads = downloadsOf(plan);
  const base = baseOf(plan, downloads);
  if (base === undefined) {
    return fail({
      code: 'no-base-model',
      message: 'There is no evaluation.json, and the plan names no base model in a download step.',
      advice: 'Add a step such as "Download owner/name", or write evaluation.json beside the plan.',
      short: 'no base model',
    });
  }
  const baseEntry: ModelEntry = { id: 'base', title: base.slice(base.indexOf('/') + 1), base, category: 'base' };
  const start: Evaluation = {
    version: 1,
    name: name ?? slug((plan.title ?? 'evaluation').replace(/\s*[-–:]\s*(?:tasks?|plan)\s*$/i, '')),
    pictures: pictures ?? { folder: folderNamed(text, /\b([\w.-]+(?:\/[\w.-]+)*\/(?:sources?|inputs?|originals?))\b/) ?? 'test_data/source' },
    edits: editsFromPlan(plan),
    models: [baseEntry],
    sampler: { steps: 40, guidance: 4, seeds: [7] },
    engine: { device: 'auto', precision: /\b4[- ]?bit\b/i.test(text) ? 'nf4' : 'auto' },
    criteria,
    failureModes,
    limits: limitsOf(text),
    results: folderNamed(text, /\b([\w.-]+(?:\/[\w.-]+)*\/(?:results|outputs?))\b/) ?? 'test_data/results',
  };
  const candidates = [...(survey?.selected ?? []), ...downloads.map((repository) => candidateNamed(repository))];
  return ok(candidates.filter(({ repository }) => repository !== base).reduce((made, candidate) => addModel(made, modelOfCandidate(candidate, baseEntry)), start));
}

const criteria: readonly Criterion[] = [
  { id: 'identity', label: 'Identity preservation', kind: 'scale', minimum: 1, maximum: 5, weight: 2, anchors: ['Someone else', 'Identical'] },
  { id: 'edit', label: 'Edit quality', kind: 'scale', minimum: 1, maximum: 5, weight: 1, anchors: ['Not done', 'Fully done'] },
  { id: 'same', label: 'Same character', kind: 'yesNo', weight: 0 },
  { id: 'artifacts', label: 'Artifacts', kind: 'count', weight: 0 },
];

const failureModes = ['Edit ignored', 'Wrong edit', 'Different face', 'Different clothes', 'Distorted body', 'Background changed', 'Colour cast', 'Blurred'];

/** Nothing but a repository behind the verb: "face/identity preservation LoRAs" speaks of a kind. */
const downloadStep = new RegExp(`^download\\s+\`?${repositoryPattern.source}\`?\\s*(?:$|[(,;-])`, 'i');

/** Repositories that the plan's commands and download steps name, in order. */
function downloadsOf({ tasks }: Plan): readonly string[] {
  const named = tasks.flatMap((task) => [
    ...task.blocks.flatMap(({ lines }) => lines.map((line) => /^\s*(?:huggingface-cli|hf)\s+download\s+([^\s<>]+)/.exec(line)?.[1])),
    ...task.steps.map(({ text }) => downloadStep.exec(text)?.[1]),
  ]);
  return [...new Set(named.filter((name) => name !== undefined && name.includes('/')))] as readonly string[];
}

/** From the task that says "base", else the first download. */
function baseOf(plan: Plan, downloads: readonly string[]): string | undefined {
  const baseTasks = plan.tasks.filter(({ title }) => /\bbase\b/i.test(title));
  return downloadsOf({ ...plan, tasks: baseTasks })[0] ?? downloads[0];
}

function candidateNamed(repository: string): CandidateModel {
  const words = repository.slice(repository.indexOf('/') + 1).replace(/[-_]+/g, ' ');
  return { repository, category: categoryOf(words) ?? (/\bangles?\b/i.test(words) ? 'angles' : 'reference') };
}

function allText({ tasks }: Plan): string {
  return tasks
    .flatMap((task) => [
      task.title,
      task.deliverable ?? '',
      ...task.fields.map(({ value }) => value),
      ...task.notes.map(({ text }) => text),
      ...task.steps.flatMap((step) => [step.text, ...step.details.map(({ text }) => text)]),
    ])
    .join('\n');
}

/** Folders come from a stranger's text; only plain relative ones count. */
function folderNamed(text: string, pattern: RegExp): string | undefined {
  const found = pattern.exec(text)?.[1];
  return found === undefined || found.split('/').includes('..') ? undefined : found;
}

function limitsOf(text: string): Evaluation['limits'] {
  const memory = /(?:under|below|within|<|≤|at most|limit of)\s*(\d+(?:\.\d+)?)\s*GB\b/i.exec(text)?.[1];
  const seconds = /(?:under|below|within|<|≤|at most)\s*(\d+)\s*s(?:ec(?:onds?)?)?\b[^\n]*\b(?:edit|image|picture)/i.exec(text)?.[1];
  const share = /(\d{2,3})\s*%[^\n]*\b(?:identity|same|character)/i.exec(text)?.[1];
  return {
    memoryGigabytes: Number(memory ?? 20),
    secondsPerEdit: Number(seconds ?? 60),
    sameCharacterShare: Math.min(100, Number(share ?? 70)) / 100,
  };
}
