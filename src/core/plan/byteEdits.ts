import { hasByteOrderMark } from './decode';
import type { PlanTextEdit } from './planStore';

/** Where lines begin in a file's bytes; line ends are ASCII and so the same in bytes, however broken the rest is. */
export function byteLineStarts(bytes: Buffer): Uint32Array {
  const starts = [hasByteOrderMark(bytes) ? 3 : 0];
  if (!bytes.includes(13)) {
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, end + 1)) starts.push(end + 1);
  } else {
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index];
      if (byte === 10 || (byte === 13 && bytes[index + 1] !== 10)) starts.push(index + 1);
    }
  }
  return Uint32Array.from(starts);
}

/** The bytes with the edits applied (in the order of the text, not overlapping); all other bytes are the same. */
export function applyByteEdits(bytes: Uint8Array, lineStarts: Uint32Array, edits: readonly PlanTextEdit[]): Buffer {
  const parts: Uint8Array[] = [];
  let position = 0;
  for (const { range, text } of edits) {
    const line = lineStarts[range.line] ?? bytes.length;
    const start = byteOffset(bytes, line, range.start);
    const end = byteOffset(bytes, start, range.end - range.start);
    parts.push(bytes.subarray(position, start), Buffer.from(text, 'utf8'));
    position = end;
  }
  parts.push(bytes.subarray(position));
  return Buffer.concat(parts);
}

/**
 * The position that lies so many UTF-16 code units behind `start`, for bytes decoded as the Encoding Standard decodes
 * UTF-8 (a broken sequence becomes one replacement character for its longest valid beginning).
 */
export function byteOffset(bytes: Uint8Array, start: number, units: number): number {
  let position = start;
  let left = units;
  while (left > 0 && position < bytes.length) {
    const { length, units: taken } = sequenceAt(bytes, position);
    position += length;
    left -= taken;
  }
  return position;
}

function sequenceAt(bytes: Uint8Array, position: number): { readonly length: number; readonly units: number } {
  const first = bytes[position] ?? 0;
  if (first < 0x80) return single;
  const wanted = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 1;
  let length = 1;
  while (length < wanted && isContinuation(bytes[position + length] ?? 0, length === 1 ? first : 0)) length++;
  return { length, units: wanted === 4 && length === 4 ? 2 : 1 };
}

const single = { length: 1, units: 1 } as const;

/** `first` is the sequence's first byte for its second one, where overlong forms and surrogates are excluded; else 0. */
function isContinuation(byte: number, first: number): boolean {
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return byte >= low && byte <= high;
}
