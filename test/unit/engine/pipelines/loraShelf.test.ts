import { describe, expect, it } from 'vitest';
import { LoraShelf } from '../../../../src/engine/pipelines/qwenImageEditPlus/loraShelf';
import { baseModel, inTemporaryFolder, query, valuesFor, write } from '../lora/loraFixture';

inTemporaryFolder();

const { signal } = new AbortController();

/** A LoRA of rank 4 on one layer: 256 bytes of numbers. */
async function loraFile(name: string): Promise<{ readonly path: string; readonly scale: number }> {
  const tensors = { [`${query}.lora_A.weight`]: [[4, 8], valuesFor(name, [4, 8])], [`${query}.lora_B.weight`]: [[8, 4]] } as const;
  return { path: await write(`${name}.safetensors`, tensors), scale: 1 };
}

describe('the LoRAs that were read', () => {
  it('stay as long as memory is there, the ones used last the longest', async () => {
    const [first, second, third] = [await loraFile('first'), await loraFile('second'), await loraFile('third')];
    const shelf = new LoraShelf(await baseModel(), 300);
    const take = async (...loras: readonly { readonly path: string; readonly scale: number }[]) => {
      const ready = await shelf.take(loras, signal);
      if (!ready.ok) throw new Error(ready.failure.message);
      return ready.value.stack;
    };
    const [one, two] = [await take(first), await take(second)];
    expect(await take(first)).toBe(one);
    expect(await take(second)).toBe(two);
    await take(third);
    // Beside the third only one of 256 bytes has room: the one that was used after the other.
    expect(await take(second)).toBe(two);
    expect(await take(first)).not.toBe(one);
  });

  it('are read again when the file or the weight is another', async () => {
    const file = await loraFile('first');
    const shelf = new LoraShelf(await baseModel());
    const [whole, half] = [await shelf.take([file], signal), await shelf.take([{ ...file, scale: 0.5 }], signal)];
    expect(whole.ok && half.ok && whole.value.stack !== half.value.stack).toBe(true);
  });
});
