import { wishes, tokensOf } from './analyticWords';
import type { MadeTensor } from './madeTensor';
import { textEncoderLayout, type TextEncoderSize } from './textEncoderLayout';
import type { MadeTokenizer } from './tokenizerFiles';
import { WeightSheet } from './weightSheet';

export function analyticTextEncoderSize(vocabulary: number): TextEncoderSize {
  return {
    hidden: promptWidth, layers: 1, heads: 2, keyHeads: 1, inner: 32, vocabulary, sections: [2, 3, 3],
    vision: { hidden: 32, layers: 1, heads: 2, inner: 32, wholeBlocks: [0] },
  };
}

/** Features of a prompt embedding: one for each wish, one for the end of the user's turn, one for every other token. */
export const promptWidth = 32;
export const endFeature = wishes.length;
const otherFeature = wishes.length + 1;

/**
 * A Qwen2.5-VL that hands its token embeddings through: no attention and no feed-forward adds anything, so that after
 * the last norm each token is its own feature times the root of the width. Picture tokens come out as zeros.
 */
export function analyticTextEncoder(tokenizer: MadeTokenizer): MadeTensor[] {
  const sheet = new WeightSheet(textEncoderLayout(analyticTextEncoderSize(tokenizer.size)));
  const table = 'model.embed_tokens';
  const meaning = new Map(wishes.flatMap((wish, feature) => tokensOf(wish).map((token) => [tokenizer.vocabulary.get(token), feature] as const)));
  meaning.set(tokenizer.known.turnEnd, endFeature);
  for (let id = 0; id < tokenizer.size; id++) sheet.weight(table, id, meaning.get(id) ?? otherFeature, 1);
  return sheet.all();
}
