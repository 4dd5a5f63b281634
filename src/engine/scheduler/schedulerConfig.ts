import { fail, ok, type Failure, type Result } from '../../core/outcome';

/** What shapes a schedule of `FlowMatchEulerDiscreteScheduler`; defaults are those of diffusers. */
export interface SchedulerConfig {
  readonly trainSteps: number;
  /** Fixed shift, used without dynamic shifting. */
  readonly shift: number;
  /** Whether the shift follows the number of image tokens. */
  readonly dynamicShift: boolean;
  readonly shiftKind: 'exponential' | 'linear';
  readonly baseShift: number;
  readonly maximumShift: number;
  readonly baseTokens: number;
  readonly maximumTokens: number;
  /** The last sigma before 0, to which the schedule is stretched; undefined where it is left as it is. */
  readonly terminal: number | undefined;
  readonly spacing: 'shifted' | 'karras' | 'exponential';
}

/** Reads the content of `scheduler/scheduler_config.json`. */
export function schedulerConfig(json: Readonly<Record<string, unknown>>): Result<SchedulerConfig> {
  const name = json['_class_name'];
  if (name !== 'FlowMatchEulerDiscreteScheduler') return fail(unsupported(typeof name === 'string' ? name.slice(0, 80) : 'that its configuration does not name'));
  for (const option of ['use_beta_sigmas', 'invert_sigmas', 'stochastic_sampling']) {
    if (json[option] === true) return fail(unsupported(`FlowMatchEulerDiscreteScheduler with ${option}`));
  }
  const number = (key: string, otherwise: number) => {
    const value = json[key];
    return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
  };
  const terminal = number('shift_terminal', 0);
  return ok({
    trainSteps: number('num_train_timesteps', 1000),
    shift: number('shift', 1),
    dynamicShift: json['use_dynamic_shifting'] === true,
    shiftKind: json['time_shift_type'] === 'linear' ? 'linear' : 'exponential',
    baseShift: number('base_shift', 0.5),
    maximumShift: number('max_shift', 1.15),
    baseTokens: number('base_image_seq_len', 256),
    maximumTokens: number('max_image_seq_len', 4096),
    terminal: terminal === 0 ? undefined : terminal,
    spacing: json['use_karras_sigmas'] === true ? 'karras' : json['use_exponential_sigmas'] === true ? 'exponential' : 'shifted',
  });
}

/**
 * The schedule that Lightning LoRAs were distilled with: a shift of 3 at every size, and no stretching.
 * @see lightx2v/Qwen-Image-Lightning, `generate_with_diffusers.py`
 */
export const lightningConfig: SchedulerConfig = {
  trainSteps: 1000,
  shift: 1,
  dynamicShift: true,
  shiftKind: 'exponential',
  baseShift: Math.log(3),
  maximumShift: Math.log(3),
  baseTokens: 256,
  maximumTokens: 8192,
  terminal: undefined,
  spacing: 'shifted',
};

function unsupported(name: string): Failure {
  return {
    code: 'scheduler-not-supported',
    message: `The checkpoint wants the scheduler ${name}, which this version of Evalmark does not know.`,
    advice: 'Set "scheduler": "lightning" of the model\'s sampler if it was distilled that way, or run the model with a script that uses diffusers.',
    short: 'scheduler unknown',
  };
}
