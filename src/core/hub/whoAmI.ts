import { fail, ok, type Result } from '../outcome';
import type { HubConnection } from './connection';
import { hubFailure, UntrustedAnswer } from './hubError';
import { hubFetch, type FetchOptions } from './hubFetch';

export interface Account {
  readonly name: string;
  /** `read`, `write`, `fineGrained`; undefined when the Hub does not say. */
  readonly role: string | undefined;
}

/** Who the connection's token belongs to. */
export async function whoAmI(connection: HubConnection, options: FetchOptions = {}): Promise<Result<Account>> {
  try {
    const response = await hubFetch(connection, options)(`${connection.endpoint}/api/whoami-v2`);
    const answer = (await response.json()) as { readonly name?: unknown; readonly auth?: { readonly accessToken?: { readonly role?: unknown } } };
    if (typeof answer.name !== 'string') throw new UntrustedAnswer('The Hub does not say whose token this is.');
    const role = answer.auth?.accessToken?.role;
    return ok({ name: answer.name, role: typeof role === 'string' ? role : undefined });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return fail(hubFailure(error, { endpoint: connection.endpoint }));
  }
}
