import type { Layout } from './madeTensor';

/** Channels of the latents, fixed by the 64 features of a transformer token. */
const latentChannels = 16;
const multipliers = [1, 2, 4, 4];
/** Whether a level of the encoder also halves time: those have a `time_conv`, which a single frame leaves unused. */
const halvesTime = [false, true, true];

/** Parameters of diffusers' AutoencoderKLQwenImage by name; `base` channels at full size (96 in the real one). */
export function autoencoderLayout(base: number): Layout {
  const layers = new LayerList();
  encoder(layers, base);
  layers.convolution('quant_conv', 2 * latentChannels, 2 * latentChannels, [1, 1, 1]);
  layers.convolution('post_quant_conv', latentChannels, latentChannels, [1, 1, 1]);
  decoder(layers, base);
  return layers.shapes;
}

export function autoencoderConfig(base: number): object {
  return {
    _class_name: 'AutoencoderKLQwenImage',
    _diffusers_version: '0.36.0.dev0',
    attn_scales: [],
    base_dim: base,
    dim_mult: multipliers,
    dropout: 0,
    latents_mean: latentMeans,
    latents_std: latentSpreads,
    num_res_blocks: 2,
    temperal_downsample: halvesTime,
    z_dim: latentChannels,
  };
}

/** Mean of each latent channel in the real model's training data. */
export const latentMeans = [-0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508, 0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921];
export const latentSpreads = [2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743, 3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.916];

function encoder(layers: LayerList, base: number): void {
  layers.convolution('encoder.conv_in', base, 3, cube);
  let channels = base;
  let index = 0;
  multipliers.forEach((multiplier, level) => {
    for (let repeat = 0; repeat < 2; repeat++) {
      layers.residual(`encoder.down_blocks.${index++}`, channels, base * multiplier);
      channels = base * multiplier;
    }
    if (level === multipliers.length - 1) return;
    const name = `encoder.down_blocks.${index++}`;
    layers.convolution(`${name}.resample.1`, channels, channels, [3, 3]);
    if (halvesTime[level]) layers.convolution(`${name}.time_conv`, channels, channels, [3, 1, 1]);
  });
  layers.middle('encoder.mid_block', channels);
  layers.norm('encoder.norm_out', channels, 3);
  layers.convolution('encoder.conv_out', 2 * latentChannels, channels, cube);
}

function decoder(layers: LayerList, base: number): void {
  const widths = [...multipliers].reverse().map((multiplier) => multiplier * base);
  let channels = widths[0] ?? base;
  layers.convolution('decoder.conv_in', channels, latentChannels, cube);
  layers.middle('decoder.mid_block', channels);
  widths.forEach((width, level) => {
    const name = `decoder.up_blocks.${level}`;
    for (let repeat = 0; repeat < 3; repeat++) {
      layers.residual(`${name}.resnets.${repeat}`, channels, width);
      channels = width;
    }
    if (level === widths.length - 1) return;
    layers.convolution(`${name}.upsamplers.0.resample.1`, width / 2, width, [3, 3]);
    if (halvesTime[halvesTime.length - 1 - level]) layers.convolution(`${name}.upsamplers.0.time_conv`, 2 * width, width, [3, 1, 1]);
    channels = width / 2;
  });
  layers.norm('decoder.norm_out', channels, 3);
  layers.convolution('decoder.conv_out', 3, channels, cube);
}

const cube = [3, 3, 3];

class LayerList {
  readonly shapes = new Map<string, readonly number[]>();

  convolution(name: string, outputs: number, inputs: number, kernel: readonly number[]): void {
    this.shapes.set(`${name}.weight`, [outputs, inputs, ...kernel]).set(`${name}.bias`, [outputs]);
  }

  /** @param axes how many axes follow the channels: three for video, two inside the attention. */
  norm(name: string, channels: number, axes: number): void {
    this.shapes.set(`${name}.gamma`, [channels, ...new Array<number>(axes).fill(1)]);
  }

  residual(name: string, inputs: number, outputs: number): void {
    this.norm(`${name}.norm1`, inputs, 3);
    this.convolution(`${name}.conv1`, outputs, inputs, cube);
    this.norm(`${name}.norm2`, outputs, 3);
    this.convolution(`${name}.conv2`, outputs, outputs, cube);
    if (inputs !== outputs) this.convolution(`${name}.conv_shortcut`, outputs, inputs, [1, 1, 1]);
  }

  middle(name: string, channels: number): void {
    this.norm(`${name}.attentions.0.norm`, channels, 2);
    this.convolution(`${name}.attentions.0.to_qkv`, 3 * channels, channels, [1, 1]);
    this.convolution(`${name}.attentions.0.proj`, channels, channels, [1, 1]);
    for (const index of [0, 1]) this.residual(`${name}.resnets.${index}`, channels, channels);
  }
}
