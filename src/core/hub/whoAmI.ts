import { fail, ok, type Result } from '../outcome';
import type { HubConnection } from './connection';
import { hubFailure, UntrustedAnswer } from './hubError';
import { hubFetch, type FetchOptions } from './hubFetch';

export interface Account {
  readonly name: string;
  /** `read`, `write`, `fineGrained`; undefined when the Hub does not say. */
  readonly role: string | undefined;
  /** What a fine-grained token may read; undefined for the others, which may read all that the account may. */
  readonly scopes: TokenScopes | undefined;
}

export interface TokenScopes {
  /** Public gated repositories to which the account has access. */
  readonly gated: boolean;
  /** Whose repositories it may read, private ones too: "org lab", "model lab/secret". */
  readonly reads: readonly string[];
}

/** Who the connection's token belongs to. */
export async function whoAmI(connection: HubConnection, options: FetchOptions = {}): Promise<Result<Account>> {
  try {
    const response = await hubFetch(connection, options)(`${connection.endpoint}/api/whoami-v2`);
    const answer = (await response.json()) as { readonly name?: unknown; readonly auth?: { readonly accessToken?: AccessToken } };
    if (typeof answer.name !== 'string') throw new UntrustedAnswer('The Hub does not say whose token this is.');
    const { role, fineGrained } = answer.auth?.accessToken ?? {};
    return ok({ name: answer.name, role: typeof role === 'string' ? role : undefined, scopes: role === 'fineGrained' ? scopesOf(fineGrained) : undefined });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return fail(hubFailure(error, { endpoint: connection.endpoint }));
  }
}

interface AccessToken {
  readonly role?: unknown;
  readonly fineGrained?: FineGrained;
}

interface FineGrained {
  readonly canReadGatedRepos?: unknown;
  readonly scoped?: unknown;
}

interface Scope {
  readonly entity?: { readonly type?: unknown; readonly name?: unknown };
  readonly permissions?: unknown;
}

function scopesOf({ canReadGatedRepos, scoped }: FineGrained = {}): TokenScopes {
  const scopes = Array.isArray(scoped) ? (scoped as readonly (Scope | null)[]) : [];
  const reads = scopes.flatMap((scope) => {
    const permissions = Array.isArray(scope?.permissions) ? (scope.permissions as readonly unknown[]) : [];
    return permissions.includes('repo.content.read') || permissions.includes('repo.write') ? [`${String(scope?.entity?.type ?? '')} ${String(scope?.entity?.name ?? '')}`.trim()] : [];
  });
  return { gated: canReadGatedRepos === true, reads };
}
