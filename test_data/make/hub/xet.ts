import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HubRequest } from '../hub';
import type { ServedFile } from './served';

/** Bytes of content in a chunk; real ones vary around this size. */
const chunk = 64 * 1024;
const chunkHeader = 8;

/** What the content servers of xet ask for; the Hub's own token must not reach them. */
export const xetToken = 'xet-read-token';

/** The answer to a `resolve` that accepts xet: where to read the file in chunks. */
export function sendXetInfo(response: ServerResponse, file: ServedFile, commit: string, hub: string, content: string): void {
  const reconstruction = `${content}/v1/reconstructions/${commit}/${file.sha256 ?? ''}`;
  response
    .writeHead(200, {
      'content-type': 'application/vnd.xet-fileinfo+json',
      'x-repo-commit': commit,
      'x-linked-etag': `"${file.sha256 ?? ''}"`,
      'x-linked-size': String(file.content.length),
      'x-xet-hash': file.xetHash ?? '',
      link: `<${hub}/api/xet-read-token>; rel="xet-auth", <${reconstruction}>; rel="xet-reconstruction-info"`,
    })
    .end(JSON.stringify({ hash: file.xetHash }));
}

/** Which chunks hold a range of the file, and where they lie. One xorb holds the file's chunks in order, uncompressed. */
export function sendReconstruction(request: IncomingMessage, response: ServerResponse, file: ServedFile, commit: string, content: string): void {
  const [, from = '0', to = String(file.content.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const start = Math.floor(Number(from) / chunk);
  const end = Math.floor(Math.min(Number(to), file.content.length - 1) / chunk) + 1;
  const unpacked = Math.min(end * chunk, file.content.length) - start * chunk;
  const bytes = { start: start * (chunk + chunkHeader), end: start * (chunk + chunkHeader) + unpacked + (end - start) * chunkHeader - 1 };
  const hash = file.xetHash ?? '';
  const body = {
    terms: [{ hash, unpacked_length: unpacked, range: { start, end } }],
    xorbs: { [hash]: [{ url: `${content}/xorbs/${commit}/${file.sha256 ?? ''}`, ranges: [{ chunks: { start, end }, bytes }] }] },
    offset_into_first_range: Number(from) - start * chunk,
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function sendXorb(request: IncomingMessage, response: ServerResponse, file: ServedFile, entry: HubRequest): void {
  const xorb = packed(file.content);
  const [, from = '0', to = String(xorb.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const part = xorb.subarray(Number(from), Number(to) + 1);
  entry.sent += part.length;
  response.writeHead(206, { 'content-length': part.length, 'content-range': `bytes ${from}-${to}/${xorb.length}` }).end(part);
}

function packed(content: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let offset = 0; offset < content.length; offset += chunk) {
    const part = content.subarray(offset, offset + chunk);
    const header = Buffer.alloc(chunkHeader);
    header.writeUIntLE(part.length, 1, 3);
    header.writeUIntLE(part.length, 5, 3);
    parts.push(header, part);
  }
  return Buffer.concat(parts);
}
