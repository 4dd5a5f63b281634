import { open } from 'node:fs/promises';
import { float16Value } from './halfFloats';
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
  // Views on more than one byte must begin at a multiple of their width.
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % storedWidths[type] === 0 ? bytes : bytes.slice();
  const count = byteLength / storedWidths[type];
  switch (type) {
    case 'F32':
      return new Float32Array(buffer, byteOffset, count).slice();
    case 'BF16':
      return fromBrainFloats(new Uint16Array(buffer, byteOffset, count));
    case 'F16':
      return fromHalfFloats(new Uint16Array(buffer, byteOffset, count));
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, count));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, count), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(buffer, byteOffset, count));
    case 'I8':
      return Float32Array.from(new Int8Array(buffer, byteOffset, count));
    case 'U8':
    case 'BOOL':
      return Float32Array.from(new Uint8Array(buffer, byteOffset, count));
  }
}

/** bfloat16 is the upper half of a float32. */
function fromBrainFloats(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index++) words[index] = (halves[index] ?? 0) << 16;
  return new Float32Array(words.buffer);
}

function fromHalfFloats(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++) values[index] = float16Value(halves[index] ?? 0);
  return values;
}
