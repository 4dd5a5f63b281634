import { expect, test } from 'vitest';
import { withHiddenChecks } from '../../../../src/core/review/hiddenChecks';
import { reviewCells, showingOf, type ReviewOutput } from '../../../../src/core/review/session';
import { makeGeneration } from './study';

const models = ['base', 'face-keep', 'relight', 'angles'];
const outputs: readonly ReviewOutput[] = models.flatMap((model) =>
  Array.from({ length: 20 }, (_, index) => ({ generation: makeGeneration(model, `p${index}.png`, 'left'), outputPath: `/results/${model}/${index}.png`, sourcePath: `/pictures/p${index}.png` })),
);
const cells = (seed: string) => reviewCells(outputs, seed);

test('without checks the session is as it was', () => {
  expect(withHiddenChecks(cells('s'), 's')).toEqual(cells('s'));
});

test('anchors stand among the outputs under any letter, half of them sources and half degraded', () => {
  const places = new Set<number>();
  for (let seed = 0; seed < 30; seed++) {
    const checked = withHiddenChecks(cells(`${seed}`), `${seed}`, { anchors: 4 });
    const anchors = checked.flatMap((cell) => cell.outputs.filter(({ anchor }) => anchor));
    expect(anchors.map(({ anchor }) => anchor).sort()).toEqual(['degraded', 'degraded', 'source', 'source']);
    for (const cell of checked) cell.outputs.forEach(({ anchor }, place) => anchor && places.add(place));
    for (const { anchor, generation, outputPath, sourcePath } of anchors) {
      expect(models.some((model) => generation.id.includes(model))).toBe(false);
      if (anchor === 'source') expect([outputPath, generation.output.sha256]).toEqual([sourcePath, generation.picture.sha256]);
    }
  }
  expect([...places].sort()).toEqual([0, 1, 2, 3, 4]);
});

test('repeats come in the second half, with other letters, and never right after themselves', () => {
  let moved = 0;
  for (let seed = 0; seed < 30; seed++) {
    const checked = withHiddenChecks(cells(`${seed}`), `${seed}`, { anchors: 4, repeats: 0.1 });
    expect(checked).toHaveLength(22);
    const again = checked.flatMap((cell, index) => (cell.outputs.some(({ repeat }) => repeat) ? [{ cell, index }] : []));
    expect(again).toHaveLength(2);
    for (const { cell, index } of again) {
      const first = checked.findIndex((other) => other.picture === cell.picture);
      expect(first).toBeLessThan(10);
      expect(index - first).toBeGreaterThan(1);
      const letters = (outputs: readonly ReviewOutput[]) => outputs.map(({ generation }) => generation.modelId).join();
      if (letters(cell.outputs) !== letters(checked[first]!.outputs)) moved++;
      expect(new Set([...cell.outputs, ...checked[first]!.outputs].map(({ generation, repeat }) => showingOf({ generationId: generation.id, repeat }))).size).toBe(8);
    }
  }
  expect(moved).toBeGreaterThan(50);
});

test('the same seed hides the same checks', () => {
  expect(withHiddenChecks(cells('s'), 's', { anchors: 3, repeats: 0.2 })).toEqual(withHiddenChecks(cells('s'), 's', { anchors: 3, repeats: 0.2 }));
});
