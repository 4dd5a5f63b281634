import type { PackedTensor } from './packedTensor';
import { normalFloats } from './quantise';
import { readStored } from './readStored';

/** The numbers of a packed matrix as the runtime's operators take them, `[rows, columns]` in float32. */
export async function unpack(packed: PackedTensor): Promise<Float32Array> {
  const [codes, scales] = await Promise.all([readStored(packed.codes), readStored(packed.scales)]);
  const { rows, columns, blockSize } = packed;
  const values = new Float32Array(rows * columns);
  if (packed.scheme === 'nf4') {
    values.forEach((_, index) => {
      const byte = codes[index >> 1] ?? 0;
      values[index] = (normalFloats[index & 1 ? byte & 15 : byte >> 4] ?? 0) * (scales[Math.floor(index / blockSize)] ?? 0);
    });
    return values;
  }
  const zeroPoints = packed.zeroPoints && (await readStored(packed.zeroPoints));
  const usual = packed.scheme === 'nbits4' ? 8 : 128;
  values.forEach((_, index) => {
    const block = Math.floor(index / blockSize);
    const byte = codes[packed.scheme === 'nbits4' ? index >> 1 : index] ?? 0;
    const code = packed.scheme === 'nbits8' ? byte : index & 1 ? byte >> 4 : byte & 15;
    values[index] = (code - (zeroPoints?.[block] ?? usual)) * (scales[block] ?? 0);
  });
  return values;
}
