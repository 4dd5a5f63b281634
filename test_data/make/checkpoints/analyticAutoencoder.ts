import { autoencoderLayout } from './autoencoderLayout';
import type { MadeTensor } from './madeTensor';
import { WeightSheet } from './weightSheet';

export const analyticBaseChannels = 8;

/**
 * An autoencoder whose first three latents are the mean colours of 8 by 8 pixels. Every value travels beside its
 * negative, since silu(u) - silu(-u) = u; a large constant beside them keeps the norms from changing anything.
 */
export function analyticAutoencoder(): MadeTensor[] {
  const sheet = new WeightSheet(autoencoderLayout(analyticBaseChannels));
  for (const name of sheet.names(/conv_shortcut\.weight$/)) passThrough(sheet, name.replace('.weight', ''));
  for (const half of ['encoder', 'decoder'] as const) {
    sheet.bias(`${half}.conv_in`, constantChannel, constant);
    for (let colour = 0; colour < 3; colour++) {
      sheet.centre(`${half}.conv_in`, colour, colour, 1);
      sheet.centre(`${half}.conv_in`, 4 + colour, colour, -1);
      const scale = constant / Math.sqrt(sheet.shape(`${half}.norm_out.gamma`)[0] ?? 1);
      kernel(sheet, `${half}.conv_out`, colour, colour, half === 'encoder' ? sharpened : alone, scale);
      kernel(sheet, `${half}.conv_out`, colour, 4 + colour, half === 'encoder' ? sharpened : alone, -scale);
    }
  }
  passThrough(sheet, 'quant_conv');
  passThrough(sheet, 'post_quant_conv');
  for (const layer of sheet.names(/down_blocks\.\d+\.resample\.1\.weight$/)) eachChannel((channel) => meanOfFour(sheet, layer.replace('.weight', ''), channel));
  for (const layer of sheet.names(/upsamplers\.0\.resample\.1\.weight$/)) eachChannel((channel) => smooth(sheet, layer.replace('.weight', ''), channel));
  return sheet.all();
}

const constantChannel = 3;
const constant = 20;

function eachChannel(work: (channel: number) => void): void {
  for (let channel = 0; channel < analyticBaseChannels; channel++) work(channel);
}

const alone = [0, 1, 0];
const smoothed = [0.25, 0.5, 0.25];
/** Undoes part of the three smoothings on the way back. */
const sharpened = [-0.2, 1.4, -0.2];

/** The same three weights down and across. */
function kernel(sheet: WeightSheet, layer: string, output: number, input: number, weights: readonly number[], scale: number): void {
  weights.forEach((down, row) => weights.forEach((across, column) => sheet.tap(layer, output, input, row, column, down * across * scale)));
}

function passThrough(sheet: WeightSheet, layer: string): void {
  const [outputs = 0, inputs = 0] = sheet.shape(`${layer}.weight`);
  for (let channel = 0; channel < Math.min(outputs, inputs); channel++) sheet.centre(layer, channel, channel, 1);
}

/** With a stride of two, the padding at the right and below: the four pixels that become one. */
function meanOfFour(sheet: WeightSheet, layer: string, channel: number): void {
  for (const row of [0, 1]) for (const column of [0, 1]) sheet.tap(layer, channel, channel, row, column, 0.25);
}

/** After each pixel was doubled, which makes it linear interpolation. */
function smooth(sheet: WeightSheet, layer: string, channel: number): void {
  kernel(sheet, layer, channel, channel, smoothed, 1);
}
