import type { ConfigFields } from '../readConfig';

/** What `vae/config.json` says of an `AutoencoderKLQwenImage`. */
export interface VaeConfig {
  /** Channels of the finest level. */
  readonly baseChannels: number;
  readonly latentChannels: number;
  /** Channels of each level as multiples of the base; each level but the last halves the picture. */
  readonly multipliers: readonly number[];
  /** Residual blocks of each level of the encoder; the decoder has one more. */
  readonly blocks: number;
  /** What latents are shifted and divided by, for each channel, before the transformer sees them. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** For `readConfig`; refuses what has no meaning for one picture, or belongs to another autoencoder. */
export function vaeConfig(fields: ConfigFields): VaeConfig {
  const name = fields.text('_class_name', 'AutoencoderKLQwenImage');
  if (name !== 'AutoencoderKLQwenImage') throw fields.refuse(`it describes ${name.slice(0, 60)}, and only AutoencoderKLQwenImage is known`);
  if (fields.numbers('attn_scales', []).length > 0) throw fields.refuse('it has attention inside its levels, which no published model has');
  if (fields.count('input_channels', { standard: 3 }) !== 3) throw fields.refuse('it is for pictures with a layer of transparency');
  const multipliers = fields.numbers('dim_mult', [1, 2, 4, 4]);
  if (multipliers.length === 0 || multipliers.length > 8 || !multipliers.every((factor) => Number.isInteger(factor) && factor > 0 && factor <= 64)) throw fields.refuse('dim_mult is no list of small factors');
  if (fields.flags('temperal_downsample', [false, true, true]).length !== multipliers.length - 1) throw fields.refuse('temperal_downsample and dim_mult speak of different numbers of levels');
  const latentChannels = fields.count('z_dim', { standard: 16, most: 1024 });
  const mean = fields.numbers('latents_mean', publishedMean);
  const deviation = fields.numbers('latents_std', publishedDeviation);
  if (mean.length !== latentChannels || deviation.length !== latentChannels) throw fields.refuse('latents_mean or latents_std does not have z_dim numbers');
  if (!deviation.every((value) => value > 0)) throw fields.refuse('latents_std is not above zero');
  return { baseChannels: fields.count('base_dim', { standard: 96, most: 4096 }), latentChannels, multipliers, blocks: fields.count('num_res_blocks', { standard: 2, most: 16 }), mean, deviation };
}

/** Pixels of a side for one latent. */
export function compressionOf({ multipliers }: VaeConfig): number {
  return 2 ** (multipliers.length - 1);
}

/** diffusers' defaults, for configs that leave them out. */
const publishedMean = [-0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508, 0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921];
const publishedDeviation = [2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743, 3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.916];
