import type { Result } from '../../../core/outcome';
import { openSafetensors } from '../../weights/safetensors';
import type { ExpectedTensors } from '../../weights/requireTensors';
import type { Weights } from '../../weights/weights';
import type { Qwen25VlConfig } from './config';

/** Opens `text_encoder/` of a checkpoint. Newer versions of transformers save the same modules under longer names. */
export function openTextEncoderWeights(folder: string): Promise<Result<Weights>> {
  return openSafetensors(folder, { prefixes: { 'model.language_model.': 'model.', 'model.visual.': 'visual.' } });
}

/** The parameters that a prompt's embeddings need; the head that would go on writing is not among them. */
export function textEncoderTensors({ decoder, vision }: Qwen25VlConfig): ExpectedTensors {
  const shapes = new Map<string, readonly number[]>();
  const norm = (path: string, width: number) => shapes.set(`${path}.weight`, [width]);
  const matrix = (path: string, rows: number, columns: number) => shapes.set(`${path}.weight`, [rows, columns]);
  const biased = (path: string, rows: number, columns: number) => matrix(path, rows, columns).set(`${path}.bias`, [rows]);

  shapes.set('visual.patch_embed.proj.weight', [vision.width, 3, vision.frames, vision.patch, vision.patch]);
  for (let index = 0; index < vision.blocks; index++) {
    const block = visionBlockPath(index);
    norm(`${block}.norm1`, vision.width);
    norm(`${block}.norm2`, vision.width);
    biased(`${block}.attn.qkv`, 3 * vision.width, vision.width);
    biased(`${block}.attn.proj`, vision.width, vision.width);
    for (const name of ['gate_proj', 'up_proj']) biased(`${block}.mlp.${name}`, vision.inner, vision.width);
    biased(`${block}.mlp.down_proj`, vision.width, vision.inner);
  }
  const merged = vision.width * vision.merge ** 2;
  norm('visual.merger.ln_q', vision.width);
  biased('visual.merger.mlp.0', merged, merged);
  biased('visual.merger.mlp.2', decoder.width, merged);

  matrix(embeddingPath, decoder.vocabulary, decoder.width);
  for (let index = 0; index < decoder.layers; index++) {
    const layer = decoderLayerPath(index);
    norm(`${layer}.input_layernorm`, decoder.width);
    norm(`${layer}.post_attention_layernorm`, decoder.width);
    biased(`${layer}.self_attn.q_proj`, decoder.width, decoder.width);
    for (const name of ['k_proj', 'v_proj']) biased(`${layer}.self_attn.${name}`, decoder.keyValueHeads * decoder.headFeatures, decoder.width);
    matrix(`${layer}.self_attn.o_proj`, decoder.width, decoder.width);
    for (const name of ['gate_proj', 'up_proj']) matrix(`${layer}.mlp.${name}`, decoder.inner, decoder.width);
    matrix(`${layer}.mlp.down_proj`, decoder.width, decoder.inner);
  }
  return norm('model.norm', decoder.width);
}

export const embeddingPath = 'model.embed_tokens';

export function visionBlockPath(index: number): string {
  return `visual.blocks.${index}`;
}

export function decoderLayerPath(index: number): string {
  return `model.layers.${index}`;
}
