import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../../core/outcome';
import type { GraphBuilder } from '../../graph/graphBuilder';
import { openGraph, type Device, type GraphSession } from '../../graph/graphSession';
import type { AttentionFlavour } from '../../graph/layers';
import { requireTensors } from '../../weights/requireTensors';
import { openSafetensors } from '../../weights/safetensors';
import type { Weights } from '../../weights/weights';
import { attentionFor } from '../attentionFor';
import { readConfig } from '../readConfig';
import { readPlaneWeights } from './planeWeights';
import { computeTiled, type Planes, type Tiling } from './tiling';
import { compressionOf, vaeConfig, type VaeConfig } from './vaeConfig';
import { decoderGraph, encoderGraph } from './vaeGraphs';
import type { VaeLayers } from './vaeLayers';
import { vaeTensors } from './vaeTensors';

export interface VaeOptions {
  readonly device: Device;
  readonly attention?: AttentionFlavour;
  readonly threads?: number;
  readonly tiles?: TileSizes;
  /** How many pixels of the coarsest level look at all the others at once; fewer need less memory for their scores. */
  readonly queriesAtOnce?: number;
}

/** Tiles need far less memory than a whole picture, but do not give quite the same one. */
export interface TileSizes {
  /** Pictures of more pixels are computed in tiles. */
  readonly beyond: number;
  /** In pixels, as is the distance from tile to tile. */
  readonly side: number;
  readonly stride: number;
}

/**
 * Turns pictures into the latents that the transformer works on, and back. Encoder and decoder are loaded when first
 * needed: an edit needs the one before the transformer and the other behind it.
 */
export class AutoencoderKlQwenImage {
  private encoder: OpenHalf | undefined;
  private decoder: OpenHalf | undefined;

  private constructor(
    readonly config: VaeConfig,
    private readonly weights: Weights,
    private readonly options: VaeOptions,
  ) {}

  /** @param folder `vae/` of a checkpoint */
  static async open(folder: string, options: VaeOptions): Promise<Result<AutoencoderKlQwenImage>> {
    const config = await readConfig(path.join(folder, 'config.json'), vaeConfig);
    if (!config.ok) return config;
    const weights = await openSafetensors(folder);
    if (!weights.ok) return weights;
    const wrong = requireTensors(weights.value, vaeTensors(config.value), 'autoencoder');
    return wrong ? fail(wrong) : ok(new AutoencoderKlQwenImage(config.value, weights.value, options));
  }

  /** Pixels of a side for one latent; pictures' sides are multiples of it. */
  get compression(): number {
    return compressionOf(this.config);
  }

  private get tiles(): TileSizes {
    return this.options.tiles ?? usualTiles;
  }

  /**
   * @param picture red, green and blue in -1..1
   * @returns the mean of the posterior, shifted and scaled as the transformer wants it
   */
  async encode(picture: Planes): Promise<Result<Planes>> {
    const half = async (part: Planes) => this.compute(await this.half('encoder', this.tokensOf(part, this.compression)), part, 'picture', 'latents');
    const { side, stride } = this.tiles;
    return this.computeWithin(picture, 1, { tile: side, stride, scale: 1 / this.compression }, half);
  }

  /** @returns red, green and blue, clipped to -1..1 */
  async decode(latents: Planes): Promise<Result<Planes>> {
    const half = async (part: Planes) => this.compute(await this.half('decoder', this.tokensOf(part, 1)), part, 'latents', 'picture');
    const { compression } = this;
    const { side, stride } = this.tiles;
    const picture = await this.computeWithin(latents, compression, { tile: side / compression, stride: stride / compression, scale: compression }, half);
    return picture.ok ? ok({ ...picture.value, values: picture.value.values.map((value) => Math.min(1, Math.max(-1, value))) }) : picture;
  }

  /** Frees what is loaded of one half; it is loaded again when needed. */
  async release(name: HalfName): Promise<void> {
    const half = this[name];
    this[name] = undefined;
    await half?.session.release();
  }

  async dispose(): Promise<void> {
    await this.release('encoder');
    await this.release('decoder');
  }

  private async computeWithin(input: Planes, pixelsOfSide: number, tiling: Tiling, half: (part: Planes) => Promise<Planes>): Promise<Result<Planes>> {
    const pixels = input.width * input.height * pixelsOfSide ** 2;
    try {
      return ok(pixels > this.tiles.beyond ? await computeTiled(input, tiling, half) : await half(input));
    } catch (error) {
      if (error instanceof NotLoaded) return fail(error.failure);
      throw error;
    }
  }

  private async compute(session: GraphSession, { channels, height, width, values }: Planes, input: string, output: string): Promise<Planes> {
    const { [output]: result } = await session.run({ [input]: { data: values, dims: [1, channels, height, width] } });
    const [, outputs = 0, rows = 0, columns = 0] = result?.dims ?? [];
    if (!(result?.data instanceof Float32Array)) throw new Error(`The autoencoder gave no ${output}.`);
    return { channels: outputs, height: rows, width: columns, values: result.data };
  }

  private tokensOf({ width, height }: Planes, compression: number): number {
    return Math.floor(width / compression) * Math.floor(height / compression);
  }

  /** The session of one half; how its attention is cut is part of the graph, so another size may need another one. */
  private async half(name: HalfName, tokens: number): Promise<GraphSession> {
    const queryParts = 2 ** Math.max(0, Math.ceil(Math.log2(tokens / (this.options.queriesAtOnce ?? usualQueries))));
    const known = this[name];
    if (known?.queryParts === queryParts) return known.session;
    await this.release(name);
    const { device, threads } = this.options;
    const session = await openGraph(await this.graphOf(name, queryParts), { device, ...(threads === undefined ? {} : { threads }) });
    if (!session.ok) throw new NotLoaded(session.failure);
    this[name] = { session: session.value, queryParts };
    return session.value;
  }

  private async graphOf(name: HalfName, queryParts: number): Promise<GraphBuilder> {
    const { build, parts } = halves[name];
    const { device, attention = attentionFor(device) } = this.options;
    return build(this.config, { planes: await readPlaneWeights(this.weights, parts), attention, queryParts });
  }
}

type HalfName = 'encoder' | 'decoder';

interface OpenHalf {
  readonly session: GraphSession;
  readonly queryParts: number;
}

const halves: Readonly<Record<HalfName, { readonly build: (config: VaeConfig, layers: Omit<VaeLayers, 'graph'>) => GraphBuilder; readonly parts: readonly string[] }>> = {
  encoder: { build: encoderGraph, parts: ['encoder.', 'quant_conv.'] },
  decoder: { build: decoderGraph, parts: ['decoder.', 'post_quant_conv.'] },
};

/** Sides as in diffusers. The published decoder takes 2.2 GB on the processor for the usual megapixel, about 4.5 GB where tiles begin. */
const usualTiles: TileSizes = { beyond: 1536 ** 2, side: 256, stride: 192 };

/** At one megapixel that is 8 parts, whatever the shape; each part's scores take 150 MB there. */
const usualQueries = 2304;

/** Carries a failure out of the middle of a computation. */
class NotLoaded extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}
