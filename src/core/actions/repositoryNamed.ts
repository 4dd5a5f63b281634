import type { HubConnection } from '../hub/connection';
import { hubFailure } from '../hub/hubError';
import { searchModels } from '../hub/model';
import { readSurvey } from '../hub/surveyFile';
import { failed, needsPerson, ok, type Outcome, type Result } from '../outcome';
import type { Plan } from '../plan/plan';
import type { ActionContext } from './action';

/**
 * The repository that a plan calls by its bare name ("Base Qwen-Image-Edit-2509"): as the plan itself writes it in full
 * elsewhere, as the survey's candidates name it, or the only one of that name on the Hub. Never guessed between several.
 */
export async function repositoryNamed(name: string, connection: HubConnection, context: ActionContext): Promise<Result<string, Outcome>> {
  if (name.includes('/')) return ok(name);
  const survey = await readSurvey(context.paths.planFolder);
  const known = survey.ok ? survey.value.candidates.flatMap(({ repository, baseModels }) => [repository, ...baseModels]) : [];
  for (const names of [namedInPlan(name, context.plan), known]) {
    const fitting = fittingNames(name, names);
    if (fitting.length === 1 && fitting[0]) return ok(fitting[0]);
  }
  let found: readonly string[];
  try {
    const models = await searchModels(connection, { search: name, sort: 'downloads' }, 100, { signal: context.signal });
    found = fittingNames(name, models.map(({ repository }) => repository));
  } catch (error) {
    context.signal.throwIfAborted();
    return { ok: false, failure: failed(hubFailure(error, { endpoint: connection.endpoint })) };
  }
  if (found.length === 1 && found[0]) return ok(found[0]);
  if (found.length === 0) {
    return { ok: false, failure: failed({ code: 'repository-not-found', message: `The Hub has no model of the name ${name}.`, advice: 'Write it in full, as owner/name.', short: 'not found' }) };
  }
  const answer = await context.ask.choose({ title: `Whose ${name} is meant?`, options: found.map((id) => ({ id, label: id })) });
  if (answer?.[0]) return ok(answer[0]);
  return { ok: false, failure: needsPerson(`Several models bear the name ${name}: ${found.join(', ')}. Write one of them in full.`) };
}

function fittingNames(name: string, repositories: readonly string[]): readonly string[] {
  return [...new Set(repositories.filter((repository) => repository.slice(repository.indexOf('/') + 1).toLowerCase() === name.toLowerCase()))];
}

function namedInPlan(name: string, { tasks }: Plan): readonly string[] {
  const lines = tasks.flatMap(({ blocks, steps }) => [...blocks.flatMap((block) => block.lines), ...steps.map(({ text }) => text)]);
  return lines.flatMap((line) => [...line.matchAll(/(?<![\w./-])([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?![\w/-])/g)].map(([, repository = '']) => repository.replace(/\.$/, ''))).filter((repository) => repository.endsWith(name));
}
