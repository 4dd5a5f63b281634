import { expect, test } from 'vitest';
import { ownSettings, sharedSettings } from '../../../../src/extension/panels/compareSettings';
import { makeGeneration } from '../../core/review/study';

const plain = makeGeneration('base', 'p.png', 'left');

test('only what is the same for all outputs of a cell is told: the rest would tell them apart', () => {
  expect(sharedSettings([plain, makeGeneration('relight', 'p.png', 'left')])).toBe('seed 7 · 4 steps');
  expect(sharedSettings([plain, makeGeneration('lightning', 'p.png', 'left', { steps: 8 })])).toBe('seed 7');
  expect(sharedSettings([plain, makeGeneration('guided', 'p.png', 'left', { guidance: 4 })])).toBe('seed 7 · 4 steps');
  expect(sharedSettings([makeGeneration('guided', 'p.png', 'left', { guidance: 4 }), plain])).toBe('seed 7 · 4 steps');
  expect(sharedSettings([])).toBe('');
});

test('after the reveal an output says all that it was made with', () => {
  const own = makeGeneration('relight', 'p.png', 'left', { guidance: 4, scheduler: 'lightning', model: { base: 'lab/base', loras: [{ repository: 'lab/relight', scale: 0.8 }] } });
  expect(ownSettings(own)).toBe('lab/relight × 0.8 · seed 7 · 4 steps · guidance 4 · lightning · 100 × 125 · float32 on cpu · 2.0 s');
});
