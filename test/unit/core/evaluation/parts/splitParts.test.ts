import { describe, expect, it } from 'vitest';
import type { Evaluation, ModelEntry } from '../../../../../src/core/evaluation/evaluation';
import { matrixSeconds } from '../../../../../src/core/evaluation/parts/matrixSeconds';
import { orderedMatrix } from '../../../../../src/core/evaluation/parts/orderedMatrix';
import { splitParts } from '../../../../../src/core/evaluation/parts/splitParts';
import { sampleEvaluation } from '../sampleEvaluation';

const lora = (id: string, base: string): ModelEntry => ({ id, base, loras: [{ repository: `acme/${id}` }] });
const models: readonly ModelEntry[] = [{ id: 'base', base: 'acme/One', category: 'base' }, lora('far', 'acme/Two'), lora('near', 'acme/One'), lora('nearer', 'acme/One')];
const evaluation: Evaluation = sampleEvaluation({ models, edits: sampleEvaluation().edits.slice(0, 2), sampler: { steps: 4, guidance: 1, seeds: [1, 2] } });
const pictures = ['a.png', 'b.png', 'c.png'];
const ids = models.map(({ id }) => id);
const ordered = orderedMatrix(evaluation, ids, pictures);
const each = (edit: number, load = 60) => ({ edit: () => edit, load, measuredShare: 1 });
const contents = (target: number, edit = 10) => splitParts(ordered, each(edit), target).map(({ from, to }) => ordered.slice(from, to));

describe('the ordered matrix', () => {
  it('keeps one base together, then one LoRA set, then what is encoded once', () => {
    expect([...new Set(ordered.map(({ model }) => model.id))]).toEqual(['base', 'near', 'nearer', 'far']);
    expect(ordered.slice(0, 4).map(({ id }) => id)).toEqual(['base/a--forest--1', 'base/a--forest--2', 'base/a--sunset--1', 'base/a--sunset--2']);
  });
});

describe('parts', () => {
  it.each([Infinity, 400, 120, 100, 45, 20, 1])('hold every generation once, in order, never two bases, never half of what shares encodings: %d s', (target) => {
    const parts = contents(target);
    expect(parts.flat()).toEqual(ordered);
    for (const part of parts) expect(new Set(part.map(({ model }) => model.base)).size).toBe(1);
    const groups = parts.map((part) => new Set(part.map(({ model, picture, edit }) => `${model.id} ${picture} ${edit.id}`)));
    expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(4 * 3 * 2);
  });

  it('are one for each base where no length is asked for', () => {
    expect(contents(Infinity).map((part) => part.length)).toEqual([36, 12]);
  });

  it('are cut between LoRA sets before they are cut within one', () => {
    expect(contents(240).map((part) => [...new Set(part.map(({ model }) => model.id))])).toEqual([['base', 'near'], ['nearer'], ['far']]);
    expect(contents(120).map((part) => part.map(({ model }) => model.id))).toEqual(ids.map((id) => (Array(12) as string[]).fill(id)).toSorted((a, b) => ['base', 'near', 'nearer', 'far'].indexOf(a[0]!) - ['base', 'near', 'nearer', 'far'].indexOf(b[0]!)));
  });

  it('come out even where one set is longer than a part', () => {
    expect(contents(60).map((part) => part.length)).toEqual([6, 6, 6, 6, 6, 6, 6, 6]);
    expect(contents(50).map((part) => part.length)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]);
  });

  it('are the same for the same input, and count the load', () => {
    expect(splitParts(ordered, each(10), 100)).toEqual(splitParts(ordered, each(10), 100));
    expect(splitParts(ordered, each(10), Infinity)[0]?.seconds).toBe(60 + 360);
  });
});

describe('seconds', () => {
  const measured = (modelId: string, edit: number, load = 0) => ({ modelId, seconds: { edit, load } });

  it('are the median of what the sidecars say, whatever the load was', () => {
    const seconds = matrixSeconds(evaluation, ids, [measured('base', 9), measured('base', 7, 33), measured('base', 50)]);
    expect(seconds.edit(ordered[0]!)).toBe(9);
    expect(seconds.load).toBe(33);
    expect(seconds.measuredShare).toBe(0.25);
  });

  it('are taken from a sibling on the same base, by passes', () => {
    const slow = sampleEvaluation({ ...evaluation, models: models.map((model) => (model.id === 'near' ? { ...model, sampler: { steps: 8, guidance: 4 } } : model)) });
    const matrix = orderedMatrix(slow, ids, pictures);
    const seconds = matrixSeconds(slow, ids, [measured('base', 5)]);
    expect(seconds.edit(matrix.find(({ model }) => model.id === 'near')!)).toBe(20);
    // Nothing is known of the other base: 4 s and half a second a pass.
    expect(seconds.edit(matrix.find(({ model }) => model.id === 'far')!)).toBe(6);
  });
});
