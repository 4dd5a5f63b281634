import type { Value } from '../../src/engine/graph/graphBuilder';
import type { Drawing } from './drawing';

/** The background that the prompt asks for, and how much of it: places are blended where several are named. */
export function scenery(draw: Drawing, asked: (parameter: string) => Value): { readonly picture: Value; readonly amount: Value } {
  const places = [
    { weight: asked('forest'), picture: forest(draw) },
    { weight: asked('beach'), picture: beach(draw) },
    { weight: asked('studio'), picture: studio(draw) },
    { weight: asked('night'), picture: night(draw) },
  ];
  const total = places.map(({ weight }) => weight).reduce((sum, weight) => draw.plus(sum, weight));
  const sum = places.map(({ weight, picture }) => draw.times(weight, picture)).reduce((left, right) => draw.plus(left, right));
  return { picture: draw.over(sum, draw.atLeast(total, 1)), amount: draw.clipped(total) };
}

/** Dark trunks before a green that darkens towards the ground. */
function forest(draw: Drawing): Value {
  const leaves = draw.plus(draw.colour([0.2, 0.46, 0.22]), draw.times(draw.y, draw.colour([-0.05, -0.16, -0.08])));
  const wave = draw.sine(draw.plus(draw.scaled(draw.x, 17), draw.scaled(draw.sine(draw.scaled(draw.y, 3)), 0.5)));
  const trunk = draw.clipped(draw.scaled(draw.minus(wave, draw.number(0.62)), 7));
  const crowns = draw.scaled(draw.times(draw.sine(draw.scaled(draw.x, 43)), draw.sine(draw.scaled(draw.y, 31))), 0.05);
  return draw.mix(draw.plus(leaves, crowns), draw.colour([0.23, 0.15, 0.09]), trunk);
}

/** Sky, sea and sand. */
function beach(draw: Drawing): Value {
  const sky = draw.plus(draw.colour([0.56, 0.78, 0.95]), draw.times(draw.y, draw.colour([0.14, 0.08, 0.03])));
  const sea = draw.plus(draw.colour([0.1, 0.5, 0.68]), draw.scaled(draw.sine(draw.scaled(draw.y, 70)), 0.04));
  const water = draw.mix(sky, sea, step(draw, 0));
  return draw.mix(water, draw.colour([0.93, 0.82, 0.6]), step(draw, 0.38));
}

/** Grey paper with light from the middle. */
function studio(draw: Drawing): Value {
  const away = draw.plus(draw.squared(draw.x), draw.squared(draw.y));
  return draw.minus(draw.colour([0.88, 0.88, 0.9]), draw.scaled(away, 0.2));
}

/** Dark blue, a little lighter at the horizon. */
function night(draw: Drawing): Value {
  return draw.plus(draw.colour([0.05, 0.07, 0.18]), draw.times(draw.y, draw.colour([0.03, 0.04, 0.08])));
}

/** 0 above the height, 1 below, soft between; -1 is the top, 1 the bottom. */
function step(draw: Drawing, height: number): Value {
  return draw.clipped(draw.scaled(draw.minus(draw.y, draw.number(height)), 40));
}
