import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RestTimer } from '../../../src/extension/plans/restTimer';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('works once when typing rests, and never between two keys', async () => {
  let calls = 0;
  const count = async () => {
    calls++;
  };
  const timer = new RestTimer(count);
  for (let key = 0; key < 50; key++) {
    timer.stir();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(calls).toBe(0);
  await vi.advanceTimersByTimeAsync(150);
  expect(calls).toBe(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(calls).toBe(1);
});

it('rests longer before work that takes longer, within reason', async () => {
  let takes = 200;
  const timer = new RestTimer(() => new Promise((resolve) => setTimeout(resolve, takes)));
  expect(timer.rest).toBe(150);
  const work = async () => {
    timer.stir();
    await vi.advanceTimersByTimeAsync(10_000);
  };
  await work();
  expect(timer.rest).toBe(800);
  takes = 5_000;
  await work();
  expect(timer.rest).toBe(2_000);
});

it('does nothing after its end', async () => {
  let calls = 0;
  const count = async () => {
    calls++;
  };
  const timer = new RestTimer(count);
  timer.stir();
  timer.dispose();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(calls).toBe(0);
});
