import { done, failed, type Outcome } from '../outcome';
import { documentSections } from '../report/documentSections';
import { documentTitle, sectionFacts } from '../report/facts';
import { resultsDocumentOf } from '../report/planOptions';
import { readResults, recordResults, type Results } from '../report/results';
import { writeSections } from '../report/writeSections';
import { examplesPerSide, pickExamples, type ExamplePicks } from '../review/examplePicks';
import type { JudgedOutput } from '../review/judgedOutput';
import type { Action, ActionContext } from './action';
import { revealFirst } from './revealFirst';

/** Picks the best and the worst outputs by rule, lets a person adjust them, and keeps small copies in the results. */
export const reviewExamples: Action = {
  name: 'review.examples',
  async run({ link }, context) {
    const stopped = await revealFirst(context);
    if (stopped) return stopped;
    const results = await readResults(context);
    if (!results.ok) return failed(results.failure);
    const picks = pickExamples(results.value.outputs, results.value.evaluation.criteria, examplesPerSide);
    if (picks.best.length === 0) return failed(nothingRated);
    const adjusted = await adjust(picks, results.value, context);
    return write(adjusted ?? picks, adjusted !== undefined, link.arguments.file, context);
  },
};

const nothingRated = {
  code: 'no-ratings',
  message: 'Fewer than two outputs are rated, so there is no best and no worst.',
  advice: 'Run the review step first; examples come from its scores.',
  short: 'nothing rated',
};

/** `undefined` where nobody changed anything. */
async function adjust(picks: ExamplePicks, results: Results, { ask }: ActionContext): Promise<ExamplePicks | undefined> {
  const best = await choose('Which outputs are shown as best?', picks.best, results, ask);
  if (best === undefined) return undefined;
  const others = results.outputs.filter((output) => !best.includes(output));
  const worst = await choose('Which outputs are shown as worst?', picks.worst.filter((output) => others.includes(output)), { ...results, outputs: others }, ask);
  const adjusted = { best, worst: worst ?? picks.worst.filter((output) => others.includes(output)) };
  return sameOutputs(adjusted.best, picks.best) && sameOutputs(adjusted.worst, picks.worst) ? undefined : adjusted;
}

function sameOutputs(left: readonly JudgedOutput[], right: readonly JudgedOutput[]): boolean {
  return left.length === right.length && left.every((output) => right.includes(output));
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

async function write({ best, worst }: ExamplePicks, chosen: boolean, named: string | undefined, context: ActionContext): Promise<Outcome> {
  const idsOf = (outputs: readonly JudgedOutput[]) => outputs.map(({ generation }) => generation.id);
  const results = await recordResults(context, chosen ? { best: idsOf(best), worst: idsOf(worst) } : undefined);
  if (!results.ok) return failed(results.failure);
  const file = named ?? resultsDocumentOf(context.plan, results.value.record.change);
  const facts = sectionFacts(results.value, context.plan, context.paths, file);
  const planned = documentSections('examples', facts);
  if (!planned.ok) return failed(planned.failure);
  const written = await writeSections(planned.value, { file, change: facts.change, title: documentTitle(facts) }, context);
  if (!written.ok) return failed(written.failure);
  return done(written.value.kept.length > 0 ? `${file} kept as edited by hand` : `${best.length} best and ${worst.length} worst outputs in ${file}`);
}
