import type { EditProgress } from '../../../core/evaluation/inference';
import type { Schedule } from '../../scheduler/flowMatchEuler';
import { eulerStep } from '../../scheduler/flowMatchEuler';
import type { ImageShape } from '../../models/qwenImageTransformer/positions';
import type { LayerChanges } from '../../models/qwenImageTransformer/qwenImageTransformer';
import type { Modulation } from '../../models/qwenImageTransformer/modulation';
import { guided } from './guidance';
import type { SourceLatents } from './encodings';
import type { Denoiser } from './onnxTransformer';
import type { Previews } from './preview';

export interface SamplingJob {
  readonly transformer: Denoiser;
  readonly schedule: Schedule;
  /** One for each step. */
  readonly modulations: readonly Modulation[];
  /** Packed noise of the picture that is made. */
  readonly noise: Float32Array;
  /** Rows and columns of its tokens. */
  readonly grid: readonly [number, number];
  readonly sources: readonly SourceLatents[];
  /** `[tokens, joint]`, and of the negative prompt where there is guidance. */
  readonly prompt: Float32Array;
  readonly negative: { readonly prompt: Float32Array; readonly guidance: number } | undefined;
  readonly loras: LayerChanges | undefined;
  /** Shows how far the picture is, where that was asked for. */
  readonly previews: Previews | undefined;
  readonly signal: AbortSignal;
  progress(report: EditProgress): void;
}

/**
 * From noise to packed latents, step by step. Between two steps the process listens, so that a cancelled edit stops there.
 * @throws the signal's reason
 */
export async function sample({ transformer, schedule, modulations, noise, grid, sources, prompt, negative, loras, previews, signal, progress }: SamplingJob): Promise<Float32Array> {
  const steps = modulations.length;
  const features = noise.length / (grid[0] * grid[1]);
  const imageShapes: readonly ImageShape[] = [grid, ...sources.map((source) => source.grid)].map(([rows, columns]) => [1, rows, columns]);
  let latents = noise;
  const pace = new Pace(steps);
  let preview: Uint8Array | undefined;
  for (const [step, modulation] of modulations.entries()) {
    progress({ stage: 'sampling', step, steps, ...pace.left(step), ...(preview ? { preview } : {}) });
    await listen();
    signal.throwIfAborted();
    const input = { latents: joined([latents, ...sources.map(({ tokens }) => tokens)]), imageShapes, modulation, signal, ...(loras ? { loras } : {}) };
    const prompts = negative ? [prompt, negative.prompt] : [prompt];
    const [positive, other] = await transformer.predictAll(prompts.map((embeddings) => ({ ...input, prompt: embeddings })));
    if (!positive) throw new Error('The transformer predicted nothing.');
    const velocity = negative && other ? guided(positive, other, negative.guidance, features) : positive;
    const next = schedule.sigmas[step + 1] ?? 0;
    latents = eulerStep(latents, velocity, schedule.sigmas[step] ?? 0, next);
    // Straight on from here to where no noise is left.
    preview = await previews?.after(step + 1, steps, eulerStep(latents, velocity, next, 0), grid);
  }
  progress({ stage: 'sampling', step: steps, steps, secondsLeft: 0 });
  return latents;
}

/** Time left from the steps that are done. The first one is slower: kernels are chosen and memory is reserved. */
class Pace {
  private readonly began = performance.now();
  private afterFirst = 0;

  constructor(private readonly steps: number) {}

  left(done: number): { readonly secondsLeft?: number } {
    const now = performance.now();
    if (done <= 1) this.afterFirst = now;
    if (done === 0) return {};
    const each = done === 1 ? now - this.began : (now - this.afterFirst) / (done - 1);
    return { secondsLeft: Math.round((each * (this.steps - done)) / 100) / 10 };
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Lets messages in: a step blocks this thread. */
function listen(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
