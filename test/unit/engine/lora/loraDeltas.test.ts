import { describe, expect, it } from 'vitest';
import { readLora } from '../../../../src/engine/lora/loraFile';
import { stackLoras } from '../../../../src/engine/lora/loraStack';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import type { MadeType } from '../../../../test_data/make/checkpoints/safetensorsFile';
import { Golden, largestDifference } from '../golden';
import { effectOf, inTemporaryFolder, write, type Tensors } from './loraFixture';

inTemporaryFolder();

const golden = await Golden.read('loraDeltas');
const types = Object.entries(golden.said('types') as Readonly<Record<string, MadeType>>);
const metadata = golden.said('metadata') as Readonly<Record<string, Readonly<Record<string, string>>>>;
const layers = golden.said('layers') as readonly string[];
const weight = golden.said('weight') as number;

/** The golden's tensors under a prefix, by what follows it. */
function tensors(prefix: string): Tensors {
  const names = golden.names.filter((name) => name.startsWith(prefix));
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), [golden.shape(name), golden.floats(name)]]));
}

describe('what a LoRA adds, held against diffusers', () => {
  it.each(types)('%s', async (name, type) => {
    const base = await openSafetensors(await write('base.safetensors', tensors('base/')));
    const file = await readLora(await write('lora.safetensors', tensors(`${name}/file/`), { type, metadata: metadata[name] ?? {} }));
    if (!base.ok || !file.ok) throw new Error('The golden is not as it should be.');
    const stacked = await stackLoras([{ file: file.value, weight }], base.value);
    if (!stacked.ok) throw new Error(stacked.failure.message);
    expect([...stacked.value.targets.keys()].sort()).toEqual([...layers].sort());
    for (const layer of layers) {
      const effect = await effectOf(base.value, layer, stacked.value.change(layer) ?? {}, stacked.value.targets);
      expect(largestDifference(effect.bias, golden.floats(`${name}/${layer}.bias`))).toBeLessThan(2e-6);
      expect(largestDifference(effect.weight, golden.floats(`${name}/${layer}.delta`))).toBeLessThan(5e-6);
    }
  });
});
