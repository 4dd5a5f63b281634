import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readLora } from '../../../../src/engine/lora/loraFile';
import { inTemporaryFolder, lora, query, refusal, up, write, type Tensors } from './loraFixture';

inTemporaryFolder();

const pair = (name: string, down = 'lora_A', upper = 'lora_B', rank = 4): Tensors => ({ [`${name}.${down}.weight`]: [[rank, 8]], [`${name}.${upper}.weight`]: [[8, rank]] });

describe('a LoRA’s header', () => {
  it.each([
    ['diffusers', `transformer.${query}`, 'lora_A', 'lora_B'],
    ['diffsynth', query, 'lora_A.default', 'lora_B.default'],
    ['peft', `base_model.model.${query}`, 'lora_A', 'lora_B'],
    ['comfyui', `diffusion_model.${query}`, 'lora_A', 'lora_B'],
    ['plain', query, 'lora_down', 'lora_up'],
    ['plain', query, 'lora.down', 'lora.up'],
    ['kohya', `lora_unet_${query.replaceAll('.', '_')}`, 'lora_down', 'lora_up'],
  ])('is known in the spelling of %s (%s)', async (spelling, name, down, upper) => {
    const file = await lora(pair(name, down, upper));
    expect(file).toMatchObject({ spelling, rank: [4, 4], textEncoderKeys: [] });
    expect(file.modules).toMatchObject([{ name: spelling === 'kohya' ? query.replaceAll('.', '_') : query, method: 'lora', rank: 4, shape: [8, 8] }]);
  });

  it('tells the ranks of all modules and the methods', async () => {
    const file = await lora({
      ...pair(query, 'lora_A', 'lora_B', 2),
      ...pair(up, 'lora_A', 'lora_B', 16),
      'a.hada_w1_a': [[6, 3]], 'a.hada_w1_b': [[3, 4]], 'a.hada_w2_a': [[6, 3]], 'a.hada_w2_b': [[3, 4]], 'a.alpha': [[1]],
      'b.lokr_w1': [[2, 2]], 'b.lokr_w2_a': [[3, 1]], 'b.lokr_w2_b': [[1, 4]],
      'c.diff': [[5, 7]], 'c.diff_b': [[5]],
      'd.diff_b': [[5]],
      ...pair('e'), 'e.dora_scale': [[8, 1]],
      'lora_te1_text_model.lora_down.weight': [[2, 2]],
    });
    expect(file.rank).toEqual([1, 16]);
    expect(file.modules.map(({ name, method, shape }) => [name, method, shape])).toEqual([
      [query, 'lora', [8, 8]],
      [up, 'lora', [8, 8]],
      ['a', 'loha', [6, 4]],
      ['b', 'lokr', [6, 8]],
      ['c', 'difference', [5, 7]],
      ['d', 'bias', undefined],
      ['e', 'dora', [8, 8]],
    ]);
    expect(file.textEncoderKeys).toEqual(['lora_te1_text_model.lora_down.weight']);
  });

  it.each<[string, Tensors, string]>([
    ['a model', { 'transformer_blocks.0.attn.to_q.weight': [[4, 4]] }, 'lora-none: lora.safetensors is no LoRA'],
    ['only alphas', { 'a.alpha': [[1]] }, 'lora-broken: lora.safetensors is broken at a: it lacks one of its matrices'],
    ['half a pair', { 'a.lora_A.weight': [[4, 8]] }, 'lora-broken'],
    ['ranks that differ within a pair', { 'a.lora_A.weight': [[4, 8]], 'a.lora_B.weight': [[8, 5]] }, 'its matrices do not fit each other'],
    ['a rank of 0', { 'a.lora_A.weight': [[0, 8]], 'a.lora_B.weight': [[8, 0]], ...pair('b') }, 'do not fit each other'],
    ['a convolution', { 'a.lora_A.weight': [[4, 8, 3, 3]], 'a.lora_B.weight': [[8, 4, 1, 1]] }, 'do not fit each other'],
    ['OFT', { 'a.oft_blocks': [[4, 8]] }, 'lora-method: lora.safetensors cannot be applied whole: 1 of its tensors, a.oft_blocks first, hold OFT'],
    ['a key without meaning', { ...pair('a'), 'b.wonder': [[2, 2]] }, 'b.wonder first, have no meaning'],
    ['the same matrix under two names', { ...pair('a'), 'diffusion_model.a.lora_A.weight': [[4, 8]] }, 'have no meaning'],
    ['a DoRA of a LoHa', { 'a.hada_w1_a': [[6, 3]], 'a.hada_w1_b': [[3, 4]], 'a.hada_w2_a': [[6, 3]], 'a.hada_w2_b': [[3, 4]], 'a.dora_scale': [[6, 1]] }, 'DoRA of something else'],
  ])('with %s is refused', async (_, tensors, message) => {
    expect(await refusal(tensors)).toContain(message);
  });

  it('with settings that are no JSON is refused, with those of another component read without', async () => {
    expect(await refusal(pair('a'), { metadata: { lora_adapter_metadata: '{' } })).toContain('lora_adapter_metadata');
    expect((await lora(pair('a'), { metadata: { lora_adapter_metadata: '{"text_encoder.r": 3}' } })).settings).toBeUndefined();
  });

  it('of a file that is cut off is refused', async () => {
    const file = await write('cut.safetensors', pair('a'));
    await writeFile(file, Buffer.from('no weights'));
    expect(await readLora(file)).toMatchObject({ ok: false });
  });

  it('tells the family only where the names belong to one', async () => {
    const family = async (...names: readonly string[]) => (await lora(Object.assign({}, ...names.map((name) => pair(name))) as Tensors)).family;
    expect(await family(query, 'transformer_blocks.59.attn.to_q')).toBe('qwen-image');
    expect(await family('transformer.single_transformer_blocks.3.attn.to_q', query)).toBe('flux');
    expect(await family('lora_unet_double_blocks_0_img_attn_proj')).toBe('flux');
    expect(await family('transformer.single_transformer_blocks.3.attn.to_qkv_mlp_proj')).toBe('flux2');
    expect(await family('diffusion_model.double_blocks.0.img_attn_qkv', 'diffusion_model.single_blocks.0.linear1')).toBe('hunyuan-video');
    expect(await family('unet.down_blocks.1.attentions.0.transformer_blocks.1.attn1.to_q')).toBe('sdxl');
    expect(await family('diffusion_model.blocks.0.self_attn.q')).toBe('wan');
    expect(await family('diffusion_model.joint_blocks.0.x_block.attn.qkv')).toBe('sd3');
    expect(await family('something.else')).toBeUndefined();
    const attention = (width: number, block: number): Tensors => ({ [`transformer_blocks.${block}.attn.to_q.lora_A.weight`]: [[4, width]], [`transformer_blocks.${block}.attn.to_q.lora_B.weight`]: [[width, 4]] });
    expect((await lora(attention(1536, 0))).family).toBe('sd3');
    // Flux and Qwen-Image call these alike and have the same width.
    expect((await lora(attention(3072, 0))).family).toBeUndefined();
    expect((await lora(attention(3072, 40))).family).toBe('qwen-image');
  });
});
