import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * A fetch that keeps answers with an ETag and asks whether they changed: what did not is not sent again. Only for lists,
 * which are small, and only what was asked for without a token: an answer may differ by who asks.
 */
export function rememberingFetch(folder: string): (fetch: typeof globalThis.fetch) => typeof globalThis.fetch {
  return (fetch) => async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = new Headers(init.headers);
    const file = path.join(folder, `${createHash('sha256').update(url).update(headers.get('authorization') ?? '').digest('hex')}.json`);
    const kept = await readKept(file);
    if (kept) headers.set('if-none-match', kept.etag);
    const response = await fetch(input, { ...init, headers });
    if (response.status === 304 && kept) return new Response(kept.body, { headers: kept.headers });
    const etag = response.headers.get('etag');
    if (!response.ok || etag === null) return response;
    const body = await response.text();
    const plain = Object.fromEntries([...response.headers].filter(([name]) => ['content-type', 'link'].includes(name)));
    await keep(folder, file, { etag, headers: plain, body });
    return new Response(body, { status: response.status, headers: plain });
  };
}

interface Kept {
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function readKept(file: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Partial<Kept>;
    return typeof kept.etag === 'string' && typeof kept.body === 'string' && typeof kept.headers === 'object' ? (kept as Kept) : undefined;
  } catch {
    return undefined;
  }
}

/** A disk that is full or read-only costs only time. */
async function keep(folder: string, file: string, kept: Kept): Promise<void> {
  await mkdir(folder, { recursive: true }).then(() => writeFile(file, JSON.stringify(kept))).catch(() => undefined);
}
