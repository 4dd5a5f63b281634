import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ok, type Result } from '../outcome';
import { hubCacheFolder } from './cache';
import type { HubConnection } from './connection';
import { findToken } from './token';

export interface ConnectOptions {
  /** `evaluation.json`, whose `hub` may say `sample`. Nothing else in a workspace can redirect where a token goes. */
  readonly evaluationFile: string;
  readonly storage: string;
  /** From the person's own settings; the environment and then the public Hub when undefined. */
  readonly endpoint: string | undefined;
  readonly cacheFolder: string | undefined;
  /** From the editor's secret storage. */
  readonly token: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  sampleEndpoint(): Promise<Result<string>>;
}

/** How to reach the Hub for a plan: the sample's own, or the one that settings and environment name. */
export async function connectHub(options: ConnectOptions): Promise<Result<HubConnection>> {
  const { environment } = options;
  if (await wantsSample(options.evaluationFile)) {
    const endpoint = await options.sampleEndpoint();
    if (!endpoint.ok) return endpoint;
    return ok({ endpoint: endpoint.value, token: undefined, cacheFolder: path.join(options.storage, 'sample-hub'), offline: false });
  }
  return ok({
    endpoint: (options.endpoint || environment.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
    token: options.token ?? (await findToken(environment)),
    cacheFolder: options.cacheFolder || hubCacheFolder(environment),
    offline: environment.HF_HUB_OFFLINE === '1',
  });
}

async function wantsSample(file: string): Promise<boolean> {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { readonly hub?: unknown }).hub === 'sample';
  } catch {
    return false;
  }
}
