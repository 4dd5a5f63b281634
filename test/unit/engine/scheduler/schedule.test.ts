import { describe, expect, it } from 'vitest';
import { eulerStep, flowMatchSchedule } from '../../../../src/engine/scheduler/flowMatchEuler';
import { lightningConfig, schedulerConfig, type SchedulerConfig } from '../../../../src/engine/scheduler/schedulerConfig';
import { sizeOfArea } from '../../../../src/engine/pipelines/qwenImageEditPlus/sizes';
import { Golden } from '../golden';

/** `scheduler_config.json` of Qwen-Image-Edit-2509. */
const qwen = {
  _class_name: 'FlowMatchEulerDiscreteScheduler', base_image_seq_len: 256, base_shift: 0.5, max_image_seq_len: 8192, max_shift: 0.9, num_train_timesteps: 1000,
  shift: 1, shift_terminal: 0.02, time_shift_type: 'exponential', use_dynamic_shifting: true,
};

function read(changes: Readonly<Record<string, unknown>> = {}): SchedulerConfig {
  const config = schedulerConfig({ ...qwen, ...changes });
  if (!config.ok) throw new Error(config.failure.message);
  return config.value;
}

describe('a schedule', () => {
  /** From diffusers 0.42.1, `set_timesteps(steps, sigmas=np.linspace(1, 1/steps, steps), mu=…)`; equal in every bit. */
  it.each([
    ['4 steps at 1024 x 1024', {}, 4, 4096, [1, 0.7667093276977539, 0.45561373233795166, 0.019999980926513672, 0]],
    ['4 steps at 256 x 256', {}, 4, 256, [1, 0.744611382484436, 0.4266734719276428, 0.019999980926513672, 0]],
    ['8 steps', {}, 8, 3096, [1, 0.9129476547241211, 0.8141827583312988, 0.7011709213256836, 0.5705899000167847, 0.41799694299697876, 0.23731452226638794, 0.019999980926513672, 0]],
    ['a linear shift', { time_shift_type: 'linear' }, 7, 3096, [1, 0.7766873836517334, 0.5839324593544006, 0.41586464643478394, 0.2680267095565796, 0.13697344064712524, 0.019999980926513672, 0]],
    ['a fixed shift', { use_dynamic_shifting: false, shift: 3, shift_terminal: null }, 10, 3096, [1, 0.964285671710968, 0.9230769872665405, 0.8749999403953552, 0.8181818127632141, 0.75, 0.6666666865348816, 0.5625, 0.4285714626312256, 0.25, 0]],
    ['Karras', { use_karras_sigmas: true }, 10, 3096, [1, 0.7109319567680359, 0.49666377902030945, 0.3403163552284241, 0.22820642590522766, 0.14936940371990204, 0.09513240307569504, 0.05873432755470276, 0.03499067947268486, 0.019999980926513672, 0]],
    ['exponential', { use_exponential_sigmas: true }, 10, 3096, [1, 0.6474787592887878, 0.4192287027835846, 0.27144166827201843, 0.17575271427631378, 0.11379614472389221, 0.073680579662323, 0.04770661145448685, 0.030889015644788742, 0.019999980926513672, 0]],
  ])('is that of diffusers: %s', (_name, changes, steps, tokens, sigmas) => {
    const schedule = flowMatchSchedule(read(changes), steps, tokens);
    expect([...schedule.sigmas]).toEqual(sigmas);
    expect(schedule.times).toHaveLength(steps);
    for (const [index, time] of schedule.times.entries()) expect(time).toBeCloseTo(sigmas[index]!, 6);
  });

  it('is that of the golden, at every size and in any number of steps', async () => {
    const golden = await Golden.read('schedules');
    for (const name of golden.names) {
      const [kind, first, second] = name.split('.');
      const schedule = kind === 'own' ? flowMatchSchedule(read(), Number(second), Number(first)) : flowMatchSchedule(lightningConfig, Number(first), 4096);
      expect(schedule.sigmas, name).toEqual(golden.floats(name));
    }
    for (const [name, size] of Object.entries(golden.said('sizes') as Record<string, readonly [number, number]>)) {
      const [width = 0, height = 0, area = 0] = name.split(/[:@]/).map(Number);
      expect(sizeOfArea(area, width, height), name).toEqual(size);
    }
  });

  it('of Lightning is shifted by 3 at every size', () => {
    for (const tokens of [256, 4096]) {
      expect([...flowMatchSchedule(lightningConfig, 4, tokens).sigmas]).toEqual([1, 0.8999999761581421, 0.75, 0.5, 0]);
      expect([...flowMatchSchedule(lightningConfig, 8, tokens).sigmas]).toEqual([1, 0.9545454978942871, 0.8999999761581421, 0.8333333730697632, 0.75, 0.6428570747375488, 0.5, 0.30000001192092896, 0]);
    }
  });

  it('of one step goes from noise to picture', () => {
    expect([...flowMatchSchedule(read(), 1, 4096).sigmas]).toEqual([1, 0]);
  });

  it('of another kind is refused by name', () => {
    expect(schedulerConfig({ _class_name: 'DDIMScheduler' })).toMatchObject({ ok: false, failure: { code: 'scheduler-not-supported', message: expect.stringContaining('DDIMScheduler') } });
    expect(schedulerConfig({ ...qwen, stochastic_sampling: true })).toMatchObject({ ok: false, failure: { message: expect.stringContaining('stochastic_sampling') } });
    expect(schedulerConfig({})).toMatchObject({ ok: false });
  });
});

it('an Euler step goes along the velocity, in float32', () => {
  expect([...eulerStep(Float32Array.of(1, -2), Float32Array.of(2, 2), 1, 0.75)]).toEqual([0.5, -2.5]);
  const { fround } = Math;
  const [moved] = eulerStep(Float32Array.of(0.1), Float32Array.of(0.3), 0.9, 0.7);
  expect(moved).toBe(fround(fround(0.1) + fround(fround(0.7 - 0.9) * fround(0.3))));
});
