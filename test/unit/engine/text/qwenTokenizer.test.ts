import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editPrompt, instructionTokens } from '../../../../src/engine/text/editPrompt';
import { QwenTokenizer } from '../../../../src/engine/text/qwenTokenizer';
import { Golden, randomCheckpointFolder } from '../golden';

let checkpoint: string;
let golden: Golden;
beforeAll(async () => {
  checkpoint = await randomCheckpointFolder();
  golden = await Golden.read('tokens');
});
afterAll(() => rm(checkpoint, { recursive: true }));

async function tokenizerIn(folder: string): Promise<QwenTokenizer> {
  const tokenizer = await QwenTokenizer.open(path.join(checkpoint, folder));
  if (!tokenizer.ok) throw new Error(tokenizer.failure.message);
  return tokenizer.value;
}

describe("the checkpoint's tokenizer", () => {
  // One folder has vocab.json and merges.txt, the other tokenizer.json too.
  it.each(['tokenizer', 'processor'])('gives the ids of the reference for every text: %s', async (folder) => {
    const tokenizer = await tokenizerIn(folder);
    const texts = golden.said('texts') as string[];
    for (const [index, text] of texts.entries()) expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(golden.integers(`ids.${index}`));
    expect(texts.length).toBeGreaterThan(30);
  });

  it('differs from it only where a text says special tokens', async () => {
    const tokenizer = await tokenizerIn('tokenizer');
    const special = golden.said('special') as string[];
    const specialIds = new Set(Object.values(golden.said('idsOfSpecial') as Record<string, number>));
    for (const [index, text] of special.entries()) {
      expect(golden.integers(`special.${index}`).some((id) => specialIds.has(id)), text).toBe(true);
      expect(tokenizer.encode(text).some((id) => specialIds.has(id)), text).toBe(false);
    }
  });

  it('makes a prompt longer than the instruction that is dropped', async () => {
    const prompt = editPrompt(await tokenizerIn('tokenizer'), '', []);
    expect(prompt.ok && prompt.value.ids.length).toBeGreaterThan(instructionTokens);
  });
});
