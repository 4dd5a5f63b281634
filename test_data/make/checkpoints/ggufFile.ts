import { halfBits, toBfloat16, toFloat16 } from './halfFloats';
import { sizeOf, type MadeTensor } from './madeTensor';

/** The types of ggml that the made files use, by their numbers in the format. */
const typeNumbers = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 8, BF16: 30 } as const;

export type GgufType = keyof typeof typeNumbers;

/**
 * A GGUF file of version 3 as the community's converters write it for ComfyUI: original tensor names, sides in reverse
 * order, tensors aligned to 32 bytes. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function ggufFile(tensors: readonly MadeTensor[], architecture: string, typeOf: (tensor: MadeTensor) => GgufType): Buffer {
  const bodies = tensors.map((tensor) => padded(encode(tensor.values, typeOf(tensor))));
  const settings = [textSetting('general.architecture', architecture), numberSetting('general.quantization_version', 2), numberSetting('general.file_type', 7)];
  let offset = 0;
  const entries = tensors.map((tensor, index) => {
    const entry = tensorEntry(tensor, typeNumbers[typeOf(tensor)], offset);
    offset += bodies[index]?.length ?? 0;
    return entry;
  });
  const head = Buffer.concat([Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(settings.length), ...settings, ...entries]);
  return Buffer.concat([padded(head), ...bodies]);
}

function tensorEntry({ name, shape }: MadeTensor, type: number, offset: number): Buffer {
  return Buffer.concat([text(name), uint32(shape.length), ...[...shape].reverse().map((side) => uint64(side)), uint32(type), uint64(offset)]);
}

function encode(values: Float32Array, type: GgufType): Buffer {
  switch (type) {
    case 'F32':
      return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    case 'F16':
      return toFloat16(values);
    case 'BF16':
      return toBfloat16(values);
    case 'Q8_0':
      return blocks(values, eightBits);
    case 'Q4_0':
      return blocks(values, fourBits);
  }
}

function blocks(values: Float32Array, encodeBlock: (block: Float32Array) => Buffer): Buffer {
  if (values.length % 32 !== 0) throw new RangeError(`${values.length} values do not fill blocks of 32.`);
  return Buffer.concat(Array.from({ length: values.length / 32 }, (_, index) => encodeBlock(values.subarray(index * 32, index * 32 + 32))));
}

/** A half scale and 32 signed bytes. */
function eightBits(block: Float32Array): Buffer {
  const scale = largest(block) / 127;
  const encoded = Buffer.alloc(34);
  encoded.writeUInt16LE(halfBits(Math.abs(scale)), 0);
  block.forEach((value, index) => encoded.writeInt8(scale === 0 ? 0 : Math.round(value / Math.abs(scale)), 2 + index));
  return encoded;
}

/** A half scale and 16 bytes: the first half of the block in the low nibbles, the second in the high ones, 8 for zero. */
function fourBits(block: Float32Array): Buffer {
  const scale = largest(block) / -8;
  const encoded = Buffer.alloc(18);
  encoded.writeUInt16LE(halfBits(scale), 0);
  const code = (value: number) => (scale === 0 ? 8 : Math.min(15, Math.floor(value / scale + 8.5)));
  for (let index = 0; index < 16; index++) encoded.writeUInt8(code(block[index] ?? 0) | (code(block[16 + index] ?? 0) << 4), 2 + index);
  return encoded;
}

/** With its sign. */
function largest(block: Float32Array): number {
  return block.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
}

/** Only matrices whose rows fill blocks can be quantised; a row may not share a block with the next. */
export function fitsBlocks({ shape }: MadeTensor): boolean {
  return shape.length === 2 && sizeOf(shape) > 0 && (shape[1] ?? 0) % 32 === 0;
}

function textSetting(key: string, value: string): Buffer {
  return Buffer.concat([text(key), uint32(8), text(value)]);
}

function numberSetting(key: string, value: number): Buffer {
  return Buffer.concat([text(key), uint32(4), uint32(value)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);
}
