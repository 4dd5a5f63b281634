import type { ConfigFields } from '../readConfig';

/** What `text_encoder/config.json` says of a Qwen2.5-VL; the figures of 7B behind each. */
export interface Qwen25VlConfig {
  readonly decoder: DecoderConfig;
  readonly vision: VisionConfig;
}

export interface DecoderConfig {
  /** Features of a token: 3584. */
  readonly width: number;
  /** 28. */
  readonly layers: number;
  /** 28, each of `headFeatures`. */
  readonly heads: number;
  /** Heads of keys and values, each shared by several queries: 4. */
  readonly keyValueHeads: number;
  /** 128. */
  readonly headFeatures: number;
  /** Features inside an MLP: 18,944. */
  readonly inner: number;
  /** 152,064. */
  readonly vocabulary: number;
  readonly epsilon: number;
  readonly rotaryBase: number;
  /** How many of a head's rotary pairs turn with a token's time, row and column: 16, 24, 24. */
  readonly sections: readonly number[];
}

export interface VisionConfig {
  /** Features of a patch: 1280. */
  readonly width: number;
  /** 32. */
  readonly blocks: number;
  /** 16. */
  readonly heads: number;
  /** Features inside an MLP: 3420. */
  readonly inner: number;
  /** Pixels of a patch's side: 14. */
  readonly patch: number;
  /** Frames of a patch; a picture is all of them: 2. */
  readonly frames: number;
  /** Patches of a side that are merged into one token: 2. */
  readonly merge: number;
  /** Merged tokens of a window's side: 4, which are 112 pixels. */
  readonly window: number;
  /** Blocks in which a patch sees its whole picture, not only its window: 7, 15, 23, 31. */
  readonly wholeBlocks: ReadonlySet<number>;
}

/** For `readConfig`. Older files have the decoder's fields on top, newer ones in `text_config`. */
export function qwen25VlConfig(fields: ConfigFields): Qwen25VlConfig {
  const type = fields.text('model_type', 'nothing');
  if (type !== 'qwen2_5_vl') throw fields.refuse(`it describes ${type.slice(0, 60)}, and only qwen2_5_vl is known`);
  const decoder = decoderConfig(fields.has('text_config') ? fields.object('text_config') : fields);
  const vision = visionConfig(fields.object('vision_config'));
  const outputs = fields.object('vision_config').count('out_hidden_size', { standard: 3584 });
  if (outputs !== decoder.width) throw fields.refuse(`its pictures have ${outputs} features and its words ${decoder.width}`);
  return { decoder, vision };
}

function decoderConfig(fields: ConfigFields): DecoderConfig {
  const width = fields.count('hidden_size');
  const heads = fields.count('num_attention_heads', { most: 1024 });
  const keyValueHeads = fields.count('num_key_value_heads', { standard: heads, most: heads });
  const headFeatures = width / heads;
  const rotary = fields.object(fields.has('rope_parameters') ? 'rope_parameters' : 'rope_scaling');
  const sections = rotary.numbers('mrope_section', [16, 24, 24]);
  if (fields.text('hidden_act', 'silu') !== 'silu') throw fields.refuse('its activation is not silu');
  if (fields.raw('use_sliding_window') === true) throw fields.refuse('it attends within a sliding window');
  const kind = rotary.text('rope_type', rotary.text('type', 'default'));
  if (kind !== 'default' && kind !== 'mrope') throw fields.refuse(`its positions are scaled (${kind.slice(0, 40)})`);
  if (!Number.isInteger(headFeatures) || heads % keyValueHeads !== 0) throw fields.refuse('its heads do not divide its features');
  if (!sections.every((pairs) => Number.isInteger(pairs) && pairs >= 0) || 2 * sections.reduce((sum, pairs) => sum + pairs, 0) !== headFeatures) {
    throw fields.refuse(`mrope_section does not fill the ${headFeatures} features of a head`);
  }
  return {
    width,
    layers: fields.count('num_hidden_layers', { most: 1024 }),
    heads,
    keyValueHeads,
    headFeatures,
    inner: fields.count('intermediate_size'),
    vocabulary: fields.count('vocab_size', { most: 10_000_000 }),
    epsilon: fields.number('rms_norm_eps', 1e-6),
    rotaryBase: rotary.number('rope_theta', fields.number('rope_theta', 1e6)),
    sections,
  };
}

function visionConfig(fields: ConfigFields): VisionConfig {
  const width = fields.count('hidden_size');
  const heads = fields.count('num_heads', { standard: 16, most: 1024 });
  const merge = fields.count('spatial_merge_size', { standard: 2, most: 16 });
  const patch = fields.count('patch_size', { standard: 14, most: 256 });
  const window = Math.floor(Math.floor(fields.count('window_size', { standard: 112 }) / merge) / patch);
  if (fields.text('hidden_act', 'silu') !== 'silu') throw fields.refuse('the activation of its vision tower is not silu');
  if (fields.count('in_channels', { standard: 3 }) !== 3) throw fields.refuse('its vision tower does not look at three colours');
  if (width % (4 * heads) !== 0) throw fields.refuse('the heads of its vision tower do not divide its features');
  if (window < 1) throw fields.refuse('its windows are smaller than a token');
  return {
    width,
    heads,
    merge,
    patch,
    window,
    blocks: fields.count('depth', { standard: 32, most: 1024 }),
    inner: fields.count('intermediate_size', { standard: 3420 }),
    frames: fields.count('temporal_patch_size', { standard: 2, most: 16 }),
    wholeBlocks: new Set(fields.numbers('fullatt_block_indexes', [7, 15, 23, 31])),
  };
}
