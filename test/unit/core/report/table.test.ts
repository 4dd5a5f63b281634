import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { difference } from '../../../../src/core/report/difference';
import { markdownTable, plainText } from '../../../../src/core/report/table';

const renderer = new MarkdownIt({ html: true });

describe('markdownTable', () => {
  it('keeps pipes, line ends and HTML of a cell inside the cell', () => {
    const html = renderer.render(markdownTable(['Model', 'Note'], [['a|b', 'one\r\ntwo'], ['<img src=x onerror=alert(1)>', 'c\\|d']]));
    expect(html).toContain('<td>a|b</td>');
    expect(html).toContain('<td>one two</td>');
    expect(html).not.toContain('<img');
    expect(html.match(/<tr>/g)).toHaveLength(3);
  });

  it('has the cells of its rows and no others, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string()), { minLength: 1, maxLength: 5 }), (rows) => {
        const html = renderer.render(markdownTable(['a', 'b'], rows));
        expect(html.match(/<td>/g)).toHaveLength(rows.length * 2);
      }),
    );
  });
});

it('plainText formats, links and embeds nothing', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      const html = renderer.renderInline(plainText(text));
      expect(html).not.toMatch(/<(?!br)/);
    }),
  );
  expect(renderer.renderInline(plainText('![x](javascript:1) **b** <b> a_b_c'))).toBe('![x](javascript:1) **b** &lt;b&gt; a_b_c');
});

it('difference shows changed lines with their neighbours', () => {
  expect(difference('a\nb\nc\nd\ne\nf', 'a\nb\nC\nd\ne\nf')).toBe('…\n  b\n- c\n+ C\n  d\n…');
  expect(difference('x', 'x')).toBe('…');
});
