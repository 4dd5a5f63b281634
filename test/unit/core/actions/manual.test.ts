import { expect, it } from 'vitest';
import { manual } from '../../../../src/core/actions/manual';
import { linkedStep, makeContext } from '../../actionContext';
import { person } from './person';

const step = linkedStep({ action: 'manual', arguments: {} }, 'Call **them**');

it('is done only when a person says so', async () => {
  const { ask, asked } = person({ confirm: true });
  expect(await manual.run(step, makeContext('/w', { ask }))).toMatchObject({ kind: 'done' });
  expect(asked.confirms).toMatchObject([{ title: 'Is "Call them" done?', kind: 'danger' }]);
  expect(await manual.run(step, makeContext('/w', { ask: person({ confirm: false }).ask }))).toMatchObject({ kind: 'needsPerson' });
  expect(await manual.run(step, makeContext('/w'))).toMatchObject({ kind: 'needsPerson' });
});

it('is done without a question when all boxes under it are', async () => {
  const under = (state: 'todo' | 'done', name: string) => ({ ...step.step, id: `1.1/${name}`, parentId: step.step.id, state });
  const parentOf = (...children: readonly ReturnType<typeof under>[]) => ({ ...step, task: { ...step.task, steps: [step.step, ...children] } });
  const { ask, asked } = person({ confirm: true });
  expect(await manual.run(parentOf(under('done', 'a'), under('done', 'b')), makeContext('/w', { ask }))).toMatchObject({ kind: 'done' });
  expect(await manual.run(parentOf(under('done', 'a'), under('todo', 'b')), makeContext('/w', { ask }))).toEqual({ kind: 'needsPerson', reason: '1 of 2 steps under it are not done' });
  expect(asked.confirms).toEqual([]);
});
