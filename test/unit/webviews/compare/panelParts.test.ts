import { expect, test } from 'vitest';
import { byScore, firstLetter, nextTarget, openRow } from '../../../../src/webviews/compare/advance';
import type { CellMark, CompareState, OutputView } from '../../../../src/webviews/compare/contract';
import { deltaE2000, toLab } from '../../../../src/webviews/compare/difference';
import { commandFor, defaultKeys, keyName, pinTypes } from '../../../../src/webviews/compare/keys';
import { initial, viewportOf, withViewport } from '../../../../src/webviews/compare/local';
import { actualScale, fitted, panBy, place, pointAt, visible, zoomAt } from '../../../../src/webviews/compare/viewport';

function output(letter: string, answers: OutputView['answers'], extra: Partial<OutputView> = {}): OutputView {
  return { letter, picture: `id-${letter}`, answers, failureModes: [], pins: [], note: '', flagged: false, best: false, worst: false, rated: Object.keys(answers).length === 2, changed: false, remarks: [], ...extra };
}

function state(outputs: readonly OutputView[], cells: readonly Partial<CellMark>[], index = 0, gap?: number): CompareState {
  return {
    restore: { plan: 'p', token: 't' }, title: 'x', failureModes: [], blind: true, save: { kind: 'none' }, prefetch: [], brokenLines: 0, progress: { rated: 0, total: 1 },
    criteria: [{ kind: 'scale', id: 'identity', label: 'Identity', minimum: 1, maximum: 5 }, { kind: 'yesNo', id: 'same', label: 'Same' }],
    cells: cells.map((cell) => ({ thumbnail: undefined, rated: 0, partly: false, outputs: 2, flagged: false, ...cell })),
    firstCell: 0, cellCount: cells.length, ...(gap !== undefined && { nextGap: gap }),
    cell: { index, picture: 'p.png', kind: 'Style', prompt: '', settings: '', aligned: true, source: { picture: 's', width: 1, height: 1 }, outputs },
  };
}

const full = { identity: 4, same: true };

test('rating goes on to the next gap of the cell, round its end', () => {
  const outputs = [output('A', {}), output('B', full), output('C', { identity: 1 }), output('D', full)];
  expect(nextTarget(state(outputs, [{}]), 'B')).toEqual({ kind: 'output', letter: 'C' });
  expect(nextTarget(state(outputs, [{}]), 'D')).toEqual({ kind: 'output', letter: 'A' });
});

test('a full cell leads to the next cell with gaps; a full session is done', () => {
  const outputs = [output('A', full), output('B', full)];
  expect(nextTarget(state(outputs, [{ rated: 2 }, { rated: 2 }, { rated: 1 }], 0, 2), 'B')).toEqual({ kind: 'cell', index: 2 });
  expect(nextTarget(state(outputs, [{ rated: 2 }]), 'A')).toEqual({ kind: 'done' });
});

test('an output without a picture is skipped', () => {
  const outputs = [output('A', full), output('B', {}, { picture: undefined }), output('C', {})];
  expect(nextTarget(state(outputs, [{}]), 'A')).toEqual({ kind: 'output', letter: 'C' });
  expect(firstLetter(state([output('A', {}, { picture: undefined }), output('B', {})], [{}]).cell!)).toBe('B');
});

test('the question that waits is the first without an answer', () => {
  const some = state([], [{}]);
  expect(openRow(some, output('A', {}))).toBe('identity');
  expect(openRow(some, output('A', { identity: 2 }))).toBe('same');
  expect(openRow(some, output('A', full))).toBeUndefined();
});

test('neighbours by score run from best to worst, unrated last', () => {
  const outputs = [output('A', { identity: 2 }), output('B', {}), output('C', { identity: 5 }), output('D', { identity: 2 })];
  expect(byScore(state(outputs, [{}])).map(({ letter }) => letter)).toEqual(['C', 'A', 'D', 'B']);
});

const area = { width: 400, height: 300 };
const portrait = { width: 1000, height: 2000 };

test('a fitted picture lies in the middle, whole', () => {
  expect(place(area, portrait, fitted)).toEqual({ left: 125, top: 0, width: 150, height: 300 });
});

test('zooming keeps the point under the pointer where it is', () => {
  let viewport = fitted;
  const pointer = { x: 190, y: 100 };
  const before = pointAt(place(area, portrait, viewport), pointer)!;
  for (const factor of [1.5, 2, 1.3, 0.8]) viewport = zoomAt(viewport, factor, pointer, area, portrait);
  const after = pointAt(place(area, portrait, viewport), pointer)!;
  expect(viewport.scale).toBeCloseTo(3.12, 10);
  expect(after.y).toBeCloseTo(before.y, 10);
  expect(after.x).toBeCloseTo(before.x, 1);
});

test('panning stops at the edges, and what was pushed beyond them is forgotten', () => {
  const zoomed = zoomAt(fitted, 6, { x: 200, y: 150 }, area, portrait);
  const pushed = panBy(panBy(zoomed, { x: 9999, y: 9999 }, area, portrait), { x: -10, y: -10 }, area, portrait);
  const rect = place(area, portrait, pushed);
  expect([rect.left, rect.top]).toEqual([expect.closeTo(-10, 6), expect.closeTo(-10, 6)]);
  expect(zoomAt(zoomed, 0.01, { x: 0, y: 0 }, area, portrait)).toEqual(fitted);
});

test('linked pictures of different sizes show the same relative place', () => {
  const zoomed = zoomAt(fitted, 4, { x: 200, y: 150 }, area, portrait);
  const big = { width: 3000, height: 6000 };
  expect(place(area, big, zoomed)).toEqual(place(area, portrait, zoomed));
  expect(actualScale(area, portrait, 2)).toBeCloseTo(1 / 0.15 / 2, 10);
});

test('letters and pins stay inside the part that can be seen', () => {
  expect(visible(area, { left: -100, top: 20, width: 900, height: 100 })).toEqual({ left: 0, top: 20, width: 400, height: 100 });
});

test('views are shared while linked, apart while not', () => {
  const zoomed = { scale: 2, x: 0.2, y: 0.3 };
  const linked = withViewport(initial, 'A', zoomed);
  expect(viewportOf(linked, 'B')).toEqual(zoomed);
  const apart = withViewport({ ...initial, linked: false }, 'A', zoomed);
  expect([viewportOf(apart, 'A'), viewportOf(apart, 'B')]).toEqual([zoomed, fitted]);
});

test('no two commands share a key, and no key needs Ctrl, Alt, Cmd or F', () => {
  const keys = Object.values(defaultKeys).flat();
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.filter((key) => /ctrl|alt|meta|cmd|^f\d+$/i.test(key))).toEqual([]);
  expect(new Set(pinTypes.map(({ key }) => key)).size).toBe(pinTypes.length);
});

test('keys are named the same whatever Caps Lock says; chords stay with the editor', () => {
  const press = (key: string, extra = {}) => keyName({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...extra });
  expect([press('Y'), press('y'), press(' '), press('?', { shiftKey: true }), press('Tab', { shiftKey: true })]).toEqual(['y', 'y', 'Space', '?', 'Shift+Tab']);
  expect([press('s', { ctrlKey: true }), press('d', { metaKey: true }), press('x', { altKey: true })]).toEqual([undefined, undefined, undefined]);
  expect(commandFor('Backspace')).toBe('clear');
  expect(commandFor('a', { yes: ['a'] })).toBe('yes');
});

test('CIEDE2000 agrees with the published pairs', () => {
  // Sharma, Wu and Dalal 2005, table 1: pairs 1, 4, 7, 9, 13, 16, 17, 25, 33 and 34.
  const pairs: readonly (readonly [readonly number[], readonly number[], number])[] = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, -1.3802, -84.2814], [50, 0, -82.7485], 1],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.49, -0.001], [50, -2.49, 0.0009], 7.1792],
    [[50, -0.001, 2.49], [50, 0.0009, -2.49], 4.8045],
    [[50, 2.5, 0], [50, 0, -2.5], 4.3065],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[6.7747, -0.2908, -2.4247], [5.8714, -0.0985, -2.2286], 0.6377],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ];
  for (const [first, second, expected] of pairs) {
    expect(deltaE2000(first, second)).toBeCloseTo(expected, 4);
    expect(deltaE2000(second, first)).toBeCloseTo(expected, 4);
  }
});

test('sRGB to L*a*b* at known colours', () => {
  const lab = (red: number, green: number, blue: number) => {
    const into = new Float64Array(3);
    toLab(red, green, blue, into);
    return [...into];
  };
  [[255, 255, 255, 100, 0, 0], [255, 0, 0, 53.24, 80.09, 67.2], [0, 0, 255, 32.3, 79.19, -107.86], [0, 0, 0, 0, 0, 0]].forEach(([r, g, b, ...expected]) =>
    lab(r!, g!, b!).forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 1)),
  );
});
