import { done, failed, type Outcome } from '../outcome';
import { changeId, planName } from '../report/changeId';
import { examplesMarkdown } from '../report/examples';
import { writeSection } from '../report/managedSection';
import { resultsDocumentOf } from '../report/planOptions';
import { readResults } from '../report/results';
import type { Results } from '../report/resultsSections';
import { examplesPerSide, pickExamples, type ExamplePicks } from '../review/examplePicks';
import type { JudgedOutput } from '../review/judgedOutput';
import type { Action, ActionContext } from './action';

/** Picks the best and the worst outputs by rule, lets a person adjust them, and keeps small copies in the results. */
export const reviewExamples: Action = {
  name: 'review.examples',
  async run({ link }, context) {
    const results = await readResults(context);
    if (!results.ok) return failed(results.failure);
    const picks = pickExamples(results.value.outputs, results.value.evaluation.criteria, examplesPerSide);
    if (picks.best.length === 0) return failed(nothingRated);
    const adjusted = await adjust(picks, results.value, context);
    return write(adjusted, results.value, link.arguments.file, context);
  },
};

const nothingRated = {
  code: 'no-ratings',
  message: 'Fewer than two outputs are rated, so there is no best and no worst.',
  advice: 'Run the review step first; examples come from its scores.',
  short: 'nothing rated',
};

async function adjust(picks: ExamplePicks, results: Results, { ask }: ActionContext): Promise<ExamplePicks> {
  const best = await choose('Which outputs are shown as best?', picks.best, results, ask);
  if (best === undefined) return picks;
  const others = results.outputs.filter((output) => !best.includes(output));
  const worst = await choose('Which outputs are shown as worst?', picks.worst.filter((output) => others.includes(output)), { ...results, outputs: others }, ask);
  return { best, worst: worst ?? picks.worst.filter((output) => others.includes(output)) };
}

/** `undefined` where nobody answers: then the rule's picks hold. */
async function choose(title: string, picked: readonly JudgedOutput[], { outputs, evaluation }: Results, ask: ActionContext['ask']): Promise<readonly JudgedOutput[] | undefined> {
  const rated = outputs.filter(({ judged }) => judged);
  const ordered = [...picked, ...rated.filter((output) => !picked.includes(output))];
  const chosen = await ask.choose({
    title,
    placeholder: 'Picked by score; change what does not fit',
    many: true,
    options: ordered.map((output) => ({
      id: output.generation.id,
      label: `${output.generation.modelId}: ${output.generation.picture.file}, ${output.generation.edit.id}`,
      description: evaluation.criteria.flatMap(({ id, label }) => (output.answers[id] === undefined ? [] : [`${label.toLowerCase()} ${Number(output.answers[id].toFixed(1))}`])).join(', '),
      picked: picked.includes(output),
    })),
  });
  return chosen && rated.filter(({ generation }) => chosen.includes(generation.id));
}

async function write(picks: ExamplePicks, results: Results, named: string | undefined, context: ActionContext): Promise<Outcome> {
  const change = await changeId(context.paths);
  const file = named ?? resultsDocumentOf(context.plan, change);
  const markdown = await examplesMarkdown(results, picks, { file, change, workspace: context.paths.workspace, wrote: context.wrote });
  if (!markdown.ok) return failed(markdown.failure);
  const written = await writeSection(file, 'examples', markdown.value, context, { heading: 'Best and worst examples', document: { title: `${planName(context.plan, change)}: results` } });
  if (!written.ok) return failed(written.failure);
  const count = `${picks.best.length} best and ${picks.worst.length} worst outputs`;
  return done(written.value === 'kept' ? `${file} kept as edited by hand` : `${count} in ${file}`);
}
