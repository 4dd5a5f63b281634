import { fail, ok, type Result } from '../../../core/outcome';
import type { Device } from '../../graph/graphSession';
import type { AutoencoderKlQwenImage } from '../../models/autoencoderKlQwenImage/autoencoderKlQwenImage';
import type { Planes } from '../../models/autoencoderKlQwenImage/tiling';
import type { VaeConfig } from '../../models/autoencoderKlQwenImage/vaeConfig';
import { OnnxComponent } from '../onnxComponent';

/** What turns pictures into latents and back. */
export type PictureCoder = Pick<AutoencoderKlQwenImage, 'encode' | 'decode' | 'release' | 'dispose'>;

export interface CoderFiles {
  readonly encoder: string;
  readonly decoder: string;
}

/**
 * An autoencoder that somebody exported in two halves, as exporters for diffusers do: `sample` to `latent_sample` (or to
 * mean and variance together), and `latent_sample` to `sample`; `[1, channels, height, width]`, or with a frame before the
 * height. Latents are shifted and scaled here, which such graphs leave to the pipeline.
 */
export class OnnxAutoencoder implements PictureCoder {
  private encoder: OnnxComponent | undefined;
  private decoder: OnnxComponent | undefined;

  constructor(
    private readonly files: CoderFiles,
    private readonly config: VaeConfig,
    private readonly device: Device,
  ) {}

  async encode(picture: Planes): Promise<Result<Planes>> {
    const half = await this.half('encoder');
    if (!half.ok) return half;
    const { mean, deviation, latentChannels } = this.config;
    // Behind the means come the variances, where the graph gives both.
    const { height, width, values } = await through(half.value, 'sample', picture);
    const latents = { channels: latentChannels, height, width, values: values.slice(0, latentChannels * height * width) };
    return ok(eachChannel(latents, (value, channel) => (value - (mean[channel] ?? 0)) / (deviation[channel] ?? 1)));
  }

  async decode(latents: Planes): Promise<Result<Planes>> {
    const half = await this.half('decoder');
    if (!half.ok) return half;
    const { mean, deviation } = this.config;
    const picture = await through(half.value, 'latent_sample', eachChannel(latents, (value, channel) => value * (deviation[channel] ?? 1) + (mean[channel] ?? 0)));
    return ok(eachChannel(picture, (value) => Math.min(1, Math.max(-1, value))));
  }

  async release(name: 'encoder' | 'decoder'): Promise<void> {
    const half = this[name];
    this[name] = undefined;
    await half?.release();
  }

  async dispose(): Promise<void> {
    await this.release('encoder');
    await this.release('decoder');
  }

  private async half(name: 'encoder' | 'decoder'): Promise<Result<OnnxComponent>> {
    const known = this[name];
    if (known) return ok(known);
    const opened = await OnnxComponent.open(this.files[name], this.device);
    if (!opened.ok) return opened;
    const misfit = opened.value.misfit([name === 'encoder' ? 'sample' : 'latent_sample']);
    if (misfit) {
      await opened.value.release();
      return fail(misfit);
    }
    this[name] = opened.value;
    return opened;
  }
}

async function through(component: OnnxComponent, input: string, { channels, height, width, values }: Planes): Promise<Planes> {
  const frames = component.rankOf(input) === 5 ? [1] : [];
  const { data, dims } = await component.run({ [input]: { data: values, dims: [1, channels, ...frames, height, width] } });
  const [rows = 0, columns = 0] = dims.slice(-2);
  return { channels: dims[1] ?? 0, height: rows, width: columns, values: data };
}

function eachChannel(planes: Planes, change: (value: number, channel: number) => number): Planes {
  const size = planes.width * planes.height;
  return { ...planes, values: planes.values.map((value, index) => change(value, Math.floor(index / size))) };
}
