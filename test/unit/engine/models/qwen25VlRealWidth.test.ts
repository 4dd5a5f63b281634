import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { QwenPromptEncoder } from '../../../../src/engine/models/qwen25Vl/qwenPromptEncoder';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import type { Result } from '../../../../src/core/outcome';
import { largestDifference } from '../golden';

/** The folder that test/reference/real_width_text_encoder.py wrote; takes 4 GB of memory. */
const folder = process.env['EVALMARK_REAL_TEXT_ENCODER'] ?? '';

describe.skipIf(folder === '')('the text encoder at its published width, in bfloat16', () => {
  it('reads a prompt about two pictures as the reference, one layer at a time', async () => {
    const answers = value(await openSafetensors(path.join(folder, 'answers.safetensors')));
    const pictures = [];
    for (const name of ['picture.0', 'picture.1']) {
      const [height = 0, width = 0] = answers.find(name)?.shape ?? [];
      pictures.push({ width, height, pixels: Uint8Array.from(await answers.read(name)) });
    }
    const [textEncoder = '', tokenizer = '', processor = ''] = ['text_encoder', 'tokenizer', 'processor'].map((name) => path.join(folder, name));
    const encoder = value(await QwenPromptEncoder.open({ textEncoder, tokenizer, processor }, { device: 'cpu', precision: 'float32', layersPerSession: 1 }));
    const start = performance.now();
    const { embeddings, tokens } = value(await encoder.encode({ prompt: answers.metadata['prompt'] ?? '', pictures }));
    const expected = await answers.read('embeddings');
    console.log(`${tokens} tokens: ${((performance.now() - start) / 1000).toFixed(1)} s, largest difference ${largestDifference(embeddings, expected).toExponential(2)}`);
    console.log(/VmHWM.*/.exec(await readFile('/proc/self/status', 'utf8').catch(() => ''))?.[0]);
    expect(largestDifference(embeddings, expected)).toBeLessThan(1e-4);
  }, 1_200_000);
});

function value<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}
