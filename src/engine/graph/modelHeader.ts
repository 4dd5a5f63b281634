import { open, type FileHandle } from 'node:fs/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from './onnx_pb';

export type ModelHeader =
  | OnnxHeader
  /** Not the bytes of an ONNX model at all. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'truncated'; readonly bytes: number; readonly expected: number };

export interface OnnxHeader {
  readonly kind: 'onnx';
  readonly bytes: number;
  readonly producer: string;
  /** Version by operator set; `ai.onnx` is the default one. */
  readonly opsets: ReadonlyMap<string, number>;
  /** `metadata_props`: what the maker of the model says about it. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads what a model says of itself without its graph and weights: the fields of ModelProto are walked, field 7 (the
 * graph) is jumped over. That also tells a model from other files and finds one that was cut off.
 */
export async function readModelHeader(file: string): Promise<ModelHeader> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return { kind: 'foreign' };
  try {
    return await walk(handle, (await handle.stat()).size);
  } catch {
    return { kind: 'foreign' };
  } finally {
    await handle.close();
  }
}

const graphField = 7;
const knownFields = new Set([1, 2, 3, 4, 5, 6, graphField, 8, 14, 20, 25, 26]);
/** Longer ones (training information, functions) are of no interest here. */
const maximumField = 1_000_000;

async function walk(handle: FileHandle, size: number): Promise<ModelHeader> {
  const small: Uint8Array[] = [];
  let hasGraph = false;
  for (let at = 0; at < size; ) {
    const field = await fieldAt(handle, at);
    if (field === undefined || !knownFields.has(field.number)) return { kind: 'foreign' };
    if (field.end > size) return at === 0 ? { kind: 'foreign' } : { kind: 'truncated', bytes: size, expected: field.end };
    if (field.number === graphField) hasGraph = true;
    else if (field.end - at <= maximumField && field.number !== 20 && field.number !== 25) small.push(await bytesOf(handle, at, field.end));
    at = field.end;
  }
  const model = fromBinary(ModelProtoSchema, Buffer.concat(small));
  if (model.irVersion <= 0n) return { kind: 'foreign' };
  if (!hasGraph) return { kind: 'truncated', bytes: size, expected: size + 1 };
  return {
    kind: 'onnx',
    bytes: size,
    producer: model.producerName,
    opsets: new Map(model.opsetImport.map(({ domain, version }) => [domain === '' ? 'ai.onnx' : domain, Number(version)])),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
  };
}

interface Field {
  readonly number: number;
  /** Offset behind its content. */
  readonly end: number;
}

async function fieldAt(handle: FileHandle, at: number): Promise<Field | undefined> {
  const head = await bytesOf(handle, at, at + 20);
  const tag = varint(head, 0);
  if (!tag) return undefined;
  const content = at + tag.next;
  switch (tag.value & 7n) {
    case 0n: {
      const value = varint(head, tag.next);
      return value && { number: Number(tag.value >> 3n), end: at + value.next };
    }
    case 2n: {
      const length = varint(head, tag.next);
      return length && { number: Number(tag.value >> 3n), end: at + length.next + Number(length.value) };
    }
    case 1n:
      return { number: Number(tag.value >> 3n), end: content + 8 };
    case 5n:
      return { number: Number(tag.value >> 3n), end: content + 4 };
    default:
      return undefined;
  }
}

function varint(bytes: Uint8Array, start: number): { readonly value: bigint; readonly next: number } | undefined {
  let value = 0n;
  for (let index = start; index < Math.min(bytes.length, start + 10); index++) {
    const byte = bytes[index] ?? 0;
    value |= BigInt(byte & 127) << BigInt(7 * (index - start));
    if (byte < 128) return { value, next: index + 1 };
  }
  return undefined;
}

async function bytesOf(handle: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(to - from);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
  return buffer.subarray(0, bytesRead);
}
