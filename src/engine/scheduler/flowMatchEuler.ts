import type { SchedulerConfig } from './schedulerConfig';

export interface Schedule {
  /** Falling noise levels from about 1 to 0: one more than there are steps. */
  readonly sigmas: Float32Array;
  /** What the transformer is told for each step: sigma, by way of a timestep in float32 as diffusers rounds it. */
  readonly times: Float32Array;
}

/**
 * Sigmas of `FlowMatchEulerDiscreteScheduler.set_timesteps(sigmas=linspace(1, 1/steps, steps), mu=…)`, with float32
 * roundings where diffusers has them.
 * @param tokens image tokens of the picture to make: (height / 16) · (width / 16)
 */
export function flowMatchSchedule(config: SchedulerConfig, steps: number, tokens: number): Schedule {
  const even = Array.from({ length: steps }, (_, index) => fround(steps === 1 ? 1 : index === steps - 1 ? 1 / steps : 1 + (index * (1 / steps - 1)) / (steps - 1)));
  const shifted = even.map(shiftOf(config, tokens));
  const stretched = config.terminal === undefined ? shifted : stretchedTo(config.terminal, shifted);
  const sigmas = Float32Array.from([...spaced(config.spacing, stretched), 0]);
  const times = sigmas.subarray(0, steps).map((sigma) => fround(fround(sigma * config.trainSteps) / 1000));
  return { sigmas, times };
}

/** One Euler step: `latents + (next - sigma) · velocity` in float32. */
export function eulerStep(latents: Float32Array, velocity: Float32Array, sigma: number, next: number): Float32Array {
  const span = fround(next - sigma);
  return latents.map((value, index) => value + fround(span * (velocity[index] ?? 0)));
}

const { fround } = Math;

function shiftOf({ dynamicShift, shift, shiftKind, baseShift, maximumShift, baseTokens, maximumTokens }: SchedulerConfig, tokens: number): (sigma: number) => number {
  if (!dynamicShift) return (sigma) => fround(fround(shift * sigma) / fround(1 + fround(fround(shift - 1) * sigma)));
  const slope = (maximumShift - baseShift) / (maximumTokens - baseTokens);
  const mu = tokens * slope + (baseShift - slope * baseTokens);
  const factor = fround(shiftKind === 'exponential' ? Math.exp(mu) : mu);
  return (sigma) => fround(factor / fround(factor + fround(fround(1 / sigma) - 1)));
}

function stretchedTo(terminal: number, sigmas: readonly number[]): readonly number[] {
  const rest = sigmas.map((sigma) => fround(1 - sigma));
  const scale = fround((rest.at(-1) ?? 0) / fround(1 - terminal));
  // One step ends where it begins: there is nothing to stretch, and diffusers divides by 0.
  return scale === 0 ? sigmas : rest.map((value) => fround(1 - fround(value / scale)));
}

function spaced(spacing: SchedulerConfig['spacing'], sigmas: readonly number[]): readonly number[] {
  const first = sigmas[0] ?? 1;
  const last = sigmas.at(-1) ?? 1;
  const share = (index: number) => (sigmas.length === 1 ? 0 : index / (sigmas.length - 1));
  switch (spacing) {
    case 'shifted':
      return sigmas;
    case 'karras': {
      const rho = 7;
      return sigmas.map((_, index) => (first ** (1 / rho) + share(index) * (last ** (1 / rho) - first ** (1 / rho))) ** rho);
    }
    case 'exponential':
      return sigmas.map((_, index) => Math.exp(Math.log(first) + share(index) * (Math.log(last) - Math.log(first))));
  }
}
