import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { GGUFParseOutput, GGUFTensorInfo } from '@huggingface/gguf';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { ggufFormats, type GgufFormat } from './ggufFormats';
import type { StoredTensor, StoredType } from './weights';

/** What the header of a GGUF file says, held against the file. */
export interface GgufFile {
  readonly path: string;
  /** As its converter calls it: `qwen_image`. */
  readonly architecture: string;
  /** Tensors of plain floats, which the runtime maps from the file as they are. */
  readonly plain: ReadonlyMap<string, StoredTensor>;
  /** Matrices in ggml's blocks. */
  readonly blocks: ReadonlyMap<string, GgufBlocks>;
}

export interface GgufBlocks {
  readonly format: GgufFormat;
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
  readonly bytes: number;
}

/** The only architecture whose tensors bear the names that the engine's transformer has. */
const architectures: ReadonlySet<string> = new Set(['qwen_image']);

/** Reads the header of a GGUF file of a model that the engine runs; the numbers stay where they are. */
export async function readGguf(file: string): Promise<Result<GgufFile>> {
  const name = path.basename(file);
  const opened = await open(file).catch(() => undefined);
  if (!opened) return fail(missing(name));
  const { size } = await opened.stat().finally(() => opened.close());
  const real = await realpath(file);
  const { gguf } = await import('@huggingface/gguf');
  let parsed: GGUFParseOutput;
  try {
    parsed = await gguf(real, { allowLocalFile: true });
  } catch (error) {
    return fail(broken(name, error instanceof RangeError ? 'it ends inside its own header' : lowered(error)));
  }
  const architecture: unknown = parsed.metadata['general.architecture'];
  if (typeof architecture !== 'string' || !architectures.has(architecture)) return fail(otherArchitecture(name, architecture));
  if (!parsed.littleEndian) return fail(broken(name, 'it is written for computers of the other byte order'));
  try {
    return ok({ path: real, architecture, ...tensorsOf(parsed, real, size) });
  } catch (error) {
    if (error instanceof UnknownFormat) return fail(unknownFormat(name, error));
    if (error instanceof BrokenTensor) return fail(error.cutOff ? truncated(name, error.message) : broken(name, error.message));
    throw error;
  }
}

function tensorsOf({ tensorInfos, tensorDataOffset, metadata }: GGUFParseOutput, file: string, size: number): Pick<GgufFile, 'plain' | 'blocks'> {
  const plain = new Map<string, StoredTensor>();
  const blocks = new Map<string, GgufBlocks>();
  for (const info of tensorInfos) {
    const name = withoutPrefix(info.name);
    if (plain.has(name) || blocks.has(name)) throw new BrokenTensor(`it holds ${name.slice(0, 80)} twice`);
    const shape = shapeOf(info, metadata);
    const count = shape.reduce((product, side) => product * side, 1);
    const offset = Number(tensorDataOffset + info.offset);
    const float = floatTypes[info.dtype];
    if (float) {
      const bytes = count * float.width;
      requireInside(name, offset + bytes, size);
      plain.set(name, { name, type: float.type, shape, file, offset, bytes });
      continue;
    }
    const format = ggufFormats[info.dtype];
    if (!format) throw new UnknownFormat(info.name, info.dtype);
    const [rows, columns, ...rest] = shape;
    if (rows === undefined || columns === undefined || rest.length > 0 || columns % format.numbers !== 0) throw new BrokenTensor(`its ${name.slice(0, 80)} of [${shape.join(', ')}] does not fill blocks of ${format.name}`);
    const bytes = (count / format.numbers) * format.bytes;
    requireInside(name, offset + bytes, size);
    blocks.set(name, { format, rows, columns, offset, bytes });
  }
  return { plain, blocks };
}

/** Sides from the slowest to the fastest, as in the checkpoint: GGUF has them the other way round, and sometimes flattened. */
function shapeOf({ name, shape }: GGUFTensorInfo, metadata: GGUFParseOutput['metadata']): readonly number[] {
  const stored = shape.map(Number).reverse();
  const original = new Map<string, unknown>(Object.entries(metadata)).get(`comfy.gguf.orig_shape.${name}`);
  const sides = Array.isArray(original) && original.every((side): side is number => Number.isSafeInteger(side) && (side as number) >= 0) ? original : stored;
  const count = (list: readonly number[]) => list.reduce((product, side) => product * side, 1);
  if (!Number.isSafeInteger(count(stored) * 8) || count(sides) !== count(stored)) throw new BrokenTensor(`its ${name.slice(0, 80)} has no possible shape`);
  return sides;
}

function withoutPrefix(name: string): string {
  return name.replace(/^(?:model\.)?diffusion_model\./, '');
}

/** Numbers of ggml's types. */
const floatTypes: Readonly<Record<number, { readonly type: StoredType; readonly width: number }>> = {
  0: { type: 'F32', width: 4 },
  1: { type: 'F16', width: 2 },
  28: { type: 'F64', width: 8 },
  30: { type: 'BF16', width: 2 },
};

function requireInside(name: string, end: number, size: number): void {
  if (!Number.isSafeInteger(end)) throw new BrokenTensor(`its ${name.slice(0, 80)} lies nowhere`);
  if (end > size) throw new BrokenTensor(`it has ${size} bytes, and its ${name.slice(0, 80)} ends at ${end}`, true);
}

class BrokenTensor extends Error {
  constructor(
    message: string,
    readonly cutOff = false,
  ) {
    super(message);
  }
}

class UnknownFormat extends Error {
  constructor(
    readonly tensor: string,
    readonly type: number,
  ) {
    super();
  }
}

function lowered(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  return (text.slice(0, 1).toLowerCase() + text.slice(1, 200)).replace(/\.$/, '');
}

function missing(name: string): Failure {
  return { code: 'weights-missing', message: `The weights ${name} are not there.`, advice: 'Run the download step of this model, then this step again.', short: 'weights missing' };
}

function truncated(name: string, why: string): Failure {
  return { code: 'weights-truncated', message: `${name} is incomplete: ${why}.`, advice: 'Download it again (Verify downloads finds such files).', short: 'incomplete file' };
}

function broken(name: string, why: string): Failure {
  return { code: 'weights-refused', message: `${name} is no sound GGUF file: ${why}.`, advice: 'Download it again; if it stays so, do not use this repository.', short: 'broken file' };
}

function otherArchitecture(name: string, architecture: unknown): Failure {
  const said = typeof architecture === 'string' ? `is a model of the architecture ${architecture.slice(0, 40)}` : 'does not say its architecture';
  return {
    code: 'weights-architecture',
    message: `${name} ${said}; the engine runs GGUF files of qwen_image.`,
    advice: 'Choose a GGUF file of the Qwen-Image-Edit transformer, or the diffusers checkpoint of this model.',
    short: 'other model',
  };
}

function unknownFormat(name: string, { tensor, type }: UnknownFormat): Failure {
  const known = Object.values(ggufFormats).map((format) => format?.name).join(', ');
  return {
    code: 'weights-type',
    message: `${name} holds ${tensor.slice(0, 80)} in ggml’s type ${type}, which the engine does not read.`,
    advice: `Choose a file in one of ${known}, F16, BF16 or F32.`,
    short: 'unknown type',
  };
}
