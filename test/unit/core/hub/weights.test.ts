import { describe, expect, it } from 'vitest';
import { judgeCompatibility } from '../../../../src/core/hub/compatibility';
import { familyOfBase, weightFacts, weightFactsText } from '../../../../src/core/hub/lora';
import { readRemoteHeader } from '../../../../src/core/hub/safetensorsHeader';
import { readTree } from '../../../../src/core/hub/tree';
import { connect, loopback, noise, safetensors } from './hubFixture';

const qwenLora = safetensors(
  Object.fromEntries(
    [0, 59].flatMap((block) => [
      [`transformer_blocks.${block}.attn.to_q.lora_A.weight`, [16, 96]],
      [`transformer_blocks.${block}.attn.to_q.lora_B.weight`, [96, 16]],
      [`transformer_blocks.${block}.attn.add_k_proj.lora_A.weight`, [32, 96]],
    ]),
  ),
  { ss_network_dim: '16' },
);
const fluxLora = safetensors({ 'lora_unet_double_blocks_0_img_attn_proj.lora_down.weight': [8, 64], 'lora_unet_double_blocks_0_img_attn_proj.lora_up.weight': [64, 8] });
const base = 'Qwen/Qwen-Image-Edit-2509';

async function factsOf(content: Buffer) {
  const hub = await loopback({ repositories: { 'org/lora': { files: { 'lora.safetensors': content } } } });
  const connection = await connect(hub);
  const tree = await readTree(connection, 'org/lora');
  if (!tree.ok || !tree.value.files[0]) throw new Error('no tree');
  return { facts: weightFacts(await readRemoteHeader(connection, tree.value, tree.value.files[0])), sent: hub.sentBytes() };
}

describe('a header read by ranges', () => {
  it('tells rank, targets, blocks and family without the weights', async () => {
    const { facts, sent } = await factsOf(safetensors({ 'transformer_blocks.0.img_mlp.net.0.proj.lora_A.weight': [16, 40_000] }));
    expect(facts).toMatchObject({ kind: 'lora', family: 'qwen-image', rank: [16, 16] });
    expect(sent).toBeLessThanOrEqual(64 * 1024);
    const qwen = (await factsOf(qwenLora)).facts;
    expect(qwen).toEqual({ kind: 'lora', family: 'qwen-image', rank: [16, 32], targets: ['add_k_proj', 'to_q'], blocks: 60, width: 96 });
    expect(weightFactsText(qwen)).toBe('LoRA of rank 16 to 32 for Qwen-Image, 60 blocks, changes add_k_proj, to_q');
    expect((await factsOf(fluxLora)).facts).toMatchObject({ family: 'flux', rank: [8, 8] });
  });

  it.each<[string, Readonly<Record<string, readonly number[]>>, string]>([
    ['a DoRA', { 'transformer.transformer_blocks.0.img_mlp.net.2.lora_A.weight': [8, 96], 'transformer.transformer_blocks.0.img_mlp.net.2.lora_magnitude_vector': [96] }, 'DoRA of rank 8 for Qwen-Image, 1 block, changes net'],
    ['a LoKr', { 'lora_unet_transformer_blocks_1_attn_to_out_0.lokr_w1': [8, 8], 'lora_unet_transformer_blocks_1_attn_to_out_0.alpha': [] }, 'LoKr for Qwen-Image, 2 blocks, changes to_out'],
    ['a LoHa', { 'lycoris_transformer_blocks_1_txt_mlp_net_2.hada_w1_b': [4, 96] }, 'LoHa of rank 4 for Qwen-Image, 2 blocks, changes mlp_net'],
    ['a difference', { 'diffusion_model.single_blocks.3.linear1.diff': [96, 96] }, 'full difference for FLUX.1, 4 blocks, changes linear1'],
    ['a model with a parameter called alpha', { 'decoder.alpha': [96] }, 'Model, of a family that its keys do not tell'],
  ])('tells %s by its keys', async (_, tensors, text) => {
    expect(weightFactsText((await factsOf(safetensors(tensors))).facts)).toBe(text);
  });

  it('longer than the first request is read to its end', async () => {
    const many = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`transformer_blocks.${index}.attn.to_q.lora_A.weight`, [4, 4]]));
    expect((await factsOf(safetensors(many))).facts.blocks).toBe(1500);
  });

  it.each([
    ['noise', noise(1, 5000)],
    ['too short', Buffer.from('abc')],
    ['a pointer', Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 850000000\n`)],
    ['cut off', qwenLora.subarray(0, qwenLora.length - 100)],
    ['no JSON', Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{{{{'), Buffer.alloc(10)])],
  ])('that is %s is refused', async (_, content) => {
    await expect(factsOf(content)).rejects.toThrow('no whole safetensors file');
  });
});

describe('compatibility', () => {
  const judge = (baseModels: readonly string[], weights?: Parameters<typeof judgeCompatibility>[2]) => judgeCompatibility({ repository: 'org/lora', baseModels }, base, weights).verdict;

  it('goes by the card where the weights are not read', () => {
    expect(judge([base])).toBe('fits');
    expect(judge(['Qwen/Qwen-Image-Edit'])).toBe('other version');
    expect(judge(['Qwen/Qwen-Image'])).toBe('other family');
    expect(judge(['black-forest-labs/FLUX.1-dev'])).toBe('other family');
    expect(judge([])).toBe('unknown');
  });

  it('goes by the weights where they contradict the card', async () => {
    const { facts } = await factsOf(fluxLora);
    const judged = judgeCompatibility({ repository: 'org/lora', baseModels: [base] }, base, facts);
    expect(judged.verdict).toBe('other family');
    expect(judged.facts).toContain('Card and weights contradict each other.');
    expect(judge([], (await factsOf(qwenLora)).facts)).toBe('other version');
  });

  it('knows no family of a model that it was not told of', () => {
    expect(familyOfBase('tinkerbox/Tiny-Edit-2601')).toBeUndefined();
    expect(familyOfBase(base)).toBe('qwen-image');
  });
});
