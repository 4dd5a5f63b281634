import type { HubConnection } from './connection';
import { UntrustedAnswer } from './hubError';
import { hubFetch, stalled, type FetchOptions } from './hubFetch';
import { encodePath } from './repositoryPath';
import type { RepositoryTree, TreeFile } from './tree';

/** Gives bytes `start` to `end` (exclusive) of a file, piece by piece; at most as many as asked for. */
export type Transport = (file: TreeFile, start: number, end: number, signal: AbortSignal) => AsyncIterable<Uint8Array>;

export interface TransportOptions {
  readonly connection: HubConnection;
  readonly tree: Pick<RepositoryTree, 'repository' | 'commit'>;
  readonly fetching: FetchOptions;
  /** Milliseconds without a byte after which a connection is given up. */
  readonly stallAfter: number;
}

/** Plain ranged requests; each resolves the file anew, so that a presigned address never has the time to expire. */
export function httpTransport({ connection, tree, fetching, stallAfter }: TransportOptions): Transport {
  const addressOf = (file: TreeFile): string => `${connection.endpoint}/${tree.repository}/resolve/${tree.commit}/${encodePath(file.path)}`;
  return rangeTransport(addressOf, (signal) => hubFetch(connection, { ...fetching, signal }), stallAfter);
}

/** @param fetchUntil a fetch that ends with a signal */
export function rangeTransport(addressOf: (file: TreeFile) => string, fetchUntil: (signal: AbortSignal) => typeof fetch, stallAfter: number): Transport {
  return async function* (file, start, end, signal) {
    const stop = new AbortController();
    try {
      const response = await fetchUntil(AbortSignal.any([signal, stop.signal]))(addressOf(file), {
        headers: { range: `bytes=${start}-${end - 1}`, 'accept-encoding': 'identity' },
      });
      const from = firstByte(response, file, start);
      if (!response.body) return;
      yield* cut(watched(response.body, stallAfter, signal), start - from, end - start);
    } finally {
      stop.abort();
    }
  };
}

/** The client library's reader of xet storage, which fetches deduplicated chunks. */
export function xetTransport({ connection, tree, fetching, stallAfter }: TransportOptions): Transport {
  const blobs = new Map<string, Promise<Blob>>();
  const blobOf = async (file: TreeFile, signal: AbortSignal): Promise<Blob> => {
    const { downloadFile } = await import('@huggingface/hub');
    const blob = await downloadFile({
      repo: { type: 'model', name: tree.repository },
      path: encodePath(file.path),
      revision: tree.commit,
      hubUrl: connection.endpoint,
      // The library renews an expired xet address itself; what fails otherwise fails fast, since plain HTTP is there.
      fetch: hubFetch(connection, { ...fetching, signal, returns: [403], tuning: { ...fetching.tuning, tries: 2 } }),
      parallelDownloads: false,
    });
    if (!blob) throw new UntrustedAnswer(`The Hub lists ${file.path} and then does not have it.`);
    if (blob.size !== file.size) throw sizeLie(file, blob.size);
    return blob;
  };
  return async function* (file, start, end, signal) {
    const blob = blobs.get(file.hash) ?? blobOf(file, signal);
    blobs.set(file.hash, blob);
    const found = await blob;
    yield* cut(watched(found.slice(start, end).stream(), stallAfter, signal), 0, end - start);
  };
}

/** Offset in the file of an answer's first byte. */
function firstByte(response: Response, file: TreeFile, start: number): number {
  if (response.status === 206) {
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
    if (total !== undefined && total !== '*' && Number(total) !== file.size) throw sizeLie(file, Number(total));
    if (first === undefined || Number(first) > start) throw new UntrustedAnswer(`The Hub answered with another part of ${file.path} than was asked for.`);
    return Number(first);
  }
  const length = response.headers.get('content-length');
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '') && !/\.html?$/i.test(file.path)) {
    throw new UntrustedAnswer(`A web page came instead of ${file.path}.`);
  }
  if (length !== null && Number(length) !== file.size) throw sizeLie(file, Number(length));
  return 0;
}

function sizeLie(file: TreeFile, size: number): UntrustedAnswer {
  return new UntrustedAnswer(`The Hub lists ${file.path} with ${file.size} bytes and sends ${size}.`);
}

/** The client's xet stream can wait for good after its requests were stopped, so a cancelled download does not wait for it. */
async function* watched(stream: ReadableStream<Uint8Array>, stallAfter: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const piece = await within(reader.read(), stallAfter, signal);
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function within<Value>(work: Promise<Value>, milliseconds: number, signal: AbortSignal): Promise<Value> {
  // Whoever gives up first, the other's end is nobody's surprise.
  work.catch(() => undefined);
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(stalled()), milliseconds);
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

async function* cut(pieces: AsyncIterable<Uint8Array>, skip: number, length: number): AsyncGenerator<Uint8Array> {
  let passed = 0;
  for await (const piece of pieces) {
    const from = Math.max(0, skip - passed);
    const to = Math.min(piece.length, skip + length - passed);
    passed += piece.length;
    if (to > from) yield piece.subarray(from, to);
    if (passed >= skip + length) return;
  }
}
