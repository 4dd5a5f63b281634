import { readModel } from '../hub/model';
import { kept } from '../hub/candidates';
import { gatedScopeFailure } from '../hub/access';
import type { HubConnection } from '../hub/connection';
import { readSurvey } from '../hub/surveyFile';
import { whoAmI } from '../hub/whoAmI';
import { done, failed, needsPerson, type Outcome } from '../outcome';
import type { Action, ActionContext } from './action';
import { linkPlan } from './link';

/** Finds out whose token is at hand, and asks for one where it is needed. The token is never written, logged or shown. */
export const login: Action = {
  name: 'login',
  async run({ link }, context) {
    const hub = await context.hub();
    if (!hub.ok) return failed(hub.failure);
    if (hub.value.token !== undefined) return account(hub.value, context);
    if (link.arguments.required !== 'true') {
      const gated = await gatedRepositories(hub.value, context);
      if (gated.length === 0) return done('not needed: nothing here is gated');
      context.log.info(`Gated: ${gated.join(', ')}.`);
    }
    return askForToken(hub.value, context);
  },
};

async function account(connection: HubConnection, context: ActionContext): Promise<Outcome> {
  const found = await whoAmI(connection, { signal: context.signal });
  if (!found.ok) return failed(found.failure);
  const { name, role, scopes } = found.value;
  if (!scopes) return done(`logged in as ${name}${role ? ` (${role})` : ''}`);
  context.log.info(`The token is fine-grained: it may read ${[scopes.gated ? 'public gated repositories' : '', ...scopes.reads].filter(Boolean).join(', ') || 'public repositories only'}.`);
  if (scopes.gated) return done(`logged in as ${name} (fine-grained, reads gated repositories)`);
  const [gated] = await gatedRepositories(connection, context);
  return gated === undefined ? done(`logged in as ${name} (fine-grained, public repositories only)`) : failed(gatedScopeFailure(connection, gated));
}

async function askForToken(connection: HubConnection, context: ActionContext): Promise<Outcome> {
  const page = `${connection.endpoint}/settings/tokens`;
  const token = (await context.ask.text({ title: 'Hugging Face token', prompt: `Make one that may read at ${page}. It is kept in the editor's secret storage only.`, password: true }))?.trim();
  if (!token) return needsPerson(`A Hugging Face token is needed: set HF_TOKEN, or run \`hf auth login\`. Make one at ${page}.`);
  const tried = await account({ ...connection, token }, context);
  if (tried.kind !== 'done') return tried;
  if (!context.keepToken) return failed({ code: 'token-not-kept', message: 'The token is right, but there is no place to keep it here.', advice: 'Set HF_TOKEN, or run `hf auth login`, then run the step again.', short: 'token not kept' });
  await context.keepToken(token);
  return tried;
}

/** Of what the plan's steps download, and of the selected candidates. What cannot be read counts as open; its download will say. */
async function gatedRepositories(connection: HubConnection, { plan, paths, signal }: ActionContext): Promise<readonly string[]> {
  const survey = await readSurvey(paths.planFolder);
  const candidates = survey.ok ? kept(survey.value).filter(({ selected }) => selected) : [];
  const gated = new Set(candidates.filter((candidate) => candidate.gated).map(({ repository }) => repository));
  const named = [...linkPlan(plan).values()].flatMap(({ action, arguments: args }) => (action === 'download' && args.repository?.includes('/') ? [args.repository] : []));
  for (const repository of new Set(named)) {
    const facts = await readModel(connection, repository, 'main', { signal }).catch(() => undefined);
    signal.throwIfAborted();
    if (facts?.gated) gated.add(repository);
  }
  return [...gated];
}
