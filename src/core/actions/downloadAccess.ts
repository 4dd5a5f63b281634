import type { HubConnection } from '../hub/connection';
import type { Failure, Result } from '../outcome';
import type { ActionContext } from './action';

/**
 * Tries again as long as a person says so: a gated repository opens in the browser only. Where nobody can be asked the first
 * refusal stands.
 */
export async function withAccess<Value>(repository: string, connection: HubConnection, context: ActionContext, attempt: () => Promise<Result<Value>>): Promise<Result<Value>> {
  for (;;) {
    const tried = await attempt();
    if (tried.ok || !context.ask.panels || !(tried.failure.code in pages)) return tried;
    if (!(await isOpened(tried.failure, repository, connection, context))) return tried;
  }
}

/** Where what is refused is granted. */
const pages: Readonly<Record<string, (endpoint: string, repository: string) => string>> = {
  'gated-repository': (endpoint, repository) => `${endpoint}/${repository}`,
  'token-scope': (endpoint) => `${endpoint}/settings/tokens`,
};

async function isOpened({ code, message, advice }: Failure, repository: string, { endpoint }: HubConnection, { ask, signal }: ActionContext): Promise<boolean> {
  const page = pages[code]?.(endpoint, repository) ?? endpoint;
  while (!signal.aborted) {
    const answer = await ask.choose({
      title: message,
      placeholder: advice,
      options: [
        { id: 'open', label: code === 'token-scope' ? 'Open the token’s page' : 'Open the model page', description: page },
        { id: 'again', label: 'Try again', description: 'once access is given' },
      ],
    });
    if (answer?.[0] !== 'open') return answer?.[0] === 'again';
    await ask.look({ kind: 'page', address: page });
  }
  return false;
}
