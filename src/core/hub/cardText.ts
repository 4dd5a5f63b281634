import type { HubConnection } from './connection';
import { hubFetch, type FetchOptions } from './hubFetch';

const longestCard = 2_000_000;

/** A model card's Markdown at one commit, without the front matter. @throws what `hubFailure` understands */
export async function readCard(connection: HubConnection, repository: string, commit: string, options: FetchOptions = {}): Promise<string> {
  const response = await hubFetch(connection, options)(`${connection.endpoint}/${repository}/raw/${commit}/README.md`);
  const text = (await response.text()).slice(0, longestCard);
  return text.replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---[ \t]*(?:\r?\n|$)/, '').trim();
}
