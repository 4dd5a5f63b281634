import { toBfloat16, toFloat16 } from './halfFloats';
import type { MadeTensor } from './madeTensor';

export type MadeType = 'F32' | 'F16' | 'BF16';

/** The bytes of a `.safetensors` file: the header's length, the header padded with blanks to 8 bytes, then the tensors in order. */
export function safetensorsFile(tensors: readonly MadeTensor[], type: MadeType, metadata: Readonly<Record<string, string>> = { format: 'pt' }): Buffer {
  const bodies = tensors.map(({ values }) => encode(values, type));
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  tensors.forEach(({ name, shape }, index) => {
    const end = offset + (bodies[index]?.length ?? 0);
    header[name] = { dtype: type, shape, data_offsets: [offset, end] };
    offset = end;
  });
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...bodies]);
}

function encode(values: Float32Array, type: MadeType): Buffer {
  if (type === 'BF16') return toBfloat16(values);
  if (type === 'F16') return toFloat16(values);
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
