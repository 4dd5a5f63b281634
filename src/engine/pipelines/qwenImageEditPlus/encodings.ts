import { createHash } from 'node:crypto';
import { ok, type Result } from '../../../core/outcome';
import type { ChosenDevice } from '../../devices/chooseDevice';
import type { Planes } from '../../models/autoencoderKlQwenImage/tiling';
import type { Picture } from '../../pictures/loadPicture';
import { pilResize } from '../../pictures/pilResize';
import { EncodingCache } from '../encodingCache';
import type { Checkpoint } from './checkpoint';
import type { Components } from './components';
import { packLatents } from './packing';
import { planesOf } from './pixels';
import { promptResolution, sizeOfArea, type Size } from './sizes';

/** One input picture in the two sizes that it is looked at. */
export interface Source {
  readonly latentSize: Size;
  readonly promptSize: Size;
  readonly forPrompt: Picture;
  readonly forLatents: Picture;
}

export interface SourceLatents {
  /** Packed. */
  readonly tokens: Float32Array;
  /** Rows and columns of tokens. */
  readonly grid: readonly [number, number];
}

/** The size in which the text encoder sees a picture. */
export function promptPicture(picture: Picture): Picture {
  return pilResize(picture, ...sizeOfArea(promptResolution ** 2, picture.width, picture.height), 'lanczos');
}

/** @param resolution side of the square of whose area the picture is encoded as latents */
export function sourceOf(picture: Picture, resolution: number): Source {
  const latentSize = sizeOfArea(resolution ** 2, picture.width, picture.height);
  const promptSize = sizeOfArea(promptResolution ** 2, picture.width, picture.height);
  return { latentSize, promptSize, forPrompt: promptPicture(picture), forLatents: pilResize(picture, ...latentSize, 'lanczos') };
}

/** Prompts and pictures as the transformer takes them, each encoded once and then found in the cache. */
export class Encodings {
  private readonly textKey: readonly unknown[];
  private readonly pictureKey: readonly unknown[];

  constructor(
    private readonly components: Components,
    private readonly cache: EncodingCache,
    { files }: Checkpoint,
    { device, compute, attention }: ChosenDevice,
    precision: string,
    versions: Readonly<Record<string, string>>,
  ) {
    const computed = [device, compute, attention, versions['onnxruntime']];
    const under = (folders: RegExp) => files.filter(({ file }) => folders.test(file)).map(({ file, sha256 }) => [file, sha256]);
    this.textKey = ['prompt', under(/^(?:text_encoder|tokenizer|processor)\//), precision, ...computed];
    this.pictureKey = ['picture', under(/^vae\//), ...computed];
  }

  /** Embeddings of each prompt about the same pictures, `[tokens, joint]`. */
  async prompts(prompts: readonly string[], sources: readonly Pick<Source, 'forPrompt'>[], signal: AbortSignal): Promise<Result<readonly Float32Array[]>> {
    const pictures = sources.map(({ forPrompt }) => forPrompt);
    const keys = prompts.map((prompt) => EncodingCache.keyOf([...this.textKey, prompt, pictures.map(pixelHash)]));
    const found = await Promise.all(keys.map((key) => this.cache.find(key)));
    const missing = prompts.filter((_, index) => found[index] === undefined);
    if (missing.length === 0) return ok(found.map((one) => one?.values ?? new Float32Array()));
    const encoder = await this.components.promptEncoder();
    if (!encoder.ok) return encoder;
    const encoded = await encoder.value.encodeAll(missing, pictures, signal);
    if (!encoded.ok) return encoded;
    const results: Float32Array[] = [];
    for (const [index, key] of keys.entries()) {
      const known = found[index]?.values;
      const made = known ? undefined : encoded.value[missing.indexOf(prompts[index] ?? '')];
      if (made) await this.cache.keep(key, { dims: [made.tokens, made.embeddings.length / made.tokens], values: made.embeddings });
      results.push(known ?? made?.embeddings ?? new Float32Array());
    }
    return ok(results);
  }

  async latents({ forLatents }: Source): Promise<Result<SourceLatents>> {
    const key = EncodingCache.keyOf([...this.pictureKey, pixelHash(forLatents)]);
    const known = await this.cache.find(key);
    if (known) return ok({ tokens: known.values, grid: [known.dims[0] ?? 0, known.dims[1] ?? 0] });
    const coder = await this.components.pictureCoder();
    if (!coder.ok) return coder;
    const encoded = await coder.value.encode(planesOf(forLatents));
    await coder.value.release('encoder');
    if (!encoded.ok) return encoded;
    const tokens = packLatents(encoded.value);
    const grid = gridOf(encoded.value);
    await this.cache.keep(key, { dims: [...grid, tokens.length / (grid[0] * grid[1])], values: tokens });
    return ok({ tokens, grid });
  }
}

function gridOf({ width, height }: Planes): readonly [number, number] {
  return [height / 2, width / 2];
}

function pixelHash({ width, height, pixels }: Picture): string {
  return `${width}x${height} ${createHash('sha256').update(pixels).digest('hex')}`;
}
