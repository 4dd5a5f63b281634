import type { Failure } from '../outcome';
import type { HubConnection } from './connection';
import { HubError, hubFailure } from './hubError';
import { hubFetch, type FetchOptions } from './hubFetch';
import { whoAmI } from './whoAmI';

/**
 * Why a gated repository cannot be read by whoever asks, found out before any file of it is fetched; undefined when it can be,
 * and where the Hub has no such question (mirrors), whose files will tell.
 */
export async function accessFailure(connection: HubConnection, repository: string, options: FetchOptions = {}): Promise<Failure | undefined> {
  try {
    await hubFetch(connection, options)(`${connection.endpoint}/api/models/${repository}/auth-check`);
    return undefined;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    if (error instanceof HubError && error.code === undefined && error.status === 404) return undefined;
    const failure = hubFailure(error, { endpoint: connection.endpoint, repository });
    return failure.code === 'gated-repository' && connection.token !== undefined ? ((await scopeFailure(connection, repository, options)) ?? failure) : failure;
  }
}

/** A token that may not read gated repositories is refused however often the licence is accepted. */
async function scopeFailure(connection: HubConnection, repository: string, options: FetchOptions): Promise<Failure | undefined> {
  const account = await whoAmI(connection, options);
  return account.ok && account.value.scopes?.gated === false ? gatedScopeFailure(connection, repository) : undefined;
}

export function gatedScopeFailure({ endpoint }: HubConnection, repository: string): Failure {
  return {
    code: 'token-scope',
    message: `The token is fine-grained and may not read gated repositories such as ${repository}.`,
    advice: `Edit it at ${endpoint}/settings/tokens: tick “Read access to contents of all public gated repos you can access”, then run again.`,
    short: 'token scope',
  };
}
