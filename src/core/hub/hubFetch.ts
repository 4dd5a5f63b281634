import { setTimeout as delay } from 'node:timers/promises';
import type { HubConnection } from './connection';
import { HubError, networkCode } from './hubError';

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait that the Hub asks for. */
  onWait?(seconds: number, reason: 'rate limit' | 'again'): void;
  /** Statuses that the caller handles itself; they come back as an answer, at once. */
  readonly returns?: readonly number[] | undefined;
  readonly tuning?: Partial<FetchTuning> | undefined;
  /** Stands between this fetch and the network, with all headers set. */
  wrap?(fetch: typeof globalThis.fetch): typeof globalThis.fetch;
}

export interface FetchTuning {
  /** Tries of one request, the first included. */
  readonly tries: number;
  /** Milliseconds before the second try; doubled each time. */
  readonly firstWait: number;
  /** Milliseconds until an answer must have begun. */
  readonly answerWithin: number;
  /** Longest wait in seconds that is sat out when the Hub asks for it. */
  readonly longestWait: number;
}

const standard: FetchTuning = { tries: 5, firstWait: 500, answerWithin: 60_000, longestWait: 320 };

/**
 * A `fetch` for the Hub's client and for our own requests: adds the token for the Hub's own origin and no other, turns
 * refusals into `HubError`, waits as the Hub asks on 429, and tries again after dropped connections and 5xx.
 */
export function hubFetch({ endpoint, token }: Pick<HubConnection, 'endpoint' | 'token'>, options: FetchOptions = {}): typeof fetch {
  const tuning = { ...standard, ...options.tuning };
  const send = options.wrap?.(fetch) ?? fetch;
  return async (input, init = {}) => {
    const given = input instanceof Request ? input : { url: String(input), headers: undefined };
    const { url } = given;
    const headers = headersFor(url, new Headers(init.headers ?? given.headers), endpoint, token);
    let limited = 0;
    for (let attempt = 1; ; attempt += 1) {
      options.signal?.throwIfAborted();
      const result = await tryOnce(send, url, { ...init, headers }, options.signal, tuning.answerWithin);
      if (result instanceof Response && (result.ok || options.returns?.includes(result.status))) return result;
      const failure = result instanceof Response ? await refusal(result) : result;
      const rateLimit = failure instanceof HubError && failure.status === 429;
      if (rateLimit) limited += 1;
      const wait = waitBefore(failure, attempt, tuning);
      if (wait === undefined || attempt - limited >= tuning.tries || limited > rateLimitTries) throw failure;
      options.onWait?.(wait / 1000, rateLimit ? 'rate limit' : 'again');
      await delay(wait, undefined, { signal: options.signal ?? undefined });
    }
  };
}

/** A header that is there stays: content servers have tokens of their own. */
function headersFor(url: string, headers: Headers, endpoint: string, token: string | undefined): Headers {
  if (token && sameOrigin(url, endpoint) && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
  if (!headers.has('user-agent')) headers.set('user-agent', 'evalmark');
  return headers;
}

/** Being asked to wait is no failure, so it has its own count. */
const rateLimitTries = 10;

/** The answer, or the network's error as a value; being cancelled is thrown. */
async function tryOnce(send: typeof fetch, url: string, init: RequestInit, signal: AbortSignal | undefined, answerWithin: number): Promise<Response | Error> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(stalled()), answerWithin);
  const signals = [late.signal, signal, init.signal].filter((one) => one !== undefined && one !== null);
  try {
    return await send(url, { ...init, signal: AbortSignal.any(signals) });
  } catch (error) {
    signal?.throwIfAborted();
    init.signal?.throwIfAborted();
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(timer);
  }
}

/** What a silent server is reported as; `code` is read by `networkCode`. */
export function stalled(): Error {
  return Object.assign(new Error('No byte arrived for too long.'), { code: 'stalled' });
}

async function refusal(response: Response): Promise<HubError> {
  const code = response.headers.get('x-error-code') ?? undefined;
  const said = response.headers.get('x-error-message') ?? (await response.text().catch(() => '')).slice(0, 500);
  return new HubError(response.status, code, said, askedWait(response.headers));
}

/** `Retry-After: 3`, or the `t` of `RateLimit: "api";r=0;t=55`. */
function askedWait(headers: Headers): number | undefined {
  const seconds = headers.get('retry-after') ?? /\bt=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  return seconds !== undefined && seconds !== null && Number.isFinite(Number(seconds)) ? Number(seconds) : undefined;
}

/** Milliseconds; undefined when trying again is no use. */
function waitBefore(failure: Error, attempt: number, { firstWait, longestWait }: FetchTuning): number | undefined {
  const doubled = Math.min(firstWait * 2 ** (attempt - 1), 30_000);
  if (failure instanceof HubError) {
    if (failure.status === 429) return (failure.wait ?? 0) > longestWait ? undefined : (failure.wait ?? 0) * 1000 + doubled / 10;
    return failure.status >= 500 || failure.status === 408 ? doubled : undefined;
  }
  return ['ENOTFOUND', 'ECONNREFUSED', 'ERR_INVALID_URL'].includes(networkCode(failure) ?? '') ? undefined : doubled;
}

function sameOrigin(url: string, endpoint: string): boolean {
  return URL.canParse(url) && URL.canParse(endpoint) && new URL(url).origin === new URL(endpoint).origin;
}
