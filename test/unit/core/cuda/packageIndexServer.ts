import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedFile {
  readonly name: string;
  readonly content: Buffer;
  /** Checksum to name instead of the right one. */
  readonly sha256?: string;
  readonly yanked?: boolean;
}

export interface IndexServer {
  readonly address: string;
  /** Every request: its path, range and login. */
  readonly asked: readonly { readonly path: string; readonly range: string | undefined; readonly authorization: string | undefined }[];
  /** Ends the next answer with a file's bytes after so many of them. */
  cutNextAfter(bytes: number): void;
  close(): Promise<void>;
}

/** A Python package index on loopback with one project. */
export async function startPackageIndex(project: string, files: readonly ServedFile[], form: 'json' | 'html' = 'json'): Promise<IndexServer> {
  const asked: { path: string; range: string | undefined; authorization: string | undefined }[] = [];
  let cut: number | undefined;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const { range, authorization } = request.headers;
    asked.push({ path, range, authorization });
    const file = files.find(({ name }) => path === `/files/${encodeURIComponent(name)}`);
    if (path === `/simple/${project}/`) {
      response.setHeader('content-type', form === 'json' ? 'application/vnd.pypi.simple.v1+json' : 'text/html');
      response.end(form === 'json' ? json(files) : page(files));
    } else if (file) {
      const [start, end] = rangeOf(request, file.content.length);
      response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${file.content.length}`, 'content-length': end - start + 1 });
      const body = file.content.subarray(start, end + 1);
      if (cut === undefined || body.length <= cut) return void response.end(body);
      response.write(body.subarray(0, cut), () => response.destroy());
      cut = undefined;
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/simple`,
    asked,
    cutNextAfter: (bytes) => (cut = bytes),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function json(files: readonly ServedFile[]): string {
  return JSON.stringify({ meta: { 'api-version': '1.1' }, files: files.map((file) => ({ filename: file.name, url: `../../files/${encodeURIComponent(file.name)}`, hashes: { sha256: hashOf(file) }, yanked: file.yanked ?? false })) });
}

function page(files: readonly ServedFile[]): string {
  const links = files.map((file) => `<a href="../../files/${encodeURIComponent(file.name)}#sha256=${hashOf(file)}"${file.yanked ? ' data-yanked=""' : ''}>${file.name}</a><br/>`);
  return `<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`;
}

function hashOf({ content, sha256 }: ServedFile): string {
  return sha256 ?? createHash('sha256').update(content).digest('hex');
}

function rangeOf(request: IncomingMessage, length: number): readonly [number, number] {
  const [, start = '0', end = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  return [Number(start), end === '' ? length - 1 : Math.min(Number(end), length - 1)];
}
