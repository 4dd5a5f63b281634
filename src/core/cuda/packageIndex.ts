import { fail, ok, type Failure, type Result } from '../outcome';
import { HubError } from '../hub/hubError';
import { hubFetch, type FetchOptions } from '../hub/hubFetch';

/** A Python package index by the standard's simple API (PEP 503, PEP 691). */
export interface PackageIndex {
  /** Address without name and password, with a slash at its end. */
  readonly address: string;
  /** Value of the `Authorization` header for the index's own origin; never logged. */
  readonly authorization: string | undefined;
}

/** A file that an index lists. */
export interface IndexFile {
  readonly name: string;
  readonly url: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** Takes name and password out of an address, as in pip's `index-url`; nothing for what is no http address. */
export function packageIndexAt(address: string): PackageIndex | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (!['http:', 'https:'].includes(url.protocol)) return undefined;
  const { username, password } = url;
  const authorization = username === '' ? undefined : `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
  return { address: `${url.origin}${url.pathname.replace(/\/*$/, '/')}`, authorization };
}

/** A `fetch` that sends the index's login to its own origin and to no other. */
export function indexFetch({ address, authorization }: PackageIndex, options: FetchOptions): typeof fetch {
  const send = hubFetch({ endpoint: new URL(address).origin, token: undefined }, options);
  return (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = new Headers(init.headers);
    if (authorization !== undefined && new URL(url).origin === new URL(address).origin) headers.set('authorization', authorization);
    return send(url, { ...init, headers });
  };
}

/** Every file of a project that has a checksum. */
export async function listFiles(index: PackageIndex, project: string, options: FetchOptions): Promise<Result<readonly IndexFile[]>> {
  const page = `${index.address}${project}/`;
  try {
    const response = await indexFetch(index, options)(page, { headers: { accept: 'application/vnd.pypi.simple.v1+json, text/html;q=0.1' } });
    const text = await response.text();
    return ok(/json/i.test(response.headers.get('content-type') ?? '') ? filesOfJson(text, page) : filesOfPage(text, page));
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return fail(indexFailure(error, index, project));
  }
}

export function indexFailure(error: unknown, { address }: PackageIndex, project: string): Failure {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof HubError && error.status === 404) {
    return { code: 'package-not-found', message: `The package index ${address} has no ${project}.`, advice: 'Name another index in the setting evalmark.cuda.index.', short: 'not in the index', detail };
  }
  if (error instanceof HubError && (error.status === 401 || error.status === 403)) {
    return { code: 'index-login', message: `The package index ${address} asks for another login.`, advice: 'Put name and password into pip’s index-url, as for pip itself.', short: 'login needed', detail };
  }
  return { code: 'index-unreachable', message: `The package index ${address} gave no usable answer.`, advice: 'Check the connection and the setting evalmark.cuda.index, then run the command again.', short: 'no index', detail };
}

interface ListedFile {
  readonly filename?: unknown;
  readonly url?: unknown;
  readonly hashes?: { readonly sha256?: unknown };
  readonly yanked?: unknown;
}

function filesOfJson(text: string, page: string): readonly IndexFile[] {
  const { files } = JSON.parse(text) as { readonly files?: unknown };
  if (!Array.isArray(files)) return [];
  return (files as readonly ListedFile[]).flatMap(({ filename, url, hashes, yanked }) => {
    if (yanked === true || (typeof yanked === 'string' && yanked !== '')) return [];
    return listed(filename, url, hashes?.sha256, page);
  });
}

/** The older form: links whose fragment is the checksum. */
function filesOfPage(text: string, page: string): readonly IndexFile[] {
  return [...text.matchAll(/<a\s([^>]*)>([^<]*)<\/a>/gi)].flatMap(([, attributes = '', name]) => {
    const address = /href\s*=\s*["']([^"']*)["']/i.exec(attributes)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const [url, fragment = ''] = address.split('#');
    return /data-yanked/i.test(attributes) ? [] : listed(name?.trim(), url, /^sha256=([0-9a-f]{64})$/i.exec(fragment)?.[1], page);
  });
}

function listed(name: unknown, url: unknown, sha256: unknown, page: string): readonly IndexFile[] {
  if (typeof name !== 'string' || typeof url !== 'string' || typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256) || !URL.canParse(url, page)) return [];
  const full = new URL(url, page);
  return /^https?:$/.test(full.protocol) ? [{ name, url: full.href, sha256: sha256.toLowerCase() }] : [];
}
