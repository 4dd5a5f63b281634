import type { Failure } from '../outcome';

/** An answer of the Hub that is no success. Never holds a token; the address is without its query. */
export class HubError extends Error {
  override readonly name = 'HubError';

  constructor(
    readonly status: number,
    /** `X-Error-Code`: `GatedRepo`, `RepoNotFound`, `RevisionNotFound`, `EntryNotFound`. */
    readonly code: string | undefined,
    message: string,
    /** Seconds that the Hub asks to wait. */
    readonly wait?: number,
  ) {
    super(message);
  }
}

/** An answer that is no Hub's: not JSON, a file name that leaves the cache, a size that is no number. */
export class UntrustedAnswer extends Error {
  override readonly name = 'UntrustedAnswer';
}

export interface FailureSubject {
  readonly endpoint: string;
  readonly repository?: string;
  readonly revision?: string;
}

/** Anything that reading from the Hub can throw, as what is wrong and what to do next. */
export function hubFailure(error: unknown, subject: FailureSubject): Failure {
  if (error instanceof HubError) return answered(error, subject);
  if (error instanceof UntrustedAnswer || error instanceof SyntaxError || error instanceof TypeError && !networkCode(error)) return nonsense(error, subject);
  return unreachable(error, subject);
}

function answered(error: HubError, { endpoint, repository = 'The repository', revision }: FailureSubject): Failure {
  const detail = `${error.status} ${error.code ?? ''} ${error.message}`.trim();
  if (error.code === 'GatedRepo') {
    const signedIn = error.status === 403;
    return {
      code: 'gated-repository',
      message: `${repository} is gated${signedIn ? ', and this account has no access yet' : ', and nobody is logged in'}.`,
      advice: `${signedIn ? 'Accept' : 'Log in, accept'} the licence at ${endpoint}/${repository}, then run again.`,
      short: 'gated',
      detail,
    };
  }
  if (error.code === 'RevisionNotFound') {
    return { code: 'revision-not-found', message: `${repository} has no revision "${revision ?? 'main'}".`, advice: 'Name a branch, a tag or a commit that the repository has.', short: 'no such revision', detail };
  }
  if (error.code === 'EntryNotFound') {
    return { code: 'file-not-found', message: `${repository} does not have that file any more.`, advice: 'Run the step again, so that the list of files is read anew.', short: 'file not found', detail };
  }
  if (error.code === 'RepoNotFound' || error.status === 404) {
    const hidden = error.status === 401 ? ' for someone who is not logged in' : '';
    return { code: 'repository-not-found', message: `${repository} does not exist on the Hub${hidden}.`, advice: 'Check the spelling; if it is private, log in with a token that may read it.', short: 'not found', detail };
  }
  if (error.status === 401) {
    return { code: 'token-refused', message: 'The Hub does not accept the token.', advice: `Make a new one at ${endpoint}/settings/tokens and log in again.`, short: 'token refused', detail };
  }
  if (error.status === 403) {
    return { code: 'access-denied', message: `The Hub denies access to ${repository}.`, advice: 'Check that the token may read it, then run again.', short: 'access denied', detail };
  }
  if (error.status === 429) {
    const wait = error.wait === undefined ? 'a few minutes' : `${Math.ceil(error.wait)} s`;
    return { code: 'rate-limit', message: `The Hub asks to wait ${wait}: too many requests.`, advice: 'Run again after that; logged in, the limit is higher.', short: `wait ${wait}`, detail };
  }
  return { code: 'hub-error', message: `The Hub answered with an error (${error.status}).`, advice: 'Run again in a few minutes; what has arrived is kept.', short: `Hub error ${error.status}`, detail };
}

function nonsense(error: Error, { endpoint }: FailureSubject): Failure {
  return {
    code: 'hub-answer',
    message: error instanceof UntrustedAnswer ? error.message : `${endpoint} does not answer as a Hub does.`,
    advice: 'Check the Hub address in the settings, and whether a proxy or a login page stands in between.',
    short: 'strange answer',
    detail: error.stack ?? error.message,
  };
}

function unreachable(error: unknown, { endpoint }: FailureSubject): Failure {
  const code = networkCode(error);
  const detail = error instanceof Error ? [error.message, error.cause instanceof Error ? error.cause.message : ''].join(' ').trim() : String(error);
  const host = hostOf(endpoint);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { code: 'offline', message: `${host} cannot be found: no network, or no name service.`, advice: 'Check the connection, then run again; what has arrived is kept.', short: 'offline', detail };
  }
  if (code === 'stalled') {
    return { code: 'hub-stalled', message: `${host} sent nothing for too long, several times.`, advice: 'Run again; it goes on from what has arrived.', short: 'stalled', detail };
  }
  return { code: 'unreachable', message: `${host} cannot be reached${code ? ` (${code})` : ''}.`, advice: 'Check the connection and the proxy, then run again; what has arrived is kept.', short: 'unreachable', detail };
}

/** The system's code of a network error, which fetch hides in the cause. */
export function networkCode(error: unknown): string | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 4; current = current.cause, depth += 1) {
    const { code } = current as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
    if (current instanceof AggregateError) return networkCode(current.errors[0]);
  }
  return undefined;
}

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;
}
