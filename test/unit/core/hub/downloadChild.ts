import { downloadSnapshot } from '../../../../src/core/hub/download';

/** What it tells its parent. */
export interface Told {
  readonly completed?: number;
  readonly result?: { readonly received?: number; readonly code?: string };
}

/** A download in a process of its own, which tests kill: `ENDPOINT CACHE REPOSITORY`. */
const [endpoint = '', cacheFolder = '', repository = ''] = process.argv.slice(2);

const result = await downloadSnapshot({
  connection: { endpoint, cacheFolder, token: undefined, offline: false },
  repository,
  signal: new AbortController().signal,
  connections: 4,
  progress: ({ completed }) => process.send?.({ completed }),
  tuning: { segmentBytes: 1 << 20, firstWait: 20 },
});
process.send?.({ result: result.ok ? { received: result.value.received } : result.failure });
process.disconnect?.();
