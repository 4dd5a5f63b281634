import { fail, ok, type Result } from '../../../core/outcome';
import type { Device, NumberTensor } from '../../graph/graphSession';
import type { QwenImageTransformerConfig } from '../../models/qwenImageTransformer/config';
import type { Modulation } from '../../models/qwenImageTransformer/modulation';
import { rotaryTables } from '../../models/qwenImageTransformer/positions';
import type { PredictInput, QwenImageTransformer } from '../../models/qwenImageTransformer/qwenImageTransformer';
import { OnnxComponent } from '../onnxComponent';

/** What predicts which way the latents flow. */
export type Denoiser = Pick<QwenImageTransformer, 'modulations' | 'predictAll' | 'dispose'>;

/**
 * A transformer that somebody exported: `hidden_states` `[1, tokens, 64]`, `encoder_hidden_states` `[1, n, joint]`,
 * `timestep` `[1]` (1 noise, 0 picture) and the angles of places as `img_rope_real`, `img_rope_imag` `[tokens, 64]` and
 * `txt_rope_real`, `txt_rope_imag` `[n, 64]`; it gives `[1, tokens, 64]`. LoRAs cannot be put on it.
 */
export class OnnxTransformer implements Denoiser {
  static async open(file: string, config: QwenImageTransformerConfig, device: Device): Promise<Result<OnnxTransformer>> {
    const opened = await OnnxComponent.open(file, device);
    if (!opened.ok) return opened;
    const misfit = opened.value.misfit(wanted);
    if (!misfit) return ok(new OnnxTransformer(opened.value, config));
    await opened.value.release();
    return fail(misfit);
  }

  private constructor(
    private readonly component: OnnxComponent,
    private readonly config: QwenImageTransformerConfig,
  ) {}

  /** The graph steers its blocks itself; what it wants for a point on the way is the point. */
  async modulations(sigmas: readonly number[]): Promise<readonly Modulation[]> {
    return sigmas.map((sigma) => new Map([['timestep', { data: Float32Array.of(sigma), dims: [1] }]]));
  }

  async predictAll(inputs: readonly PredictInput[]): Promise<readonly Float32Array[]> {
    const predictions: Float32Array[] = [];
    for (const input of inputs) {
      input.signal?.throwIfAborted();
      const [target] = input.imageShapes.map(([frames, rows, columns]) => frames * rows * columns);
      const { data } = await this.component.run(this.feeds(input));
      predictions.push(data.slice(0, (target ?? 0) * this.config.outputs));
    }
    return predictions;
  }

  async dispose(): Promise<void> {
    await this.component.release();
  }

  private feeds({ latents, imageShapes, prompt, modulation }: PredictInput): Readonly<Record<string, NumberTensor>> {
    const { inputs, joint, axes, headFeatures } = this.config;
    const [tokens, words, angles] = [latents.length / inputs, prompt.length / joint, headFeatures / 2];
    const tables = rotaryTables(imageShapes, words, axes);
    const flat = ({ data }: NumberTensor): NumberTensor => ({ data, dims: [data.length / angles, angles] });
    return {
      ...Object.fromEntries(modulation),
      hidden_states: { data: latents, dims: [1, tokens, inputs] },
      encoder_hidden_states: { data: prompt, dims: [1, words, joint] },
      txt_rope_real: flat(tables['text.cos']),
      txt_rope_imag: flat(tables['text.sin']),
      img_rope_real: flat(tables['image.cos']),
      img_rope_imag: flat(tables['image.sin']),
    };
  }
}

const wanted = ['hidden_states', 'encoder_hidden_states', 'timestep', 'img_rope_real', 'img_rope_imag', 'txt_rope_real', 'txt_rope_imag'];
