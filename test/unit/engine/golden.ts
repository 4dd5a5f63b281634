import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomCheckpoint } from '../../../test_data/make/checkpoints/randomCheckpoint';
import { writeCheckpoint } from '../../../test_data/make/checkpoints/writeCheckpoint';

/** One tensor of a golden. Whole numbers come as they are, in an array of numbers. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Uint8Array | number[];
}

/** What the reference implementation answered, as test/reference wrote it to test/goldens. */
export class Golden {
  private constructor(
    private readonly tensors: ReadonlyMap<string, GoldenTensor>,
    private readonly metadata: Readonly<Record<string, string>>,
  ) {}

  /** @param name of the module, such as `transformer`. */
  static async read(name: string): Promise<Golden> {
    const bytes = await readFile(path.join(folder, `${name}.safetensors`));
    const headerEnd = 8 + Number(bytes.readBigUInt64LE());
    const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString('utf8', 8, headerEnd)) as Header;
    const tensors = Object.entries(entries).map(([key, { dtype, shape, data_offsets: [start, end] }]) => {
      const content = bytes.subarray(headerEnd + start, headerEnd + end);
      return [key, { shape, values: decode(dtype, content) }] as const;
    });
    return new Golden(new Map(tensors), metadata ?? {});
  }

  get names(): readonly string[] {
    return [...this.tensors.keys()];
  }

  tensor(name: string): GoldenTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`The golden holds no ${name}; it holds ${this.names.join(', ')}.`);
    return tensor;
  }

  shape(name: string): readonly number[] {
    return this.tensor(name).shape;
  }

  floats(name: string): Float32Array {
    const { values } = this.tensor(name);
    if (!(values instanceof Float32Array)) throw new Error(`${name} does not hold floats.`);
    return values;
  }

  /** Pixels, `[height, width, 3]`. */
  bytes(name: string): Uint8Array {
    const { values } = this.tensor(name);
    if (!(values instanceof Uint8Array)) throw new Error(`${name} does not hold bytes.`);
    return values;
  }

  integers(name: string): number[] {
    const { values } = this.tensor(name);
    if (!Array.isArray(values)) throw new Error(`${name} does not hold integers.`);
    return values;
  }

  /** A value that the script stored as JSON in the metadata. */
  said(key: string): unknown {
    return JSON.parse(this.metadata[key] ?? 'null');
  }
}

/** The largest difference between two arrays of the same length; NaN where either holds one. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers came where ${expected.length} were expected.`);
  let largest = 0;
  for (let index = 0; index < actual.length; index++) {
    const difference = Math.abs(actual[index]! - expected[index]!);
    if (Number.isNaN(difference)) return Number.NaN;
    largest = Math.max(largest, difference);
  }
  return largest;
}

/** The checkpoint that the goldens were made from, in a folder of its own that the caller removes. */
export async function randomCheckpointFolder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'evalmark-checkpoint-'));
  await writeCheckpoint(made, randomCheckpoint());
  return made;
}

type Header = Readonly<Record<string, Entry>> & { readonly __metadata__?: Record<string, string> };

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'goldens');

function decode(type: string, content: Buffer): GoldenTensor['values'] {
  const at = (size: number) => Array.from({ length: content.length / size }, (_, index) => index * size);
  if (type === 'F32') return Float32Array.from(at(4), (offset) => content.readFloatLE(offset));
  if (type === 'U8') return Uint8Array.from(content);
  if (type === 'I64') return at(8).map((offset) => Number(content.readBigInt64LE(offset)));
  if (type === 'I32') return at(4).map((offset) => content.readInt32LE(offset));
  throw new Error(`Goldens hold no ${type}.`);
}
