import type { Layout } from './madeTensor';

/** What a config.json of QwenImageTransformer2DModel says, as far as shapes hang on it. */
export interface TransformerSize {
  readonly layers: number;
  readonly heads: number;
  readonly headWidth: number;
  /** Width of the prompt embeddings: the hidden size of the text encoder. */
  readonly joint: number;
  /** Rotary features of each head for frame, row and column; their sum is the head's width. */
  readonly axes: readonly [number, number, number];
}

/** Parameters of diffusers' QwenImageTransformer2DModel by name, in the order of its state dict. */
export function transformerLayout({ layers, heads, headWidth, joint }: TransformerSize): Layout {
  const width = heads * headWidth;
  const layout = new Map<string, readonly number[]>();
  const linear = (name: string, rows: number, columns: number) => layout.set(`${name}.weight`, [rows, columns]).set(`${name}.bias`, [rows]);
  linear('time_text_embed.timestep_embedder.linear_1', width, 256);
  linear('time_text_embed.timestep_embedder.linear_2', width, width);
  layout.set('txt_norm.weight', [joint]);
  linear('img_in', width, 64);
  linear('txt_in', width, joint);
  for (let index = 0; index < layers; index++) {
    const block = `transformer_blocks.${index}`;
    linear(`${block}.img_mod.1`, 6 * width, width);
    for (const norm of ['norm_q', 'norm_k']) layout.set(`${block}.attn.${norm}.weight`, [headWidth]);
    for (const name of attentionLinears) linear(`${block}.attn.${name}`, width, width);
    for (const norm of ['norm_added_q', 'norm_added_k']) layout.set(`${block}.attn.${norm}.weight`, [headWidth]);
    linear(`${block}.img_mlp.net.0.proj`, 4 * width, width);
    linear(`${block}.img_mlp.net.2`, width, 4 * width);
    linear(`${block}.txt_mod.1`, 6 * width, width);
    linear(`${block}.txt_mlp.net.0.proj`, 4 * width, width);
    linear(`${block}.txt_mlp.net.2`, width, 4 * width);
  }
  linear('norm_out.linear', 2 * width, width);
  linear('proj_out', 64, width);
  return layout;
}

export function transformerConfig({ layers, heads, headWidth, joint, axes }: TransformerSize): object {
  return {
    _class_name: 'QwenImageTransformer2DModel',
    _diffusers_version: '0.36.0.dev0',
    attention_head_dim: headWidth,
    axes_dims_rope: axes,
    guidance_embeds: false,
    in_channels: 64,
    joint_attention_dim: joint,
    num_attention_heads: heads,
    num_layers: layers,
    out_channels: 16,
    patch_size: 2,
  };
}

const attentionLinears = ['to_q', 'to_k', 'to_v', 'add_k_proj', 'add_v_proj', 'add_q_proj', 'to_out.0', 'to_add_out'];
