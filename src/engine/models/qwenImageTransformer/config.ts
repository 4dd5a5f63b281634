import type { ConfigFields } from '../readConfig';

/** What `transformer/config.json` says of a QwenImageTransformer2DModel; Qwen-Image-Edit-2509's figures behind each. */
export interface QwenImageTransformerConfig {
  /** Blocks: 60. */
  readonly layers: number;
  /** Attention heads: 24. */
  readonly heads: number;
  /** Features of one head: 128. */
  readonly headFeatures: number;
  /** Features of a token inside: heads times their features, 3072. */
  readonly width: number;
  /** Features of a token of packed latents going in: 64. */
  readonly inputs: number;
  /** The same coming out: latent channels times a patch's 2 x 2. */
  readonly outputs: number;
  /** Features of a token of the prompt: 3584. */
  readonly joint: number;
  /** How many features of a head turn with a token's frame, row and column: 16, 56, 56. */
  readonly axes: readonly [number, number, number];
  /** Reference pictures are modulated as at the end of the way, where nothing is noise (2511). */
  readonly zeroConditioning: boolean;
}

/** For `readConfig`; refuses by name what other members of the family have. */
export function qwenImageTransformerConfig(fields: ConfigFields): QwenImageTransformerConfig {
  const name = fields.text('_class_name', 'QwenImageTransformer2DModel');
  if (name !== 'QwenImageTransformer2DModel') throw fields.refuse(`it describes ${name.slice(0, 60)}, and only QwenImageTransformer2DModel is known`);
  for (const [flag, family] of Object.entries(foreignFlags)) if (fields.raw(flag) === true) throw fields.refuse(`its ${flag} belongs to ${family}, which the engine does not know`);
  const heads = fields.count('num_attention_heads', { standard: 24, most: 1024 });
  const headFeatures = fields.count('attention_head_dim', { standard: 128, most: 1024 });
  const inputs = fields.count('in_channels', { standard: 64, most: 65536 });
  const [frame = 0, row = 0, column = 0, ...rest] = fields.numbers('axes_dims_rope', [16, 56, 56]);
  const axes = [frame, row, column] as const;
  if (rest.length > 0 || !axes.every((size) => Number.isInteger(size) && size >= 0 && size % 2 === 0) || frame + row + column !== headFeatures) {
    throw fields.refuse(`axes_dims_rope does not fill the ${headFeatures} features of a head`);
  }
  return {
    layers: fields.count('num_layers', { standard: 60, most: 1024 }),
    heads,
    headFeatures,
    width: heads * headFeatures,
    inputs,
    outputs: fields.count('patch_size', { standard: 2, most: 64 }) ** 2 * fields.count('out_channels', { standard: 16, most: 65536 }),
    joint: fields.count('joint_attention_dim', { standard: 3584, most: 65536 }),
    axes,
    zeroConditioning: fields.raw('zero_cond_t') === true,
  };
}

const foreignFlags: Readonly<Record<string, string>> = {
  use_layer3d_rope: 'Qwen-Image-Layered',
  use_additional_t_cond: 'Qwen-Image-Layered',
  guidance_embeds: 'a guidance-distilled model',
};
