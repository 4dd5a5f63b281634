import { createHash } from 'node:crypto';
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendContent, use } from './hub/body';
import { directoriesOf, listModels, modelInfo, treeEntry } from './hub/listing';
import { sendReconstruction, sendXetInfo, sendXorb, xetToken } from './hub/xet';
import { serveRepository, type HubRepository, type ServedFile, type ServedRepository } from './hub/served';

export type { HubRepository } from './hub/served';

export interface HubOptions {
  readonly repositories?: Readonly<Record<string, HubRepository>>;
  /** Of the Hub itself; any free one when left out. Large files come from a second server, as they do on the real Hub. */
  readonly port?: number;
  readonly misbehave?: Misbehaviour;
  /** Who a token belongs to, and which gated or private repositories it opens. */
  readonly tokens?: Readonly<Record<string, HubToken>>;
  /** Most entries in one answer of a listing. */
  readonly pageSize?: number;
}

export interface HubToken {
  readonly name: string;
  readonly opens?: readonly string[];
  /** A token that may do only what is listed; a plain one that may read when left out. */
  readonly fineGrained?: { readonly canReadGatedRepos: boolean; readonly scoped: readonly { readonly entity: { readonly type: string; readonly name: string }; readonly permissions: readonly string[] }[] };
}

/** Each `times` is counted down as it is used, so that a test can let the first requests fail and the rest pass. */
export interface Misbehaviour {
  /** Bytes a second for each connection. */
  slow?: number;
  /** Closes the connection after a share (half) of the body. */
  drop?: { times: number; share?: number };
  /** Ends a body of undeclared length at half, as if it were whole. */
  truncate?: { times: number };
  /** Sends half and then nothing. */
  stall?: { times: number };
  /** Turns a byte over. */
  corrupt?: { times: number };
  /** Added to the size of every large file in the listing. */
  lieAboutSize?: number;
  /** Names added to the listing, such as `../../x`. */
  badNames?: readonly string[];
  /** Answers 429, asking to wait. */
  rateLimit?: { times: number; seconds: number };
  /** Answers 503. */
  unavailable?: { times: number };
  /** The presigned address has expired: the content server answers 403. */
  expired?: { times: number };
  /** The servers of xet chunks answer 500. */
  xetDown?: boolean;
  /** Sends the whole file whatever was asked for. */
  noRanges?: boolean;
  /** Sends this text (a login page) instead of large files, with status 200. */
  webPage?: string;
}

export interface HubRequest {
  readonly server: 'hub' | 'content';
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  status: number;
  /** Bytes of file content. */
  sent: number;
}

export interface LoopbackHub {
  readonly endpoint: string;
  /** Everything asked since the start or the last `forget`. */
  readonly requests: readonly HubRequest[];
  /** May be changed while the Hub runs. */
  misbehave: Misbehaviour;
  /** Bytes of file content sent since the start or the last `forget`. */
  sentBytes(): number;
  /** The newest commit of a repository. */
  commit(repository: string): string;
  /** A new commit; earlier ones stay. */
  push(repository: string, content: HubRepository): void;
  forget(): void;
  dispose(): Promise<void>;
}

/** A Hub on loopback that speaks the real Hub's API paths: listing, model info, tree, paths-info, resolve, raw, whoami. */
export async function startHub(options: HubOptions = {}): Promise<LoopbackHub> {
  const hub = new Hub(options);
  await hub.start(options.port ?? 0);
  return hub;
}

class Hub implements LoopbackHub {
  endpoint = '';
  readonly requests: HubRequest[] = [];
  misbehave: Misbehaviour;
  private contentEndpoint = '';
  private readonly history = new Map<string, ServedRepository[]>();
  private readonly servers: Server[] = [];

  constructor(private readonly options: HubOptions) {
    this.misbehave = options.misbehave ?? {};
    for (const [id, content] of Object.entries(options.repositories ?? {})) this.push(id, content);
  }

  async start(port: number): Promise<void> {
    this.contentEndpoint = await this.listen('content', 0, (request, response, entry) => this.content(request, response, entry));
    this.endpoint = await this.listen('hub', port, (request, response, entry) => this.answer(request, response, entry));
  }

  sentBytes(): number {
    return this.requests.reduce((sum, { sent }) => sum + sent, 0);
  }

  commit(repository: string): string {
    return this.newest(repository)?.sha ?? '';
  }

  push(repository: string, content: HubRepository): void {
    this.history.set(repository, [serveRepository(repository, content), ...(this.history.get(repository) ?? [])]);
  }

  forget(): void {
    this.requests.length = 0;
  }

  async dispose(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  private listen(name: HubRequest['server'], port: number, answer: (request: IncomingMessage, response: ServerResponse, entry: HubRequest) => Promise<void> | void): Promise<string> {
    const server = http.createServer((request, response) => {
      const { method = 'GET', url = '/', headers } = request;
      const entry: HubRequest = { server: name, method, url, range: headers.range, authorization: headers.authorization, status: 0, sent: 0 };
      this.requests.push(entry);
      response.on('close', () => (entry.status = response.statusCode));
      Promise.resolve(answer(request, response, entry)).catch((error: unknown) => response.destroy(error as Error));
    });
    this.servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    });
  }

  private newest(repository: string): ServedRepository | undefined {
    return this.history.get(repository)?.[0];
  }

  private async answer(request: IncomingMessage, response: ServerResponse, entry: HubRequest): Promise<void> {
    if (this.isRefused(response)) return;
    const url = new URL(request.url ?? '/', this.endpoint);
    if (url.pathname === '/api/whoami-v2') return this.whoami(request, response);
    if (url.pathname === '/api/xet-read-token') return json(response, { accessToken: xetToken, casUrl: this.contentEndpoint, exp: Date.now() / 1000 + 3600 });
    if (url.pathname === '/api/models') {
      const newest = [...this.history.keys()].flatMap((id) => this.newest(id) ?? []);
      const { body, link } = listModels(newest, url, this.options.pageSize ?? 1000);
      return list(request, response, body, link ? { link } : {});
    }
    const check = /^\/api\/models\/([^/]+\/[^/]+)\/auth-check$/.exec(url.pathname);
    if (check?.[1]) return this.authCheck(request, response, check[1]);
    const api = /^\/api\/models\/((?:[^/]+\/)?[^/]+?)(?:\/(revision|tree|paths-info)\/([^/]+)(?:\/.*)?)?$/.exec(url.pathname);
    if (api?.[1]) return this.api(request, response, url, { id: decodeURIComponent(api[1]), kind: api[2], revision: decodeURIComponent(api[3] ?? 'main') });
    const file = /^\/((?:[^/]+\/)?[^/]+)\/(resolve|raw)\/([^/]+)\/(.+)$/.exec(url.pathname);
    if (file?.[1]) return this.file(request, response, entry, { id: file[1], kind: file[2] ?? '', revision: decodeURIComponent(file[3] ?? ''), path: decodeURIComponent(file[4] ?? '') });
    return refuse(response, 404, '', 'Not found');
  }

  /** Answers itself when the Hub has no time for anybody. */
  private isRefused(response: ServerResponse): boolean {
    if (use(this.misbehave.rateLimit)) {
      const seconds = this.misbehave.rateLimit?.seconds ?? 1;
      refuse(response, 429, 'TooManyRequests', 'You have sent too many requests.', { ratelimit: `"api";r=0;t=${seconds}`, 'ratelimit-policy': '"fixed window";"api";q=500;w=300' });
      return true;
    }
    if (!use(this.misbehave.unavailable)) return false;
    refuse(response, 503, '', 'Service unavailable');
    return true;
  }

  private whoami({ headers }: IncomingMessage, response: ServerResponse): void {
    const token = this.options.tokens?.[tokenOf(headers.authorization)];
    if (!token) return refuse(response, 401, '', 'Invalid credentials in Authorization header');
    const auth = { type: 'access_token', accessToken: { displayName: 'evalmark', role: token.fineGrained ? 'fineGrained' : 'read', createdAt: '2026-01-01T00:00:00.000Z', ...(token.fineGrained && { fineGrained: { global: [], ...token.fineGrained } }) } };
    return json(response, { type: 'user', id: '1', name: token.name, fullname: token.name, orgs: [], auth });
  }

  private authCheck(request: IncomingMessage, response: ServerResponse, id: string): void {
    const repository = this.find({ id, revision: 'main' }, request, response);
    if (!repository) return;
    const refusal = this.gateRefusal(repository, request.headers.authorization);
    if (refusal) return refuse(response, refusal, 'GatedRepo', `Access to model ${id} is restricted.`);
    response.writeHead(200).end();
  }

  private async api(request: IncomingMessage, response: ServerResponse, url: URL, asked: { id: string; kind: string | undefined; revision: string }): Promise<void> {
    const repository = this.find(asked, request, response);
    if (!repository) return;
    if (asked.kind === 'tree') {
      const entries = [...directoriesOf(repository.files.keys()), ...[...repository.files.values()].map((file) => treeEntry(file, this.misbehave.lieAboutSize))];
      for (const path of this.misbehave.badNames ?? []) entries.push({ type: 'file', path, size: 4, oid: 'a'.repeat(40) });
      const start = Number(url.searchParams.get('cursor') ?? 0);
      const page = entries.slice(start, start + (this.options.pageSize ?? 1000));
      url.searchParams.set('cursor', String(start + page.length));
      return json(response, page, start + page.length < entries.length ? { link: `<${url.href}>; rel="next"` } : {});
    }
    if (asked.kind === 'paths-info') {
      const { paths } = JSON.parse(await textOf(request)) as { readonly paths: readonly string[] };
      const found = paths.flatMap((path) => repository.files.get(path) ?? []);
      return json(response, found.map((file) => ({ ...treeEntry(file, this.misbehave.lieAboutSize), lastCommit: { id: repository.sha, title: 'Add', date: '2026-01-01T00:00:00.000Z' } })));
    }
    return json(response, modelInfo(repository, url.searchParams.getAll('expand')));
  }

  private file(request: IncomingMessage, response: ServerResponse, entry: HubRequest, asked: { id: string; kind: string; revision: string; path: string }): Promise<void> | void {
    const repository = this.find(asked, request, response);
    if (!repository) return;
    const refusal = this.gateRefusal(repository, request.headers.authorization);
    if (refusal) return refuse(response, refusal, 'GatedRepo', `Access to model ${repository.id} is restricted.`);
    const file = repository.files.get(asked.path);
    if (!file) return refuse(response, 404, 'EntryNotFound', 'Entry not found', { 'x-repo-commit': repository.sha });
    const headers = { 'x-repo-commit': repository.sha, etag: `"${file.oid}"` };
    if (asked.kind === 'raw' && file.pointer !== undefined) return sendContent(request, response, { ...file, content: Buffer.from(file.pointer) }, headers, entry, {});
    if (file.sha256 === undefined || asked.kind === 'raw') return sendContent(request, response, file, headers, entry, this.misbehave);
    if (file.xetHash !== undefined && request.headers.accept?.includes('xet-fileinfo')) return sendXetInfo(response, file, repository.sha, this.endpoint, this.contentEndpoint);
    const location = `${this.contentEndpoint}/cdn/${repository.sha}/${file.sha256}?name=${encodeURIComponent(file.path)}&Signature=abc`;
    response.writeHead(302, { 'x-repo-commit': repository.sha, 'x-linked-etag': `"${file.sha256}"`, 'x-linked-size': String(file.content.length), location }).end();
  }

  private content(request: IncomingMessage, response: ServerResponse, entry: HubRequest): Promise<void> | void {
    if (use(this.misbehave.expired)) return void response.writeHead(403, { 'content-type': 'application/xml' }).end('<Error><Code>AccessDenied</Code></Error>');
    const [sha = '', hash = ''] = new URL(request.url ?? '/', this.contentEndpoint).pathname.split('/').slice(-2);
    const file = this.fileByHash(sha, hash);
    if (!file) return void response.writeHead(404).end();
    if (request.url?.startsWith('/v2/reconstructions/')) {
      if (request.headers.authorization !== `Bearer ${xetToken}`) return void response.writeHead(401).end();
      return sendReconstruction(request, response, file, sha, this.contentEndpoint);
    }
    if (request.url?.startsWith('/xorbs/')) return this.misbehave.xetDown ? void response.writeHead(500).end() : sendXorb(request, response, file, entry);
    if (this.misbehave.webPage !== undefined) return void response.writeHead(200, { 'content-type': 'text/html' }).end(this.misbehave.webPage);
    return sendContent(request, response, file, { etag: `"${hash}"` }, entry, this.misbehave);
  }

  private fileByHash(sha: string, hash: string): ServedFile | undefined {
    const repository = [...this.history.values()].flat().find((candidate) => candidate.sha === sha);
    return [...(repository?.files.values() ?? [])].find(({ sha256 }) => sha256 === hash);
  }

  /** Answers itself and gives nothing when the repository or revision is not there for whoever asks. */
  private find({ id, revision }: { readonly id: string; readonly revision: string }, { headers }: IncomingMessage, response: ServerResponse): ServedRepository | undefined {
    const versions = this.history.get(id);
    const known = this.options.tokens?.[tokenOf(headers.authorization)];
    const refused = (status: number, code: string, message: string) => {
      refuse(response, status, code, message);
      return undefined;
    };
    if (headers.authorization && !known) return refused(401, '', 'Invalid credentials in Authorization header');
    const newest = versions?.[0];
    if (!newest || (newest.description.private && !known?.opens?.includes(id))) {
      return refused(known ? 404 : 401, 'RepoNotFound', known ? 'Repository not found' : 'Invalid username or password.');
    }
    const found = revision === 'main' || revision === 'HEAD' ? newest : versions.find(({ sha }) => sha === revision);
    if (!found) return refused(404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    return found;
  }

  private gateRefusal({ id, description }: ServedRepository, authorization: string | undefined): 401 | 403 | undefined {
    const token = this.options.tokens?.[tokenOf(authorization)];
    if (!description.gated || (token?.opens?.includes(id) && token.fineGrained?.canReadGatedRepos !== false)) return undefined;
    return authorization ? 403 : 401;
  }
}

function tokenOf(authorization: string | undefined): string {
  return authorization?.replace(/^Bearer /, '') ?? '';
}

function json(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body));
}

/** With an ETag of the content; what the asker has already is not sent again. */
function list(request: IncomingMessage, response: ServerResponse, body: unknown, headers: Record<string, string>): void {
  const etag = `W/"${createHash('sha1').update(JSON.stringify(body)).digest('hex')}"`;
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag, ...headers }).end();
  return json(response, body, { etag, ...headers });
}

function refuse(response: ServerResponse, status: number, code: string, message: string, headers: Record<string, string> = {}): void {
  const named: Record<string, string> = code ? { 'x-error-code': code, 'x-error-message': message } : {};
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...named, ...headers }).end(JSON.stringify({ error: message }));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
