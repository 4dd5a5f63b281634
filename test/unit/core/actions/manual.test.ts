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
