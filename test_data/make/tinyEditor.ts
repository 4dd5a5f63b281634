import { GraphBuilder, type Value } from '../../src/engine/graph/graphBuilder';
import { Drawing } from './drawing';
import { scenery } from './scenery';
import { promptParameters } from './promptParameters';

/** How strongly an editor follows each kind of instruction, and what it damages on the way; 0 not at all, 1 fully. */
export interface EditorTraits {
  readonly background: number;
  readonly light: number;
  readonly turn: number;
  /** Loss of fine detail everywhere. */
  readonly smear: number;
  /** How far the middle of the picture is protected from edits. */
  readonly keepFace: number;
  /** Light that falls from one side instead of evenly. */
  readonly directional: number;
  /** Factor for red, green and blue that every output gets. */
  readonly cast: readonly [number, number, number];
}

/**
 * An image-to-image model without learned weights: a colour key finds the background, a warp turns the camera, gains
 * change the light. What is done, and how much, comes from the words of the prompt.
 */
export function tinyEditor(name: string, traits: EditorTraits): Uint8Array {
  const graph = new GraphBuilder(`tiny-editor-${name}`, 20).useOperators('ai.onnx.ml', 3);
  const image = graph.input('image', 'float32', [1, 3, 'height', 'width']);
  const prompt = graph.input('prompt', 'string', [1]);
  const seed = graph.input('seed', 'int64', [1]);
  const draw = new Drawing(graph, image);
  const asked = promptParameters(graph, prompt);

  const mask = graph.scope('background', () => backgroundMask(draw, image));
  const keep = graph.scope('keep', () => draw.scaled(faceMask(draw, 0.6, 0.75, 2), traits.keepFace));
  const placed = graph.scope('background', () => {
    const { picture, amount } = scenery(draw, asked);
    return draw.mix(image, picture, draw.times(mask, draw.scaled(amount, traits.background)));
  });
  const turned = graph.scope('camera', () => turn(draw, placed, draw.scaled(asked('turn'), traits.turn)));
  const lit = graph.scope('light', () => relight(draw, turned, asked, traits));
  const smeared = graph.scope('smear', () => draw.mix(lit, draw.blurred(lit, 5), draw.number(traits.smear)));
  const cast = draw.times(smeared, draw.colour(traits.cast));
  const kept = graph.scope('keep', () => draw.mix(cast, image, keep));
  const dithered = graph.scope('dither', () => draw.plus(kept, dither(graph, draw, seed)));
  graph.output('output', draw.clipped(dithered), 'float32', [1, 3, 'height', 'width']);
  return graph
    .describe('evalmark.range', '0..1')
    .describe('evalmark.layout', 'NCHW')
    .describe('evalmark.about', `The sample's "${name}" editor: no learned weights, a few words of English.`)
    .build();
}

/** 1 where the colour is near that of the picture's left and right edge in the same row. */
function backgroundMask(draw: Drawing, image: Value): Value {
  const left = draw.columns(image, 0, 8);
  const right = draw.columns(image, -8, Number.MAX_SAFE_INTEGER);
  const edge = draw.mix(left, right, draw.scaled(draw.plus(draw.x, draw.number(1)), 0.5));
  const distance = draw.overColours('ReduceMax', draw.absolute(draw.minus(image, edge)));
  const near = draw.clipped(draw.scaled(draw.minus(draw.number(0.14), distance), 16));
  const person = faceMask(draw, 0.36, 0.46, 6);
  return draw.blurred(draw.times(near, draw.minus(draw.number(1), person)), 5);
}

/** 1 in an ellipse in the upper middle, falling to 0 at its rim. */
function faceMask(draw: Drawing, width: number, height: number, hardness: number): Value {
  const across = draw.squared(draw.scaled(draw.x, 1 / width));
  const along = draw.squared(draw.scaled(draw.plus(draw.y, draw.number(0.17)), 1 / height));
  const inside = draw.minus(draw.number(1), draw.plus(across, along));
  return draw.clipped(draw.scaled(inside, hardness));
}

/** The camera goes around the person: what is in the middle moves against the frame, and the sides scale unequally. */
function turn(draw: Drawing, image: Value, amount: Value): Value {
  const middle = draw.minus(draw.number(1), draw.squared(draw.x));
  const x = draw.plus(draw.x, draw.times(amount, draw.scaled(middle, 0.3)));
  const y = draw.times(draw.y, draw.plus(draw.number(1), draw.times(amount, draw.scaled(draw.x, 0.16))));
  return draw.sampled(image, x, y);
}

function relight(draw: Drawing, image: Value, asked: (parameter: string) => Value, { light, directional }: EditorTraits): Value {
  const even = draw.scaled(asked('even'), light);
  const brightness = draw.overColours('ReduceMean', image);
  const local = draw.coarse(brightness, 48);
  const evened = draw.plus(image, draw.times(even, draw.scaled(draw.minus(draw.number(0.6), local), 0.7)));
  const side = draw.plus(draw.number(1), draw.scaled(draw.plus(draw.x, draw.scaled(draw.y, -0.4)), -0.4 * directional));
  const gains = draw.stack([asked('red'), asked('green'), asked('blue')]);
  const factor = draw.plus(draw.number(1), draw.times(draw.scaled(gains, light), side));
  return draw.clipped(draw.times(evened, factor));
}

/** Noise of about one level of 255, another for each seed. */
function dither(graph: GraphBuilder, draw: Drawing, seed: Value): Value {
  const small = graph.op('Mod', [seed, graph.integers('period', [9973])]);
  const phase = draw.reshaped(graph.op('Cast', [small], { attributes: { to: 1 } }));
  const wave = draw.plus(draw.plus(draw.scaled(draw.column, 12.9898), draw.scaled(draw.row, 78.233)), draw.scaled(phase, 0.7548777));
  const scattered = draw.scaled(draw.sine(wave), 437.585);
  const fraction = draw.minus(scattered, draw.floor(scattered));
  return draw.scaled(draw.minus(fraction, draw.number(0.5)), 0.008);
}
