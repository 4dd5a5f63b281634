import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { HubConnection } from '../../core/hub/connection';
import { hubFetch } from '../../core/hub/hubFetch';
import { encodePath, isSafePath } from '../../core/hub/repositoryPath';
import { Semaphore } from '../../core/hub/semaphore';
import { thumbnail } from '../../core/images/thumbnail';

/**
 * Pictures of cards, from the Hub and nowhere else, drawn anew and small before a page sees them. Kept by address and
 * commit, so that a list that is opened again asks for none of them.
 */
export class CardPictures {
  private readonly lanes = new Semaphore(4);

  /** @param cacheFolder where drawn ones are kept */
  constructor(private readonly cacheFolder: string, private readonly signal: AbortSignal) {}

  /** Undefined when the address is not the Hub's, or when there is no picture behind it. */
  async picture(connection: HubConnection, repository: string, revision: string, address: string): Promise<Uint8Array | undefined> {
    const url = pictureAddress(connection.endpoint, repository, revision, address);
    if (url === undefined) return undefined;
    const kept = path.join(this.cacheFolder, `${createHash('sha256').update(url).digest('hex')}.webp`);
    const known = await readFile(kept).catch(() => undefined);
    if (known) return known;
    return this.lanes.run(() => this.fetch(connection, url, kept)).catch(() => undefined);
  }

  private async fetch(connection: HubConnection, url: string, kept: string): Promise<Uint8Array | undefined> {
    const response = await hubFetch(connection, { signal: this.signal, tuning: { tries: 2, answerWithin: 20_000 } })(url);
    const content = await limited(response, largestPicture);
    if (!content) return undefined;
    const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-card-'));
    try {
      const file = path.join(folder, 'picture');
      await writeFile(file, content);
      const drawn = await thumbnail(file, { size: 640 });
      if (!drawn.ok) return undefined;
      await mkdir(this.cacheFolder, { recursive: true });
      await writeFile(kept, drawn.value);
      return drawn.value;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

const largestPicture = 25_000_000;

/** Where the Hub itself keeps what people drop into cards. */
const hubHosts: ReadonlySet<string> = new Set(['huggingface.co', 'cdn-uploads.huggingface.co', 'cdn-avatars.huggingface.co']);

/**
 * A card's address of a picture as one of the Hub's. Relative ones lie in the repository at the commit that was read.
 * Undefined for everything else: other hosts would learn who looks at which model.
 */
export function pictureAddress(endpoint: string, repository: string, revision: string, address: string): string | undefined {
  if (/^https?:/i.test(address)) {
    if (!URL.canParse(address)) return undefined;
    const url = new URL(address);
    const own = url.origin === new URL(endpoint).origin;
    if (!own && !(url.protocol === 'https:' && hubHosts.has(url.host))) return undefined;
    // A page about a file is not the file.
    if (own || url.host === 'huggingface.co') url.pathname = url.pathname.replace(/^(\/[^/]+\/[^/]+)\/blob\//, '$1/resolve/');
    return url.href;
  }
  if (/^[a-z][a-z+.-]*:|^\/\//i.test(address)) return undefined;
  const plain = decoded(address.replace(/[?#].*$/, '').replace(/^(?:\.?\/)+/, ''));
  return plain !== undefined && isSafePath(plain) ? `${endpoint}/${repository}/resolve/${revision || 'main'}/${encodePath(plain)}` : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

async function limited(response: Response, most: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > most) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
