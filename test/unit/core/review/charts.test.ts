import { expect, test } from 'vitest';
import { artifactChart } from '../../../../src/core/review/charts/artifactChart';
import { inDocument, inPanel, textWidth, ticks } from '../../../../src/core/review/charts/chart';
import { costChart, paretoFront } from '../../../../src/core/review/charts/costChart';
import { identityChart } from '../../../../src/core/review/charts/identityChart';
import { intervalChart } from '../../../../src/core/review/charts/intervalChart';
import { svgFile, type SvgNode } from '../../../../src/core/review/charts/svg';

const hostile = '"><script>alert(1)</script>&\u0000';

function find(node: SvgNode, tag: string): readonly SvgNode[] {
  return [...(node.tag === tag ? [node] : []), ...node.children.flatMap((child) => (typeof child === 'string' ? [] : find(child, tag)))];
}

const rows = [
  { key: 'a', label: 'first', value: 0.9, interval: { low: 0.77, high: 0.96 }, text: '90 %', firm: true },
  { key: 'b', label: hostile, value: 0.475, interval: { low: 0.33, high: 0.63 }, text: '48 %', firm: false },
];
const shares = { title: 'Same character', rows, range: { low: 0, high: 1 }, limit: 0.7, axis: (value: number) => `${Math.round(value * 100)} %` };

test('dots lie inside their intervals, intervals on the drawing, and the better one further right', () => {
  const drawing = intervalChart(inDocument, shares);
  const [, , width = 0] = drawing.attributes.viewBox!.split(' ').map(Number);
  const dots = find(drawing, 'circle').map(({ attributes }) => Number(attributes.cx));
  const ends = find(drawing, 'path').flatMap(({ attributes }) => (/H/.test(attributes.d!) ? [/^M([\d.]+) [\d.]+H([\d.]+)/.exec(attributes.d!)!.slice(1).map(Number)] : []));
  expect(dots[0]).toBeGreaterThan(dots[1]!);
  ends.forEach(([low = 0, high = 0], index) => {
    expect([low > 0, low < dots[index]!, dots[index]! < high, high < width]).toEqual([true, true, true, true]);
  });
});

test('long names are cut before the drawing begins, and stay whole in what is read out', () => {
  const long = 'Qwen Image Edit 2509 with Multiple Angles and Relight, merged at 0.8';
  const wide = '複数の角度から編集するための統合モデル第二版';
  for (const name of [long, wide]) {
    const drawing = intervalChart(inDocument, { ...shares, rows: [{ ...rows[0]!, label: name }] });
    const shown = find(drawing, 'text').map(({ children }) => String(children[0])).find((text) => text.endsWith('…'))!;
    expect(name.startsWith(shown.slice(0, -1))).toBe(true);
    expect(textWidth([shown])).toBeLessThanOrEqual(176);
    expect(drawing.attributes['aria-label']).toContain(name);
    expect(find(drawing, 'title').map(({ children }) => children[0]).join()).toContain(name);
    expect(svgFile(artifactChart(inDocument, [{ key: 'x', label: name, outputs: 3, types: { hands: 2 } }]))).toContain('…');
  }
});

test('names of strangers stay text', () => {
  const text = svgFile(intervalChart(inDocument, shares)) + svgFile(costChart(inDocument, { title: 't', costName: 's', points: [{ key: 'x', label: hostile, cost: 1, quality: 1 }], range: { low: 0, high: 1 } })) + svgFile(artifactChart(inDocument, [{ key: 'x', label: hostile, outputs: 3, types: { [hostile]: 2 } }]));
  expect(text).not.toContain('<script');
  expect(text).not.toContain('\u0000');
});

test('in a panel points are stops with their figures as name; in a document they are not', () => {
  const stops = find(intervalChart(inPanel, shares), 'g').map(({ attributes }) => [attributes.tabindex, attributes['data-model'], attributes['aria-label']]);
  expect(stops[0]).toEqual(['0', 'a', 'first: 90 %, 95 % 77 % to 96 %']);
  expect(find(intervalChart(inDocument, shares), 'g').every(({ attributes }) => attributes.tabindex === undefined)).toBe(true);
});

test('the stepped line joins what nothing beats in both', () => {
  const points = [[52, 4.36], [49.3, 3.89], [58.8, 4.16], [50.3, 3.58], [48.9, 3.57], [8.9, 2.9]].map(([cost, quality], index) => ({ key: String(index), label: String(index), cost: cost!, quality: quality! }));
  expect(paretoFront(points).map(({ key }) => key)).toEqual(['5', '4', '1', '0']);
});

test('rare types of artifacts are counted as other, and nothing is lost', () => {
  const types = { hands: 9, face: 8, seam: 7, limb: 6, text: 5, colour: 4, texture: 3, background: 2 };
  const drawing = artifactChart(inPanel, [{ key: 'a', label: 'A', outputs: 40, types }]);
  const bars = find(find(drawing, 'g')[0]!, 'rect');
  expect(bars).toHaveLength(7);
  const widths = bars.map(({ attributes }) => Number(attributes.width) + 1);
  expect(widths[6]! / widths[0]!).toBeCloseTo(5 / 9, 1);
});

test('ticks are round and inside', () => {
  expect(ticks(0.3, 1)).toEqual([0.4, 0.6, 0.8, 1]);
  expect(ticks(0, 70, 6)).toEqual([0, 20, 40, 60]);
  expect(ticks(2.1, 2.4)).toEqual([2.1, 2.2, 2.3, 2.4]);
});

test('one model, or all alike, still draws', () => {
  for (const value of [0, 0.5, 1]) {
    const text = svgFile(intervalChart(inDocument, { ...shares, rows: [{ key: 'a', label: 'a', value, text: 'x', firm: true }] })) + svgFile(costChart(inDocument, { title: 't', costName: 's', points: [{ key: 'a', label: 'a', cost: 0, quality: value }], range: { low: 0, high: 1 } }));
    expect(text).not.toMatch(/NaN|Infinity/);
  }
});

test('likeness against the turn of the head: more likeness is higher, right is right, and a hostile name is words', () => {
  const points = [{ key: 'a', label: 'first', yaw: -40, identity: 0.8 }, { key: 'b', label: hostile, yaw: 40, identity: -0.1 }, { key: 'b', label: hostile, yaw: 200, identity: 0.2 }];
  const drawing = identityChart(inPanel, points, 60)!;
  const marks = find(drawing, 'g').map((group) => find(group, 'text').map(({ attributes }) => ({ x: Number(attributes.x), y: Number(attributes.y) })));
  expect(marks.map((own) => own.length)).toEqual([1, 2]);
  expect(marks[0]![0]!.y).toBeLessThan(marks[1]![0]!.y);
  expect(marks[0]![0]!.x).toBeLessThan(marks[1]![0]!.x);
  expect(marks[1]![1]!.x).toBe(544);
  expect(svgFile(drawing)).not.toContain('<script>');
  expect(identityChart(inPanel, [], 60)).toBeUndefined();
});
