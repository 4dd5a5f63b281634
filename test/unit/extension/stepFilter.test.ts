import { expect, it } from 'vitest';
import { parsePlan } from '../../../src/core/plan/parse';
import { renamedStep } from '../../../src/extension/plans/renamedStep';
import { filterText, passes } from '../../../src/extension/stepFilter';

it('lets a step pass that is in one of the states and holds all of the words', () => {
  const step = { text: 'Download Qwen-Image-Edit-2509 (~14GB)' };
  expect(passes({ text: 'qwen down' }, step, 'todo')).toBe(true);
  expect(passes({ text: 'qwen upload' }, step, 'todo')).toBe(false);
  expect(passes({ states: new Set(['failed']), text: 'qwen' }, step, 'todo')).toBe(false);
  expect(passes({ states: new Set(['failed', 'todo']) }, step, 'todo')).toBe(true);
  expect(filterText({ states: new Set(['needsPerson', 'failed']), text: 'qwen' })).toBe('only waiting, failed · “qwen”');
});

it('follows the one step that got another text, and no other change', () => {
  const plan = (...steps: readonly string[]) => parsePlan(`#### Task 1.1: A\n${steps.map((step) => `- [ ] ${step}\n`).join('')}`);
  const ids = (source: ReturnType<typeof plan>) => source.steps.map(({ id }) => id);
  const [before, after] = [plan('a', 'b', 'c'), plan('a', 'b more', 'c')];
  expect(renamedStep(before, after)).toEqual({ from: ids(before)[1], to: ids(after)[1] });
  expect(renamedStep(before, plan('a', 'b', 'c', 'd'))).toBeUndefined();
  expect(renamedStep(before, plan('b', 'a', 'c'))).toBeUndefined();
  expect(renamedStep(before, plan('a', 'b', 'c'))).toBeUndefined();
});
