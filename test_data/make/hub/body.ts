import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HubRequest, Misbehaviour } from '../hub';
import type { ServedFile } from './served';

/** Sends a file's content with ranges, as badly as asked for. */
export async function sendContent(request: IncomingMessage, response: ServerResponse, file: ServedFile, headers: Record<string, string>, entry: HubRequest, misbehave: Misbehaviour): Promise<void> {
  const { content } = file;
  const range = misbehave.noRanges ? undefined : rangeOf(request.headers.range, content.length);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: content.length };
  const all: Record<string, string> = { ...headers, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
  if (range) all['content-range'] = `bytes ${start}-${end - 1}/${content.length}`;
  const bytes = badBytes(content.subarray(start, end), file, misbehave);
  const ending = endingOf(file, end - start, misbehave);
  if (ending.kind !== 'truncate') all['content-length'] = String(end - start);
  response.writeHead(range ? 206 : 200, all);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await pour(response, bytes.subarray(0, ending.after), entry, misbehave.slow);
  if (ending.kind === 'drop') response.destroy();
  else if (ending.kind !== 'stall') response.end();
}

function rangeOf(header: string | undefined, size: number): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const found = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (!found) return undefined;
  const start = Number(found[1]);
  if (start >= size) return 'unsatisfiable';
  return { start, end: found[2] ? Math.min(Number(found[2]) + 1, size) : size };
}

type Ending = { readonly kind: 'end' | 'drop' | 'truncate' | 'stall'; readonly after: number };

/** Only large files are mistreated, so that a test's plan and card still arrive. */
function endingOf(file: ServedFile, length: number, misbehave: Misbehaviour): Ending {
  if (file.sha256 !== undefined) {
    if (use(misbehave.drop)) return { kind: 'drop', after: Math.floor(length * (misbehave.drop?.share ?? 0.5)) };
    if (use(misbehave.truncate)) return { kind: 'truncate', after: Math.floor(length / 2) };
    if (use(misbehave.stall)) return { kind: 'stall', after: Math.floor(length / 2) };
  }
  return { kind: 'end', after: length };
}

function badBytes(bytes: Buffer, file: ServedFile, misbehave: Misbehaviour): Buffer {
  if (file.sha256 === undefined || bytes.length === 0 || !use(misbehave.corrupt)) return bytes;
  const wrong = Buffer.from(bytes);
  wrong[wrong.length >> 1] = (wrong[wrong.length >> 1] ?? 0) ^ 0xff;
  return wrong;
}

/** Counts one use of a misbehaviour; false when it is not asked for or used up. */
export function use(allowance: { times: number } | undefined): boolean {
  if (!allowance || allowance.times <= 0) return false;
  allowance.times -= 1;
  return true;
}

async function pour(response: ServerResponse, bytes: Buffer, entry: HubRequest, bytesPerSecond: number | undefined): Promise<void> {
  const piece = bytesPerSecond === undefined ? 256 * 1024 : Math.max(1, Math.min(64 * 1024, Math.floor(bytesPerSecond / 20)));
  for (let offset = 0; offset < bytes.length && !response.destroyed; offset += piece) {
    const part = bytes.subarray(offset, offset + piece);
    entry.sent += part.length;
    if (!response.write(part)) await drained(response);
    if (bytesPerSecond !== undefined) await new Promise((resolve) => setTimeout(resolve, (part.length / bytesPerSecond) * 1000));
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      response.off('drain', over).off('close', over);
      resolve();
    };
    response.on('drain', over).on('close', over);
  });
}
