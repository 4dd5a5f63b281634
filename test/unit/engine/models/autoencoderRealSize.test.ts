import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { AutoencoderKlQwenImage } from '../../../../src/engine/models/autoencoderKlQwenImage/autoencoderKlQwenImage';
import type { Planes } from '../../../../src/engine/models/autoencoderKlQwenImage/tiling';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import type { Result } from '../../../../src/core/outcome';
import { largestDifference } from '../golden';

/** The folder that test/reference/real_size_autoencoder.py wrote; takes 3 GB of memory. */
const folder = process.env['EVALMARK_REAL_VAE'] ?? '';

describe.skipIf(folder === '')('the autoencoder at its published size', () => {
  it('encodes and decodes 512 x 512 as the reference', async () => {
    const answers = value(await openSafetensors(path.join(folder, 'answers.safetensors')));
    const planes = async (name: string): Promise<Planes> => {
      const [channels = 0, height = 0, width = 0] = answers.find(name)?.shape ?? [];
      return { channels, height, width, values: await answers.read(name) };
    };
    const autoencoder = value(await AutoencoderKlQwenImage.open(path.join(folder, 'vae'), { device: 'cpu' }));
    const [picture, latents, decoded] = [await planes('picture'), await planes('latents'), await planes('decoded')];
    for (const run of ['first', 'second']) {
      const encoded = await timed(`encode, ${run} run`, () => autoencoder.encode(picture));
      const back = await timed(`decode, ${run} run`, () => autoencoder.decode(latents));
      console.log(`largest differences: latents ${largestDifference(encoded.values, latents.values).toExponential(2)}, picture ${largestDifference(back.values, decoded.values).toExponential(2)}`);
      expect(largestDifference(encoded.values, latents.values)).toBeLessThan(1e-4);
      expect(largestDifference(back.values, decoded.values)).toBeLessThan(1e-4);
    }
    await autoencoder.dispose();
    console.log(/VmHWM.*/.exec(await readFile('/proc/self/status', 'utf8').catch(() => ''))?.[0]);
  }, 1_200_000);
});

async function timed(what: string, compute: () => Promise<Result<Planes>>): Promise<Planes> {
  const start = performance.now();
  const result = value(await compute());
  console.log(`${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

function value<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}
