import { describe, expect, it } from 'vitest';
import { readLora } from '../../../../src/engine/lora/loraFile';
import { stackLoras } from '../../../../src/engine/lora/loraStack';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import type { MadeType } from '../../../../test_data/make/checkpoints/safetensorsFile';
import { Golden, largestDifference } from '../golden';
import { inTemporaryFolder, write, type Tensors } from './loraFixture';

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
    expect([...stacked.value.targets].sort()).toEqual([...layers].sort());
    for (const layer of layers) {
      const bias = golden.floats(`${name}/${layer}.bias`);
      expect(largestDifference(stacked.value.bias(layer) ?? new Float32Array(bias.length), bias)).toBeLessThan(1e-6);
      const { a, b } = stacked.value.inputs(layer)!;
      const [rank, columns] = a.dims;
      const delta = Array.from({ length: b.dims[0] * columns }, (_, index) => {
        const [row, column] = [Math.floor(index / columns), index % columns];
        return Array.from({ length: rank }, (__, k) => b.data[row * rank + k]! * a.data[k * columns + column]!).reduce((sum, value) => sum + value, 0);
      });
      expect(largestDifference(delta, golden.floats(`${name}/${layer}.delta`))).toBeLessThan(3e-6);
    }
  });
});
