import type { NumberTensor } from '../../graph/graphSession';
import type { EditPrompt } from '../../text/editPrompt';
import type { DecoderConfig } from './config';
import type { MergedGrid } from './visionInput';

/** What the decoder is fed with, besides the pictures' tokens. */
export interface DecoderInput {
  /** `[tokens]`; for tokens of pictures any. */
  readonly ids: NumberTensor;
  /** For each token its row when the pictures' tokens follow the embeddings of all ids. */
  readonly rows: NumberTensor;
  /** `[1, tokens, features of a head / 2]` */
  readonly cos: NumberTensor;
  readonly sin: NumberTensor;
}

export function decoderInput(prompt: EditPrompt, grids: readonly MergedGrid[], config: DecoderConfig): DecoderInput {
  const { ids } = prompt;
  return {
    ids: { data: BigInt64Array.from(ids, BigInt), dims: [ids.length] },
    rows: { data: BigInt64Array.from(sourceRows(prompt), BigInt), dims: [ids.length] },
    ...rotaryTables(tokenPlaces(prompt, grids), config),
  };
}

function sourceRows({ ids, pictures }: EditPrompt): readonly number[] {
  const rows = ids.map((_, index) => index);
  let next = ids.length;
  for (const { start, length } of pictures) for (let index = start; index < start + length; index++) rows[index] = next++;
  return rows;
}

/** Time, row and column. */
type Place = readonly [number, number, number];

/**
 * Where each token is (transformers, `get_rope_index`): words one after the other on all three axes; a picture's tokens
 * share one time and have their rows and columns; what follows goes on behind the longer side.
 *
 * diffusers 0.42 with transformers 5 forgets to say which tokens are a picture's, so that those get places like words.
 * The model was trained, and published, with theirs.
 */
export function tokenPlaces({ ids, pictures }: EditPrompt, grids: readonly MergedGrid[]): readonly Place[] {
  const places: Place[] = [];
  let next = 0;
  const words = (end: number) => {
    while (places.length < end) places.push([next, next, next++]);
  };
  for (const [index, { start, length }] of pictures.entries()) {
    words(start);
    const { rows, columns } = grids[index] ?? { rows: 0, columns: 0 };
    if (rows * columns !== length) throw new Error(`A picture of ${rows} by ${columns} tokens does not fill ${length}.`);
    for (let token = 0; token < length; token++) places.push([next, next + Math.floor(token / columns), next + (token % columns)]);
    next += Math.max(rows, columns);
  }
  words(ids.length);
  return places;
}

/** Each axis turns its own section of a head's pairs; in float32 step by step as in the reference. */
function rotaryTables(places: readonly Place[], { headFeatures, rotaryBase, sections }: DecoderConfig): { readonly cos: NumberTensor; readonly sin: NumberTensor } {
  const axisOfPair = sections.flatMap((pairs, section) => Array<number>(pairs).fill(section % 3));
  const frequencies = axisOfPair.map((_, pair) => Math.fround(1 / Math.fround(rotaryBase ** Math.fround((2 * pair) / headFeatures))));
  const angles = places.flatMap((place) => frequencies.map((frequency, pair) => Math.fround((place[axisOfPair[pair] ?? 0] ?? 0) * frequency)));
  const dims = [1, places.length, frequencies.length];
  return { cos: { data: Float32Array.from(angles, Math.cos), dims }, sin: { data: Float32Array.from(angles, Math.sin), dims } };
}
