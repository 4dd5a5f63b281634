import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AutoencoderKlQwenImage, type VaeOptions } from '../../../../src/engine/models/autoencoderKlQwenImage/autoencoderKlQwenImage';
import type { Planes } from '../../../../src/engine/models/autoencoderKlQwenImage/tiling';
import { toValues } from '../../../../src/engine/pictures/tensor';
import { Golden, largestDifference, randomCheckpointFolder } from '../golden';

let checkpoint: string;
let golden: Golden;
beforeAll(async () => {
  checkpoint = await randomCheckpointFolder();
  golden = await Golden.read('autoencoder');
});
afterAll(() => rm(checkpoint, { recursive: true }));

/** The sizes with which the golden was made, for every picture. */
const smallTiles: VaeOptions['tiles'] = { beyond: 0, side: 32, stride: 24 };

async function opened(options: Partial<VaeOptions> = {}): Promise<AutoencoderKlQwenImage> {
  const autoencoder = await AutoencoderKlQwenImage.open(path.join(checkpoint, 'vae'), { device: 'cpu', attention: 'multiHead', ...options });
  if (!autoencoder.ok) throw new Error(autoencoder.failure.message);
  return autoencoder.value;
}

function picture(name: string): Planes {
  const [height = 0, width = 0] = golden.shape(name);
  return { channels: 3, height, width, values: toValues({ width, height, pixels: golden.bytes(name) }, 'NCHW', '-1..1') };
}

function planes(name: string): Planes {
  const [channels = 0, height = 0, width = 0] = golden.shape(name);
  return { channels, height, width, values: golden.floats(name) };
}

async function difference(computed: ReturnType<AutoencoderKlQwenImage['encode']>, name: string): Promise<number> {
  const result = await computed;
  if (!result.ok) throw new Error(result.failure.message);
  const { channels, height, width, values } = result.value;
  expect([channels, height, width]).toEqual(golden.shape(name));
  return largestDifference(values, golden.floats(name).map((value) => (name.endsWith('decoded') ? Math.min(1, Math.max(-1, value)) : value)));
}

describe('the autoencoder', () => {
  it.each(['multiHead', 'plain'] as const)('encodes and decodes as the reference, with %s attention', async (attention) => {
    const autoencoder = await opened({ attention });
    expect(await difference(autoencoder.encode(picture('picture')), 'latents')).toBeLessThan(1e-4);
    expect(await difference(autoencoder.decode(planes('decodedLatents')), 'decoded')).toBeLessThan(1e-4);
    await autoencoder.dispose();
  });

  it('blends tiles as the reference', async () => {
    const autoencoder = await opened({ tiles: smallTiles });
    expect(await difference(autoencoder.encode(picture('tiled.picture')), 'tiled.latents')).toBeLessThan(1e-4);
    expect(await difference(autoencoder.decode(planes('tiled.decodedLatents')), 'tiled.decoded')).toBeLessThan(1e-4);
    await autoencoder.dispose();
  });

  it.each(['multiHead', 'plain'] as const)('attends the same when its queries are taken in parts: %s', async (attention) => {
    const latents: Planes = { channels: 16, height: 7, width: 7, values: Float32Array.from({ length: 16 * 49 }, (_, index) => Math.sin(index * 0.7) * 1.5) };
    const [whole, parts] = [await opened({ attention }), await opened({ attention, queriesAtOnce: 30 })];
    const [first, second] = [await whole.decode(latents), await parts.decode(latents)];
    if (!first.ok || !second.ok) throw new Error('It was not decoded.');
    expect(largestDifference(first.value.values, second.value.values)).toBeLessThan(1e-5);
    await whole.dispose();
    await parts.dispose();
  });

  it('works again after a half was freed', async () => {
    const autoencoder = await opened();
    const before = await autoencoder.encode(picture('picture'));
    await autoencoder.release('encoder');
    expect(await autoencoder.encode(picture('picture'))).toEqual(before);
    await autoencoder.dispose();
  });
});

describe('an autoencoder that cannot be used', () => {
  const file = () => path.join(checkpoint, 'vae', 'config.json');
  let text: string;
  beforeAll(async () => {
    text = await readFile(file(), 'utf8');
  });
  afterAll(() => writeFile(file(), text));

  it.each([
    [{ _class_name: 'AutoencoderKL' }, 'it describes AutoencoderKL'],
    [{ input_channels: 4 }, 'a layer of transparency'],
    [{ attn_scales: [0.5] }, 'attention inside its levels'],
    [{ latents_std: [1, 2] }, 'does not have z_dim numbers'],
    [{ dim_mult: [1, 1e9] }, 'dim_mult is no list of small factors'],
    [{ z_dim: 'many' }, 'z_dim is not a whole number'],
  ])('says why: %j', async (change, reason) => {
    await writeFile(file(), JSON.stringify({ ...(JSON.parse(text) as object), ...change }));
    const refused = await AutoencoderKlQwenImage.open(path.join(checkpoint, 'vae'), { device: 'cpu', attention: 'multiHead' });
    expect(refused.ok ? '' : refused.failure.message).toContain(reason);
  });

  it.each([
    [{ num_res_blocks: 3 }, 'lack'],
    [{ base_dim: 16 }, 'has the shape [8, 3, 3, 3, 3], its configuration asks for [16, 3, 3, 3, 3]'],
  ])('says before any work what its weights lack: %j', async (change, reason) => {
    await writeFile(file(), JSON.stringify({ ...(JSON.parse(text) as object), ...change }));
    const refused = await AutoencoderKlQwenImage.open(path.join(checkpoint, 'vae'), { device: 'cpu' });
    expect(refused.ok ? '' : refused.failure.message).toContain(reason);
  });
});
