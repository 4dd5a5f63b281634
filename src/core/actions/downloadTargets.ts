import { kept } from '../hub/candidates';
import type { HubConnection } from '../hub/connection';
import { changeSurvey, readSurvey, surveyFile, type Candidate } from '../hub/surveyFile';
import { failed, needsPerson, ok, type Outcome, type Result } from '../outcome';
import type { ActionArguments, ActionContext, LinkedStep } from './action';
import { linkStep } from './link';
import { repositoryNamed } from './repositoryNamed';
import { suggestedCategory } from './surveyScores';

/** What a download step means: the repository that it names, or the selected candidates of a category. */
export async function downloadTargets(args: ActionArguments, connection: HubConnection, context: ActionContext): Promise<Result<readonly string[], Outcome>> {
  if (args.repository) {
    const named = await repositoryNamed(args.repository, connection, context);
    return named.ok ? ok([named.value]) : named;
  }
  if (args.category) return ofCategory(args.category, args, context);
  return { ok: false, failure: failed({ code: 'download-what', message: 'The step does not say what to download.', advice: 'Name a repository as owner/name in the step.', short: 'download what?' }) };
}

async function ofCategory(category: string, args: ActionArguments, context: ActionContext): Promise<Result<readonly string[], Outcome>> {
  const survey = await readSurvey(context.paths.planFolder);
  if (!survey.ok) return { ok: false, failure: failed(survey.failure) };
  const selected = kept(survey.value).filter((candidate) => candidate.selected);
  const fitting = selected.filter((candidate) => categoryOfCandidate(candidate) === category);
  const minimum = Math.max(1, Number.parseInt(args.minimum ?? '', 10) || 1);
  const maximum = Math.max(minimum, Number.parseInt(args.maximum ?? '', 10) || Infinity);
  if (fitting.length >= minimum && fitting.length <= maximum) return ok(fitting.map(({ repository }) => repository));
  const range = maximum === minimum || maximum === Infinity ? String(minimum) : `${minimum}-${maximum}`;
  if (selected.length === 0) {
    return { ok: false, failure: failed({ code: 'nothing-selected', message: 'No candidate is selected for testing.', advice: 'Run the step that selects the candidates first.', short: 'nothing selected' }) };
  }
  return chooseForCategory(category, range, { minimum, maximum, fitting, selected }, context);
}

interface Choice {
  readonly minimum: number;
  readonly maximum: number;
  readonly fitting: readonly Candidate[];
  readonly selected: readonly Candidate[];
}

/** Too few or too many of that kind: a person says which, and the answer is kept as the candidates' category. */
async function chooseForCategory(category: string, range: string, { minimum, maximum, fitting, selected }: Choice, context: ActionContext): Promise<Result<readonly string[], Outcome>> {
  const offered = fitting.length > maximum ? fitting : selected;
  const question = `The plan asks for ${range} models for ${category}; ${fitting.length} of the selected ones ${fitting.length === 1 ? 'is' : 'are'} of that kind`;
  const answer = await context.ask.choose({
    title: `${question}. Which ones are meant?`,
    many: true,
    options: offered.map(({ repository, category: own }) => ({ id: repository, label: repository, ...(own ? { description: own } : {}) })),
  });
  if (!answer || answer.length === 0) return { ok: false, failure: needsPerson(`${question}. Choose from ${offered.map(({ repository }) => repository).join(', ')}.`) };
  if (answer.length < minimum || answer.length > maximum) {
    return { ok: false, failure: failed({ code: 'selection-range', message: `${answer.length} were chosen; the plan asks for ${range}.`, advice: 'Run the step again and choose within the range, or change the step.', short: `${answer.length} chosen` }) };
  }
  const chosen = new Set(answer);
  const changed = await changeSurvey(context.paths.planFolder, (survey) => ({
    ...survey,
    candidates: survey.candidates.map((candidate) => (chosen.has(candidate.repository) ? { ...candidate, category } : withoutCategory(candidate, category))),
  }));
  if (!changed.ok) return { ok: false, failure: failed(changed.failure) };
  context.wrote(surveyFile(context.paths.planFolder));
  return ok([...answer]);
}

function withoutCategory(candidate: Candidate, category: string): Candidate {
  if (categoryOfCandidate(candidate) !== category || !candidate.selected) return candidate;
  return { ...candidate, category: 'other' };
}

function categoryOfCandidate(candidate: Candidate): string | undefined {
  return candidate.category ?? suggestedCategory(candidate);
}

/** What the download steps of this task (or of the whole plan) fetch, for the steps that check and note it. */
export async function scopeOf({ link, task }: LinkedStep, connection: HubConnection, context: ActionContext): Promise<Result<readonly string[], Outcome>> {
  const named = (link.arguments.repositories ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
  const found = new Set<string>();
  const survey = await readSurvey(context.paths.planFolder);
  const candidates = survey.ok ? kept(survey.value).filter((candidate) => candidate.selected) : [];
  const steps = (link.arguments.scope === 'all' ? context.plan.tasks : [task]).flatMap((one) => one.steps.map((step) => linkStep(context.plan, one, step)));
  const wanted = steps.filter(({ action }) => action === 'download');
  for (const name of [...named, ...wanted.flatMap(({ arguments: args }) => args.repository ?? [])]) {
    const repository = await repositoryNamed(name, connection, context);
    if (!repository.ok) return repository;
    found.add(repository.value);
  }
  for (const { arguments: args } of wanted) {
    for (const candidate of candidates) if (args.category && categoryOfCandidate(candidate) === args.category) found.add(candidate.repository);
  }
  if (found.size > 0) return ok([...found]);
  return { ok: false, failure: failed({ code: 'nothing-downloaded', message: 'No step of this task says what was downloaded.', advice: 'Name the repositories in the step, as a link: <!-- evalmark: … repositories=owner/name -->.', short: 'which models?' }) };
}
