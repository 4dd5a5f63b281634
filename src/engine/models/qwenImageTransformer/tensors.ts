import type { ExpectedTensors } from '../../weights/requireTensors';
import type { QwenImageTransformerConfig } from './config';

/** Length of the vector that stands for a point on the way from noise to picture. */
export const timestepFeatures = 256;

/** Vectors by which a block is steered, for pictures and text each: shift, scale and gate of attention, then of the MLP. */
export const vectorsPerStream = 6;

/** Parameters by name, with their shapes. */
export function transformerTensors({ layers, width, inputs, outputs, joint, headFeatures }: QwenImageTransformerConfig): ExpectedTensors {
  const shapes = new Map<string, readonly number[]>();
  const linear = (path: string, rows: number, columns: number) => shapes.set(`${path}.weight`, [rows, columns]).set(`${path}.bias`, [rows]);
  linear('time_text_embed.timestep_embedder.linear_1', width, timestepFeatures);
  linear('time_text_embed.timestep_embedder.linear_2', width, width);
  shapes.set('txt_norm.weight', [joint]);
  linear('img_in', width, inputs);
  linear('txt_in', width, joint);
  for (let index = 0; index < layers; index++) {
    const block = blockPath(index);
    for (const stream of ['img', 'txt']) {
      linear(`${block}.${stream}_mod.1`, vectorsPerStream * width, width);
      linear(`${block}.${stream}_mlp.net.0.proj`, 4 * width, width);
      linear(`${block}.${stream}_mlp.net.2`, width, 4 * width);
    }
    for (const name of ['to_q', 'to_k', 'to_v', 'add_q_proj', 'add_k_proj', 'add_v_proj', 'to_out.0', 'to_add_out']) linear(`${block}.attn.${name}`, width, width);
    for (const name of ['norm_q', 'norm_k', 'norm_added_q', 'norm_added_k']) shapes.set(`${block}.attn.${name}.weight`, [headFeatures]);
  }
  linear('norm_out.linear', 2 * width, width);
  linear('proj_out', outputs, width);
  return shapes;
}

export function blockPath(index: number): string {
  return `transformer_blocks.${index}`;
}
