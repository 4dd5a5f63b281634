import { endFeature, promptWidth } from './analyticTextEncoder';
import { lights, places, turns, wishes, type Wish } from './analyticWords';
import { latentMeans, latentSpreads } from './autoencoderLayout';
import { effects, type Effect } from './analyticEffects';
import { toBfloat16 } from './halfFloats';
import type { MadeTensor } from './madeTensor';
import { transformerLayout, type TransformerSize } from './transformerLayout';
import { WeightSheet } from './weightSheet';

export const analyticTransformerSize: TransformerSize = { layers: 2, heads: 6, headWidth: 32, joint: promptWidth, axes: [8, 12, 12] };

/**
 * A transformer whose weights are worked out instead of learned. Block 0 reads the prompt: image tokens attend to the
 * tokens that ask for something, and to what lies at the picture's sides. Block 1 copies the first reference token by
 * token, shifted when the prompt asks for a turn, and its feed-forward changes the colours. What leaves is
 * `(x - edited) / sigma`, so that any schedule arrives at the edited picture.
 */
export function analyticTransformer(): MadeTensor[] {
  const sheet = new WeightSheet(transformerLayout(analyticTransformerSize));
  enter(sheet);
  readPrompt(sheet);
  decide(sheet);
  copyReference(sheet);
  changeColours(sheet);
  leave(sheet);
  return sheet.all();
}

const { heads, headWidth } = analyticTransformerSize;
const width = heads * headWidth;

/** Features of an image token, each at an index of the residual stream. */
export const stream = {
  /** The 64 features of the latents as they came in. */
  latents: 0,
  /** The 64 features of the edited reference. */
  edited: 64,
  /** Share of attention that went to each wish's words. */
  asked: 128,
  /** How near the left, right and upper side is. */
  sides: 128 + wishes.length,
  /** 0 or 1 for each effect. */
  switches: 128 + wishes.length + 3,
  /** Minus the sum of the others, so that a LayerNorm has no mean to take away. */
  balance: width - 3,
  /** Two constants, one minus the other, so large that a LayerNorm divides by nearly the same number everywhere. */
  constants: width - 2,
} as const;

const constant = 300;
/** What a LayerNorm divides by, and weights multiply with again. */
export const normScale = constant * Math.sqrt(2 / width);

function enter(sheet: WeightSheet): void {
  for (let feature = 0; feature < 64; feature++) {
    sheet.weight('img_in', stream.latents + feature, feature, 1);
    sheet.weight('img_in', stream.balance, feature, -1);
  }
  for (const layer of ['img_in', 'txt_in']) {
    sheet.bias(layer, stream.constants, constant);
    sheet.bias(layer, stream.constants + 1, -constant);
  }
  for (let feature = 0; feature <= endFeature + 1; feature++) {
    sheet.weight('txt_in', feature, feature, 1 / Math.sqrt(promptWidth));
    sheet.weight('txt_in', stream.balance, feature, -1 / Math.sqrt(promptWidth));
  }
  // The third of six vectors is the gate after the attention, the sixth the one after the feed-forward.
  for (const block of [0, 1]) {
    for (let feature = 0; feature < width; feature++) {
      for (const gate of [2, 5]) sheet.bias(`transformer_blocks.${block}.img_mod.1`, gate * width + feature, 1);
    }
  }
}

/** Pairs of a head's features that turn together, by the axis that turns them: 4 for the frame, 6 for the row, 6 for the column. */
const axes = [
  { first: 0, count: 4 },
  { first: 4, count: 6 },
  { first: 10, count: 6 },
] as const;

/** Turns per token, in radians. */
function frequency(axis: 0 | 1 | 2, pair: number): number {
  return 10000 ** (-pair / axes[axis].count);
}

/** Turns so slowly that a token's place hardly matters. */
const slowPair = axes[1].first + 5;
/** As slow; holds the part of a key that no query looks at. */
const unseenPair = axes[2].first + 5;
const columnRamp = axes[2].first + 3;
const rowRamp = axes[1].first + 3;

/** Logit of a word that is looked for; minus that of all others. */
const wordLogit = 60;
/** Of the end of the turn, which is looked at when no word is there. Its share of 60. */
const restShare = 0.4;
/** Rise of a ramp's logit from one column to the next; the more, the sharper the side. */
const rampSlope = 0.8;
/** Logit against which a ramp is weighed: the higher, the wider the side. */
const sideLogit = 8.6;

export const wordHeads: readonly (readonly Wish[])[] = [turns, places, lights];
const sideHeads = [
  { pair: columnRamp, direction: -1 },
  { pair: columnRamp, direction: 1 },
  { pair: rowRamp, direction: -1 },
] as const;

function readPrompt(sheet: WeightSheet): void {
  const attention = 'transformer_blocks.0.attn';
  wordHeads.forEach((sought, head) => readWords(sheet, attention, head, sought));
  sideHeads.forEach(({ pair, direction }, index) => findSide(sheet, attention, wordHeads.length + index, index, pair, direction));
  const root = Math.sqrt(headWidth);
  for (const feature of [2 * slowPair, 2 * slowPair + 1, 2 * unseenPair, 2 * unseenPair + 1]) {
    sheet.vector(`${attention}.norm_k.weight`, feature, wordLogit / root);
    sheet.vector(`${attention}.norm_added_k.weight`, feature, wordLogit / root);
  }
  const ramp = rampSlope / frequency(2, 3) / root;
  for (const pair of [columnRamp, rowRamp]) for (const feature of [2 * pair, 2 * pair + 1]) sheet.vector(`${attention}.norm_k.weight`, feature, ramp);
}

/** Every token that holds a sought word pulls all attention of the head; without one the end of the turn does. */
function readWords(sheet: WeightSheet, attention: string, head: number, sought: readonly Wish[]): void {
  const slow = head * headWidth + 2 * slowPair;
  const unseen = head * headWidth + 2 * unseenPair;
  sheet.bias(`${attention}.to_q`, slow, 1);
  sheet.bias(`${attention}.to_k`, slow, -1);
  sheet.bias(`${attention}.add_k_proj`, slow, -1);
  sheet.bias(`${attention}.add_q_proj`, slow, 1);
  sheet.weight(`${attention}.add_k_proj`, slow, endFeature, (1 + restShare) * normScale);
  sheet.weight(`${attention}.add_k_proj`, unseen, endFeature, Math.sqrt(1 - restShare ** 2) * normScale);
  for (const wish of sought) {
    const feature = wishes.indexOf(wish);
    sheet.weight(`${attention}.add_k_proj`, slow, feature, 2 * normScale);
    sheet.weight(`${attention}.add_v_proj`, head * headWidth + feature, feature, normScale);
    write(sheet, `${attention}.to_out.0`, stream.asked + feature, head * headWidth + feature, 1);
  }
}

/**
 * Logits that rise with the column make the sum over all image tokens fall by the same factor from one column to the
 * next. Weighed against the end of the turn, whose logit is the same everywhere, the share of the latter is a sigmoid of
 * the column: near 1 at one side, 0 in the middle.
 */
function findSide(sheet: WeightSheet, attention: string, head: number, index: number, pair: number, direction: 1 | -1): void {
  const ramp = head * headWidth + 2 * pair;
  const slow = head * headWidth + 2 * slowPair;
  const share = sideLogit / wordLogit;
  sheet.bias(`${attention}.to_q`, ramp + 1, direction * Math.sqrt(1 - share ** 2));
  sheet.bias(`${attention}.to_q`, slow, share);
  sheet.bias(`${attention}.to_k`, ramp, 1);
  sheet.bias(`${attention}.add_q_proj`, slow, 1);
  sheet.bias(`${attention}.add_k_proj`, slow, -1);
  sheet.weight(`${attention}.add_k_proj`, slow, endFeature, 2 * normScale);
  sheet.weight(`${attention}.add_v_proj`, head * headWidth, endFeature, normScale);
  write(sheet, `${attention}.to_out.0`, stream.sides + index, head * headWidth, 1);
}

/** Block 0's feed-forward: a switch for each effect, from the words and, for places, the sides. */
function decide(sheet: WeightSheet): void {
  const layer = 'transformer_blocks.0.img_mlp';
  effects.forEach((effect, index) => {
    const inputs: [number, number][] = [[stream.asked + wishes.indexOf(effect.wish), effect.where === 'everywhere' ? 10 : 24]];
    if (effect.where === 'sides') for (const side of [0, 1, 2]) inputs.push([stream.sides + side, 12]);
    const threshold = effect.where === 'everywhere' ? 1.5 : 29.5;
    // The difference of two steps that begin 1 apart rises from 0 to 1 and stays there.
    [0, 1].forEach((begin) => {
      const unit = 2 * index + begin;
      for (const [feature, weight] of inputs) sheet.weight(`${layer}.net.0.proj`, unit, feature, sharpness * weight * normScale);
      sheet.bias(`${layer}.net.0.proj`, unit, -sharpness * (threshold + begin));
      write(sheet, `${layer}.net.2`, stream.switches + index, unit, (begin === 0 ? 1 : -1) / sharpness);
    });
  });
}

/** GELU of twenty times a number is nearly a step's ramp. */
const sharpness = 20;

/** Largest logit of the copy: the right token against its neighbour is a factor of e^15. */
const copyLogit = 500;
/** Heads that carry the 64 features. */
export const copyHeads = [0, 1];

function copyReference(sheet: WeightSheet): void {
  const attention = 'transformer_blocks.1.attn';
  const still = copyQuery(0);
  for (const head of copyHeads) {
    still.forEach((value, feature) => sheet.bias(`${attention}.to_q`, head * headWidth + feature, value));
    for (const [wish, columns] of [['left', -baseTurn], ['right', baseTurn]] as const) {
      copyQuery(columns).forEach((value, feature) => {
        sheet.weight(`${attention}.to_q`, head * headWidth + feature, stream.asked + wishes.indexOf(wish), (value - (still[feature] ?? 0)) * normScale);
      });
    }
    for (let pair = 0; pair < headWidth / 2; pair++) {
      sheet.bias(`${attention}.to_k`, head * headWidth + 2 * pair, 1);
      sheet.bias(`${attention}.add_q_proj`, head * headWidth + 2 * pair, 1);
      sheet.bias(`${attention}.add_k_proj`, head * headWidth + 2 * pair, -1);
    }
  }
  sheet.fill(`${attention}.norm_k.weight`, copyLogit / Math.sqrt(headWidth));
  sheet.fill(`${attention}.norm_added_k.weight`, copyLogit / Math.sqrt(headWidth));
  for (let feature = 0; feature < 64; feature++) {
    sheet.weight(`${attention}.to_v`, feature, stream.latents + feature, normScale);
    write(sheet, `${attention}.to_out.0`, stream.edited + feature, feature, 1);
  }
}

/** Columns of tokens (16 pixels each) that the picture moves by when a turn is asked for. */
export const baseTurn = 2;

/** The query that finds the token of the next frame, some columns further right. Fit for any head of block 1. */
export function copyQuery(columns: number): number[] {
  const offsets = [1, 0, columns] as const;
  return offsets.flatMap((offset, axis) =>
    Array.from({ length: axes[axis as 0 | 1 | 2].count }, (_, pair) => frequency(axis as 0 | 1 | 2, pair) * offset).flatMap((angle) => [Math.cos(angle), Math.sin(angle)]),
  );
}

/**
 * Block 1's feed-forward: `gelu(4z + u) - gelu(u)` is `4z` where the switch makes u large, and 0 where it makes -u large.
 * So a switch multiplies, channel by channel, what the attention has copied.
 */
function changeColours(sheet: WeightSheet): void {
  const layer = 'transformer_blocks.1.img_mlp';
  let unit = 0;
  const switched = (index: number) => {
    sheet.weight(`${layer}.net.0.proj`, unit, stream.switches + index, 24 * normScale);
    sheet.bias(`${layer}.net.0.proj`, unit, -12);
    return unit++;
  };
  effects.forEach((effect, index) => {
    const alone = switched(index);
    const minus = new Map<number, number>();
    const add = (feature: number, of: number, amount: number) => {
      write(sheet, `${layer}.net.2`, feature, of, amount);
      minus.set(feature, (minus.get(feature) ?? 0) - amount);
    };
    const always = switched(index);
    sheet.bias(`${layer}.net.0.proj`, always, -12 + 4);
    for (let feature = 0; feature < 64; feature++) {
      const { gain, offset } = latentChange(effect, Math.floor(feature / 4));
      if (offset !== 0) add(stream.edited + feature, always, offset / 4);
      if (gain === 1) continue;
      const scaled = switched(index);
      sheet.weight(`${layer}.net.0.proj`, scaled, stream.edited + feature, 4 * normScale);
      add(stream.edited + feature, scaled, (gain - 1) / 4);
    }
    for (const [feature, amount] of minus) write(sheet, `${layer}.net.2`, feature, alone, amount);
  });
}

/** The change of a normalised latent when the colour that it holds is multiplied by a gain and moved by an offset. */
export function latentChange({ gain, offset }: Pick<Effect, 'gain' | 'offset'>, channel: number): { readonly gain: number; readonly offset: number } {
  const mean = latentMeans[channel] ?? 0;
  const spread = latentSpreads[channel] ?? 1;
  const [red, green, blue] = gain;
  const factor = gain[channel] ?? 0.3 * red + 0.59 * green + 0.11 * blue;
  return { gain: factor, offset: ((factor - 1) * mean + (offset[channel] ?? 0)) / spread };
}

/** A little less than all noise is taken away, so that another seed gives another grain. */
const strength = 0.98;

function leave(sheet: WeightSheet): void {
  for (let feature = 0; feature < 64; feature++) {
    sheet.weight('proj_out', feature, stream.latents + feature, strength * normScale);
    sheet.weight('proj_out', feature, stream.edited + feature, -strength * normScale);
  }
  divideBySigma(sheet);
}

/**
 * The output norm multiplies by 1 / sigma: a convex curve, drawn as a sum of ramps that begin at knots. The slowest sine
 * of the time embedding, sin(sigma / 9.3), stands for sigma. Below the last knot, at 0.05, the curve stays level: some
 * grain is left by schedules that end lower.
 */
function divideBySigma(sheet: WeightSheet): void {
  const slowest = 1000 * 10000 ** (-127 / 128);
  const steepness = 32768;
  const [first, second] = ['time_text_embed.timestep_embedder.linear_1', 'time_text_embed.timestep_embedder.linear_2'];
  const biases = toBfloat16(Float32Array.from({ length: 15 }, (_, index) => steepness * Math.sin(slowest * 0.8 ** index)));
  // The stored bias has 8 bits: the knot is where the stored one puts it.
  const knots = Array.from({ length: 15 }, (_, index) => fromBfloat16(biases.readUInt16LE(index * 2)));
  let slope = 0;
  knots.forEach((knot, index) => {
    const next = knots[index + 1];
    if (next === undefined) return;
    sheet.weight(first, index, 255, -steepness);
    sheet.bias(first, index, knot);
    const [sigma, nextSigma] = [knot, next].map((each) => Math.asin(Math.min(each / steepness, 1)) / slowest) as [number, number];
    const wanted = (1 / nextSigma - 1 / sigma) / (knot - next);
    // silu(u) - silu(-u) = u: a pair of units of opposite sign passes through the next activation unchanged.
    for (const [row, sign] of [[0, 1], [1, -1]] as const) sheet.weight(second, row, index, sign * (wanted - slope));
    slope = wanted;
  });
  for (let feature = 0; feature < width; feature++) {
    sheet.weight('norm_out.linear', feature, 0, 1);
    sheet.weight('norm_out.linear', feature, 1, -1);
  }
}

function fromBfloat16(bits: number): number {
  return new Float32Array(new Uint32Array([bits << 16]).buffer)[0] ?? 0;
}

/** Into a feature of the stream, and the opposite into the balance. */
function write(sheet: WeightSheet, layer: string, feature: number, column: number, amount: number): void {
  sheet.weight(layer, feature, column, amount);
  sheet.add(layer, stream.balance, column, -amount);
}
