import { effects } from './analyticEffects';
import { analyticTransformerSize, baseTurn, copyHeads, copyQuery, latentChange, normScale, stream, wordHeads } from './analyticTransformer';
import { lights, places, wishes, type Wish } from './analyticWords';
import { diffusersLora, kohyaLora, lightningLora, type LoraBranch } from './loraFiles';

/** LoRAs for the analytic checkpoint by name, each in another spelling. */
export function analyticLoras(): Readonly<Record<'angles' | 'face-keep' | 'relight', Buffer>> {
  return {
    angles: diffusersLora([branch(copyQueries, turnBy(5), 16), branch(wordValues, hear([...places, ...lights], -0.95), 16)], 'BF16'),
    'face-keep': lightningLora([branch(copyQueries, turnBy(0), 2, 1), branch(wordValues, hear(places, -0.12), 4, 2), branch(output, relight(-0.6), 8, 4)], 'F32'),
    relight: kohyaLora([branch(copyQueries, turnBy(1), 4, 8), branch(wordValues, hear(places, -0.9), 4, 4), branch(output, [...relight(0.7), ...sideLight(0.22)], 8, 8)], 'F16'),
  };
}

const copyQueries = 'transformer_blocks.1.attn.to_q';
const wordValues = 'transformer_blocks.0.attn.add_v_proj';
const output = 'proj_out';

const { heads, headWidth } = analyticTransformerSize;
const width = heads * headWidth;

/** What one input feature changes in the outputs: a rank of its own. */
interface Change {
  readonly input: number;
  readonly outputs: readonly (readonly [row: number, amount: number])[];
}

/** The picture moves by this many columns instead of the base's. */
function turnBy(columns: number): Change[] {
  return ([['left', -1], ['right', 1]] as const).map(([wish, direction]) => {
    const now = copyQuery(direction * baseTurn);
    const then = copyQuery(direction * columns);
    return {
      input: stream.asked + wishes.indexOf(wish),
      outputs: copyHeads.flatMap((head) => then.map((value, feature) => [head * headWidth + feature, (value - (now[feature] ?? 0)) * normScale] as const)),
    };
  });
}

/** Words are heard louder, or with a negative amount not at all. */
function hear(heard: readonly Wish[], amount: number): Change[] {
  return heard.map((wish) => {
    const head = wordHeads.findIndex((sought) => sought.includes(wish));
    const feature = wishes.indexOf(wish);
    return { input: feature, outputs: [[head * headWidth + feature, amount * normScale]] };
  });
}

/** A share of each light's offset in addition, or taken away. What the output layer adds is taken from the picture. */
function relight(share: number): Change[] {
  return effects.flatMap((effect, index) => {
    if (effect.where !== 'everywhere') return [];
    const offset = effect.offset.map((each) => each * share) as [number, number, number];
    return [{ input: stream.switches + index, outputs: colour(offset) }];
  });
}

/** Brighter at the left, darker at the right. */
function sideLight(amount: number): Change[] {
  return [1, -1].map((sign, side) => ({ input: stream.sides + side, outputs: colour([amount * sign, amount * sign, amount * sign]) }));
}

function colour(offset: readonly [number, number, number]): [number, number][] {
  return Array.from({ length: 12 }, (_, feature) => {
    const change = latentChange({ gain: [1, 1, 1], offset }, Math.floor(feature / 4));
    return [feature, -change.offset * normScale];
  });
}

/** @param rank at least as many as changes; the others stay zero. @param alpha of which the changes are `alpha / rank`. */
function branch(module: string, changes: readonly Change[], rank: number, alpha = rank): LoraBranch {
  const inputs = width;
  const outputs = module === output ? 64 : width;
  const down = new Float32Array(rank * inputs);
  const up = new Float32Array(outputs * rank);
  changes.forEach((change, index) => {
    down[index * inputs + change.input] = 1;
    for (const [row, amount] of change.outputs) up[row * rank + index] = (amount * rank) / alpha;
  });
  return { module, rank, alpha, down, up };
}
