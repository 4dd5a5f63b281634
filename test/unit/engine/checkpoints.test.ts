import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { analyticCheckpoint } from '../../../test_data/make/checkpoints/analyticCheckpoint';
import { analyticLoras } from '../../../test_data/make/checkpoints/analyticLoras';
import { randomCheckpoint, randomGguf } from '../../../test_data/make/checkpoints/randomCheckpoint';
import { randomLoras } from '../../../test_data/make/checkpoints/randomLoras';
import { halfBits, toBfloat16 } from '../../../test_data/make/checkpoints/halfFloats';
import { Golden, largestDifference } from './golden';

describe('the random checkpoint', () => {
  it('is the same bytes at every call and on every machine', () => {
    // The goldens were made from these bytes: see test/reference/README.md.
    expect(hashOf(randomCheckpoint())).toBe('fd8057831a43059864fae2347d1cb4622159354cf0647cf9c8d3e872b143af9a');
    expect(hashOf(randomLoras())).toBe('1d214ad7db7ff8c31f5f964ea3a989986517000f56918b0173d3b2de8e1560f5');
    expect(hashOf({ 'transformer.gguf': randomGguf() })).toBe('33f662333e2e1d1f23860b2b5f3291a9821fb2fa3bf0f119456ec452a7976a9c');
  });

  it('names every tensor of its index in the shard that holds it', () => {
    const files = randomCheckpoint();
    const index = JSON.parse(files['transformer/diffusion_pytorch_model.safetensors.index.json'] as string);
    const placed = Object.entries(index.weight_map as Record<string, string>);
    expect(new Set(placed.map(([, shard]) => shard)).size).toBe(2);
    for (const [name, shard] of placed) expect(headerOf(files[`transformer/${shard}`])).toHaveProperty([name]);
  });
});

describe('the analytic checkpoint', () => {
  it('is the same bytes at every call', () => {
    expect(hashOf(analyticCheckpoint())).toBe(hashOf(analyticCheckpoint()));
  });

  it('has LoRAs in three spellings', () => {
    const keys = Object.values(analyticLoras()).map((file) => Object.keys(headerOf(file))[1]);
    expect(keys).toEqual([
      'transformer.transformer_blocks.1.attn.to_q.lora_A.weight',
      'transformer_blocks.1.attn.to_q.lora_down.weight',
      'lora_unet_transformer_blocks_1_attn_to_q.lora_down.weight',
    ]);
  });
});

describe('half floats', () => {
  it.each([
    [1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [65520, 0x7c00], [2 ** -14, 0x0400], [2 ** -24, 0x0001], [2 ** -25, 0], [0.1, 0x2e66], [2049, 0x6800], [-0, 0x8000],
  ])('stores %d', (value, bits) => expect(halfBits(value)).toBe(bits));

  it('rounds bfloat16 to the nearest, ties to even', () => {
    const between = new Float32Array(new Uint32Array([0x3f808000, 0x3f818000, 0x3f808001]).buffer);
    const stored = toBfloat16(between);
    expect([stored.readUInt16LE(0), stored.readUInt16LE(2), stored.readUInt16LE(4)]).toEqual([0x3f80, 0x3f82, 0x3f81]);
  });
});

describe('a golden', () => {
  it('states the versions that made it', async () => {
    const golden = await Golden.read('transformer');
    expect(golden.said('versions')).toHaveProperty('diffusers', expect.stringMatching(/^\d+\.\d+/));
    expect(golden.shape('output.0')).toEqual([54, 64]);
    expect(golden.integers('imageShapes')).toEqual([1, 4, 6, 1, 6, 4, 1, 3, 2]);
  });

  it('is not equal to something that holds no number', () => {
    expect(largestDifference([1, Number.NaN], [1, 2])).toBeNaN();
    expect(largestDifference([Number.NaN, 1], [1, 1])).toBeNaN();
  });
});

function hashOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const hash = createHash('sha256');
  for (const [name, content] of Object.entries(files)) hash.update(name).update(content);
  return hash.digest('hex');
}

function headerOf(file: Uint8Array | string | undefined): Record<string, unknown> {
  const bytes = Buffer.from(file as Uint8Array);
  return JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE())));
}
