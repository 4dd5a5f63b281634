import { describe, expect, it } from 'vitest';
import { columnsOf, sortRows } from '../../../../src/webviews/survey/columns';
import type { CriterionColumn, SurveyRow } from '../../../../src/webviews/survey/contract';
import { hiddenBy, valuesOf } from '../../../../src/webviews/survey/filters';
import { bytesText, countText, updatedText } from '../../../../src/webviews/survey/format';
import { groupHeight, linesBetween, listOf, rowHeight } from '../../../../src/webviews/survey/lines';
import { initial } from '../../../../src/webviews/survey/local';

const row = (repository: string, more: Partial<SurveyRow> = {}): SurveyRow => ({
  repository, place: 0, picture: undefined, does: '', base: 'Edit', baseSign: undefined, relation: '', kind: 'LoRA', size: '', layers: '', license: 'MIT', gated: false, likes: 0, downloads: 0, trending: 0, updated: '', changed: '',
  isNew: false, compatible: { sign: 'pass', text: '', detail: '' }, scores: {}, score: undefined, selected: false, reason: '', category: '', suggested: '', verdict: '', excluded: undefined, bytes: 0, here: false, tags: '', ...more,
});

const names = (rows: readonly SurveyRow[]) => rows.map(({ repository }) => repository);

describe('the list', () => {
  it('sorts by one column, ties by score, likes and name; what has no value stays last both ways', () => {
    const rows = [row('a/none'), row('a/low', { score: 2 }), row('b/high', { score: 4, likes: 1 }), row('a/high', { score: 4, likes: 1 }), row('c/high', { score: 4, likes: 9 })];
    expect(names(sortRows(rows, { column: 'score', descending: true }))).toEqual(['c/high', 'a/high', 'b/high', 'a/low', 'a/none']);
    expect(names(sortRows(rows, { column: 'score', descending: false }))).toEqual(['a/low', 'c/high', 'a/high', 'b/high', 'a/none']);
  });

  it('joins filters by "and", their values by "or", and counts what each hides', () => {
    const rows = [row('a/one', { base: 'X', gated: true }), row('b/two', { base: 'Y' }), row('b/three', { base: 'Z' }), row('c/out', { excluded: 'derives from Q, not from X' }), row('c/mine', { excluded: 'too large' })];
    const list = listOf(rows, { ...initial, filters: { base: ['X', 'Y'], open: ['yes'] } });
    expect(names(list.rows)).toEqual(['b/two']);
    expect(list.hidden).toEqual([{ reason: 'of another base', count: 2 }, { reason: 'gated', count: 1 }, { reason: 'left out by you', count: 1 }]);
    expect(hiddenBy(rows[1]!, {}, 'nothing')).toBe('not found by the search');
    expect(valuesOf(rows, 'base', { open: ['yes'] })).toEqual([{ value: 'Y', count: 1 }, { value: 'Z', count: 1 }]);
  });

  it('groups by the order of the best row, and lists what was left out last and only when asked', () => {
    const rows = [row('a/two', { score: 2 }), row('b/five', { score: 5 }), row('a/one', { score: 1 }), row('c/out', { excluded: 'no' })];
    const list = listOf(rows, { ...initial, group: 'author', showHidden: true });
    expect(list.lines.map((line) => (line.kind === 'group' ? `# ${line.title} ${line.count}` : line.row.repository))).toEqual(['# b 1', 'b/five', '# a 2', 'a/two', 'a/one', '# Left out 1', 'c/out']);
    expect(list.height).toBe(3 * groupHeight + 4 * rowHeight);
    expect(listOf(rows, { ...initial, group: 'author' }).rows).toHaveLength(3);
  });

  it('puts the lines of a window on the page, and some around it', () => {
    const rows = Array.from({ length: 4000 }, (_, index) => row(`a/${index}`));
    const list = listOf(rows, initial);
    const shown = linesBetween(list, 1000 * rowHeight, 1010 * rowHeight);
    expect(shown.length).toBeLessThan(40);
    expect(shown[0]!.top).toBeLessThanOrEqual(1000 * rowHeight - 7 * rowHeight);
    expect(shown.at(-1)!.top).toBeGreaterThanOrEqual(1010 * rowHeight);
    expect(linesBetween(list, 0, 100)[0]!.top).toBe(0);
    expect(linesBetween(list, list.height - 100, list.height).at(-1)!.top).toBe(list.height - rowHeight);
  });

  it('gives columns away one after the other, never those that a judgement needs', () => {
    const criteria: readonly CriterionColumn[] = ['identity', 'angles', 'quality'].map((id) => ({ id, label: id, weight: 1, computed: id === 'quality' }));
    const at = (width: number) => columnsOf(criteria, width).map(({ id }) => id);
    expect(at(2000)).toHaveLength(16);
    expect(at(1300)).not.toContain('trending');
    expect(at(1300)).toContain('identity');
    expect(at(900)).not.toContain('identity');
    expect(at(300)).toEqual(['selected', 'name', 'base', 'compatible', 'score']);
  });

  it('writes figures as people read them', () => {
    expect([countText(1204), countText(96_400), countText(412_000), countText(3_100_000)]).toEqual(['1,204', '96.4 k', '412 k', '3.1 M']);
    expect([updatedText('2026-11-02', 2026), updatedText('2025-09-23', 2026), updatedText('soon', 2026)]).toEqual(['2 Nov', '23 Sep 2025', 'soon']);
    expect([bytesText(0), bytesText(850_000_000), bytesText(57_700_000_000)]).toEqual(['0 B', '850 MB', '57.7 GB']);
  });
});
