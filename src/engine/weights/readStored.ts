import { open } from 'node:fs/promises';
import { storedWidths, type StoredTensor, type StoredType } from './weights';

/** Reads a tensor's values from its file and widens them to float32: exact for 16-bit floats and small integers. */
export async function readStored(tensor: StoredTensor): Promise<Float32Array> {
  const handle = await open(tensor.file);
  try {
    const bytes = Buffer.alloc(tensor.bytes);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.length - at, longestRead), tensor.offset + at);
      if (bytesRead === 0) throw new Error(`${tensor.file} became shorter while ${tensor.name} was read.`);
      at += bytesRead;
    }
    return widened(bytes, tensor.type);
  } finally {
    await handle.close();
  }
}

/** Some systems read at most 2 GiB at once. */
const longestRead = 1 << 30;

/** @param bytes little-endian elements of the type */
export function widened(bytes: Uint8Array, type: StoredType): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.byteLength / storedWidths[type]);
  const read = readers[type];
  for (let index = 0; index < values.length; index++) values[index] = read(view, index);
  return values;
}

const readers: Readonly<Record<StoredType, (view: DataView, index: number) => number>> = {
  F64: (view, index) => view.getFloat64(index * 8, true),
  F32: (view, index) => view.getFloat32(index * 4, true),
  F16: (view, index) => halfFloat(view.getUint16(index * 2, true)),
  BF16: (view, index) => brainFloat(view.getUint16(index * 2, true)),
  I64: (view, index) => Number(view.getBigInt64(index * 8, true)),
  I32: (view, index) => view.getInt32(index * 4, true),
  U8: (view, index) => view.getUint8(index),
  I8: (view, index) => view.getInt8(index),
  BOOL: (view, index) => view.getUint8(index),
};

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function brainFloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}
