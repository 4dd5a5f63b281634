import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parsePlan } from '../../../src/core/plan/parse';
import type { Link } from '../../../src/core/actions/action';
import { commandLines } from '../../../src/extension/commands/commandLines';
import { Lifetime } from '../../../src/extension/lifetime';
import { bytes, duration, plainText } from '../../../src/extension/status/wording';
import { Throttle } from '../../../src/extension/throttle';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('lets one call through at once and the last of many after the pause', () => {
  let calls = 0;
  const throttle = new Throttle(500, () => calls++);
  for (let index = 0; index < 10; index++) throttle.ask();
  expect(calls).toBe(1);
  vi.advanceTimersByTime(499);
  expect(calls).toBe(1);
  vi.advanceTimersByTime(1);
  expect(calls).toBe(2);
  vi.advanceTimersByTime(5000);
  expect(calls).toBe(2);
});

it('disposes late arrivals at once, the rest in turn from the last', () => {
  const ended: string[] = [];
  const item = (name: string) => ({ dispose: () => ended.push(name) });
  const lifetime = new Lifetime();
  lifetime.add(item('first'));
  lifetime.add(item('second'));
  lifetime.dispose();
  lifetime.add(item('late'));
  expect(ended).toEqual(['second', 'first', 'late']);
});

it('gives the lines of a block that a step is linked to', () => {
  const task = parsePlan('#### Task 1.1: A\n\n```bash\nmkdir a\n\ncd a\nls\n```\n\n- [ ] x\n').tasks[0];
  const link = (args: Record<string, string>): Link => ({ action: 'shell', arguments: args, reason: '', origin: 'rule', candidates: [] });
  expect(task && commandLines(task, link({}))).toEqual(['mkdir a', 'cd a', 'ls']);
  expect(task && commandLines(task, link({ lines: '1,3-4' }))).toEqual(['mkdir a', 'cd a', 'ls']);
  expect(task && commandLines(task, link({ lines: '4' }))).toEqual(['ls']);
  expect(task && commandLines(task, link({ command: 'git status' }))).toEqual(['git status']);
  expect(task && commandLines(task, link({ block: '7' }))).toEqual([]);
});

it('writes sizes and times as a person reads them', () => {
  expect([bytes(26.5e9), bytes(14e9), bytes(999), bytes(8_400_000), bytes(214e9)]).toEqual(['26.5 GB', '14 GB', '999 B', '8.4 MB', '214 GB']);
  expect([duration(0.2), duration(59), duration(480), duration(5400), duration(36_000)]).toEqual(['1 s', '59 s', '8 min', '1.5 h', '10 h']);
});

it('takes Markdown off a label and nothing else', () => {
  expect(plainText('**Option A**: Use `x` and [docs](http://a.b) as-is')).toBe('Option A: Use x and docs as-is');
  expect(plainText('a_b_c * 2')).toBe('a_b_c * 2');
});
