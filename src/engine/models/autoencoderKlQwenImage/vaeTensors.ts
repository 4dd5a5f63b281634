import type { ExpectedTensors } from '../../weights/requireTensors';
import type { VaeConfig } from './vaeConfig';

/** Parameters by name, with their shapes, as far as one picture needs them: convolutions over time alone are left out. */
export function vaeTensors({ baseChannels, latentChannels, multipliers, blocks }: VaeConfig): ExpectedTensors {
  const layout = new Layout();
  const widths = multipliers.map((factor) => factor * baseChannels);
  const coarsest = widths.at(-1) ?? baseChannels;

  layout.film('encoder.conv_in', baseChannels, 3);
  let inputs = baseChannels;
  let index = 0;
  widths.forEach((width, level) => {
    for (let block = 0; block < blocks; block++) {
      layout.residual(`encoder.down_blocks.${index++}`, width, inputs);
      inputs = width;
    }
    if (level < widths.length - 1) layout.plane(`encoder.down_blocks.${index++}.resample.1`, width, width, 3);
  });
  layout.middle('encoder.mid_block', coarsest);
  layout.norm('encoder.norm_out', coarsest, 3);
  layout.film('encoder.conv_out', 2 * latentChannels, coarsest);
  layout.film('quant_conv', 2 * latentChannels, 2 * latentChannels, 1);

  layout.film('post_quant_conv', latentChannels, latentChannels, 1);
  layout.film('decoder.conv_in', coarsest, latentChannels);
  layout.middle('decoder.mid_block', coarsest);
  inputs = coarsest;
  widths.toReversed().forEach((width, level) => {
    for (let block = 0; block <= blocks; block++) {
      layout.residual(`decoder.up_blocks.${level}.resnets.${block}`, width, inputs);
      inputs = width;
    }
    if (level === widths.length - 1) return;
    inputs = Math.floor(width / 2);
    layout.plane(`decoder.up_blocks.${level}.upsamplers.0.resample.1`, inputs, width, 3);
  });
  layout.norm('decoder.norm_out', inputs, 3);
  layout.film('decoder.conv_out', 3, inputs);
  return layout.shapes;
}

class Layout {
  readonly shapes = new Map<string, readonly number[]>();

  /** A convolution over time, rows and columns. */
  film(path: string, outputs: number, inputs: number, side = 3): void {
    this.shapes.set(`${path}.weight`, [outputs, inputs, side, side, side]).set(`${path}.bias`, [outputs]);
  }

  plane(path: string, outputs: number, inputs: number, side: number): void {
    this.shapes.set(`${path}.weight`, [outputs, inputs, side, side]).set(`${path}.bias`, [outputs]);
  }

  /** @param axes behind the channels */
  norm(path: string, channels: number, axes: 2 | 3): void {
    this.shapes.set(`${path}.gamma`, [channels, ...Array<number>(axes).fill(1)]);
  }

  residual(path: string, outputs: number, inputs: number): void {
    this.norm(`${path}.norm1`, inputs, 3);
    this.film(`${path}.conv1`, outputs, inputs);
    this.norm(`${path}.norm2`, outputs, 3);
    this.film(`${path}.conv2`, outputs, outputs);
    if (inputs !== outputs) this.film(`${path}.conv_shortcut`, outputs, inputs, 1);
  }

  middle(path: string, channels: number): void {
    this.residual(`${path}.resnets.0`, channels, channels);
    this.norm(`${path}.attentions.0.norm`, channels, 2);
    this.plane(`${path}.attentions.0.to_qkv`, 3 * channels, channels, 1);
    this.plane(`${path}.attentions.0.proj`, channels, channels, 1);
    this.residual(`${path}.resnets.1`, channels, channels);
  }
}
