import type { Layout } from './madeTensor';

/** What the config.json of a Qwen2.5-VL says, as far as shapes hang on it. */
export interface TextEncoderSize {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly inner: number;
  readonly vocabulary: number;
  /** Rotary pairs of each head for time, row and column; their sum is half the head's width. */
  readonly sections: readonly [number, number, number];
  readonly vision: VisionSize;
}

export interface VisionSize {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly inner: number;
  /** Blocks that look at the whole picture; the others look at windows of 112 pixels. */
  readonly wholeBlocks: readonly number[];
}

/** Ids of the tokens that the model itself has to know. */
export interface KnownTokens {
  readonly endOfText: number;
  readonly turnEnd: number;
  readonly visionStart: number;
  readonly visionEnd: number;
  readonly visionPad: number;
  readonly imagePad: number;
  readonly videoPad: number;
}

/** Parameters of Qwen2_5_VLForConditionalGeneration by the names of the published checkpoints. */
export function textEncoderLayout(size: TextEncoderSize): Layout {
  const { hidden, layers, heads, keyHeads, inner, vocabulary } = size;
  const layout = new Map<string, readonly number[]>();
  const headWidth = hidden / heads;
  layout.set('model.embed_tokens.weight', [vocabulary, hidden]);
  for (let index = 0; index < layers; index++) {
    const layer = `model.layers.${index}`;
    layout.set(`${layer}.input_layernorm.weight`, [hidden]);
    layout.set(`${layer}.self_attn.q_proj.weight`, [hidden, hidden]).set(`${layer}.self_attn.q_proj.bias`, [hidden]);
    for (const name of ['k_proj', 'v_proj']) {
      layout.set(`${layer}.self_attn.${name}.weight`, [keyHeads * headWidth, hidden]).set(`${layer}.self_attn.${name}.bias`, [keyHeads * headWidth]);
    }
    layout.set(`${layer}.self_attn.o_proj.weight`, [hidden, hidden]);
    layout.set(`${layer}.post_attention_layernorm.weight`, [hidden]);
    for (const name of ['gate_proj', 'up_proj']) layout.set(`${layer}.mlp.${name}.weight`, [inner, hidden]);
    layout.set(`${layer}.mlp.down_proj.weight`, [hidden, inner]);
  }
  layout.set('model.norm.weight', [hidden]);
  layout.set('lm_head.weight', [vocabulary, hidden]);
  for (const [name, shape] of visionLayout(size.vision, hidden)) layout.set(`visual.${name}`, shape);
  return layout;
}

function visionLayout({ hidden, layers, inner }: VisionSize, outputs: number): Layout {
  const layout = new Map<string, readonly number[]>();
  const linear = (name: string, rows: number, columns: number) => layout.set(`${name}.weight`, [rows, columns]).set(`${name}.bias`, [rows]);
  layout.set('patch_embed.proj.weight', [hidden, 3, 2, 14, 14]);
  for (let index = 0; index < layers; index++) {
    const block = `blocks.${index}`;
    for (const norm of ['norm1', 'norm2']) layout.set(`${block}.${norm}.weight`, [hidden]);
    linear(`${block}.attn.qkv`, 3 * hidden, hidden);
    linear(`${block}.attn.proj`, hidden, hidden);
    for (const name of ['gate_proj', 'up_proj']) linear(`${block}.mlp.${name}`, inner, hidden);
    linear(`${block}.mlp.down_proj`, hidden, inner);
  }
  layout.set('merger.ln_q.weight', [hidden]);
  linear('merger.mlp.0', 4 * hidden, 4 * hidden);
  linear('merger.mlp.2', outputs, 4 * hidden);
  return layout;
}

export function textEncoderConfig(size: TextEncoderSize, tokens: KnownTokens): object {
  const language = {
    attention_dropout: 0,
    bos_token_id: tokens.endOfText,
    eos_token_id: tokens.turnEnd,
    hidden_act: 'silu',
    hidden_size: size.hidden,
    initializer_range: 0.02,
    intermediate_size: size.inner,
    max_position_embeddings: 128000,
    max_window_layers: size.layers,
    num_attention_heads: size.heads,
    num_hidden_layers: size.layers,
    num_key_value_heads: size.keyHeads,
    rms_norm_eps: 1e-6,
    rope_scaling: { mrope_section: size.sections, rope_type: 'default', type: 'default' },
    rope_theta: 1e6,
    sliding_window: 32768,
    use_cache: true,
    use_sliding_window: false,
    vocab_size: size.vocabulary,
  };
  const ids = {
    image_token_id: tokens.imagePad,
    video_token_id: tokens.videoPad,
    vision_end_token_id: tokens.visionEnd,
    vision_start_token_id: tokens.visionStart,
    vision_token_id: tokens.visionPad,
  };
  return {
    architectures: ['Qwen2_5_VLForConditionalGeneration'],
    ...language,
    ...ids,
    model_type: 'qwen2_5_vl',
    text_config: { ...language, ...ids, architectures: ['Qwen2_5_VLForConditionalGeneration'], model_type: 'qwen2_5_vl_text', torch_dtype: 'bfloat16' },
    tie_word_embeddings: false,
    torch_dtype: 'bfloat16',
    transformers_version: '4.53.1',
    vision_config: visionConfig(size.vision, size.hidden),
  };
}

function visionConfig({ hidden, layers, heads, inner, wholeBlocks }: VisionSize, outputs: number): object {
  return {
    depth: layers,
    fullatt_block_indexes: wholeBlocks,
    hidden_act: 'silu',
    hidden_size: hidden,
    in_channels: 3,
    in_chans: 3,
    initializer_range: 0.02,
    intermediate_size: inner,
    model_type: 'qwen2_5_vl',
    num_heads: heads,
    out_hidden_size: outputs,
    patch_size: 14,
    spatial_merge_size: 2,
    spatial_patch_size: 14,
    temporal_patch_size: 2,
    tokens_per_second: 2,
    torch_dtype: 'bfloat16',
    window_size: 112,
  };
}
