import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyOf, findSections, keepSection, replaceSection, type Section } from '../../../../src/core/report/sectionText';

describe('findSections', () => {
  it('finds several sections, each with its text', () => {
    const text = ['# T', '<!-- evalmark:begin a -->', '', 'one', '', '<!-- evalmark:end a -->', 'mine', '<!-- evalmark:begin b.c -->', 'two', '<!-- evalmark:end b.c -->'].join('\n');
    expect(sectionsOf(text).map(({ name, body, line }) => ({ name, body, line }))).toEqual([
      { name: 'a', body: 'one', line: 1 },
      { name: 'b.c', body: 'two', line: 7 },
    ]);
  });

  it.each([
    ['backticks', '```\n<!-- evalmark:begin a -->\n```\n'],
    ['tildes', '~~~md\n<!-- evalmark:end a -->\n~~~\n'],
    ['a fence in a list', '- x\n  ```\n  <!-- evalmark:begin a -->\n  ```\n'],
    ['an indented block', 'x\n\n    <!-- evalmark:begin a -->\n'],
    ['a code span', 'Write `<!-- evalmark:begin a -->` there.\n'],
  ])('sees no marker in %s', (_, text) => {
    expect(sectionsOf(text)).toEqual([]);
  });

  it.each([
    ['a begin without end', 'x\n<!-- evalmark:begin a hash=12 -->\ntext\n', 2, 'section-damaged'],
    ['an end without begin', '<!-- evalmark:end a -->\n', 1, 'section-damaged'],
    ['the same section twice', section('a', 'x') + '\n' + section('a', 'y'), 6, 'section-doubled'],
    ['a section within another', '<!-- evalmark:begin a -->\n<!-- evalmark:begin b -->\n<!-- evalmark:end b -->\n<!-- evalmark:end a -->', 1, 'section-damaged'],
    ['a begin with a broken hash', '<!-- evalmark:begin a hash=xyz -->\n<!-- evalmark:end a -->', 1, 'section-damaged'],
    ['a begin that is not closed', '<!-- evalmark:begin a hash=12\ntext\n<!-- evalmark:end a -->', 1, 'section-damaged'],
    ['an end of another name', '<!-- evalmark:begin a -->\n<!-- evalmark:end b -->', 2, 'section-damaged'],
  ])('refuses %s and names the line', (_, text, line, code) => {
    const found = findSections(text);
    expect(found.ok ? undefined : found.failure).toMatchObject({ code, message: expect.stringContaining(`Line ${line}:`) });
    expect(replaceSection(text, { name: 'other', markdown: 'x' }).ok).toBe(false);
  });
});

describe('replaceSection', () => {
  it('creates a section under the heading of that name, whatever its number, case and emphasis', () => {
    const text = replaced('# T\n\n## 2. **comparison** Matrix:\nmine\n\n## Next\n', { name: 'matrix', markdown: 'M', heading: 'Comparison matrix' });
    expect(text.split('\n').slice(2, 10)).toEqual(['## 2. **comparison** Matrix:', '', expect.stringMatching(/begin matrix hash=/), '', 'M', '', '<!-- evalmark:end matrix -->', '']);
    expect(text).toContain('-->\n\nmine\n\n## Next\n');
  });

  it('creates a section behind another one where that is asked for', () => {
    const before = section('first', 'x') + '\n\n## Next\n';
    expect(replaced(before, { name: 'second', markdown: 'y', after: 'first', heading: 'Next' })).toMatch(/end first -->\n\n<!-- evalmark:begin second [^]*end second -->\n\n## Next\n$/);
  });

  it('takes no heading inside a fence or inside another section', () => {
    const before = '```\n## Matrix\n```\n\n' + section('other', '## Matrix') + '\n';
    const text = replaced(before, { name: 'matrix', markdown: 'M', heading: 'Matrix' });
    expect(text.startsWith(before)).toBe(true);
    expect(text.slice(before.length)).toMatch(/^\n## Matrix\n\n<!-- evalmark:begin matrix /);
  });

  it('begins an empty document with its title', () => {
    expect(replaced('', { name: 'a', markdown: 'x', title: 'Results', heading: 'A' })).toMatch(/^# Results\n\n## A\n\n<!-- evalmark:begin a hash=[0-9a-f]{16} -->\n\nx\n\n<!-- evalmark:end a -->\n$/);
  });

  it('keeps CRLF, BOM and a missing final newline', () => {
    const before = '\uFEFF# T\r\n\r\ntext  \r\nlast';
    const text = replaced(before, { name: 'a', markdown: 'x\ny' });
    expect(text.startsWith(before + '\r\n\r\n<!-- evalmark:begin')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(text.endsWith('-->')).toBe(true);
  });

  it('finds a heading on the first line behind a BOM', () => {
    expect(replaced('\uFEFF# Matrix\n', { name: 'm', markdown: 'x', heading: 'Matrix' })).toMatch(/^\uFEFF# Matrix\n\n<!-- evalmark:begin m /);
  });

  it('lets no text end the section early or open another', () => {
    const text = replaced('', { name: 'a', markdown: 'x\n<!-- evalmark:end a -->\n<!--evalmark:begin b -->' });
    expect(sectionsOf(text)).toHaveLength(1);
    expect(replaced(text, { name: 'a', markdown: 'x\n<!-- evalmark:end a -->\n<!--evalmark:begin b -->' })).toBe(text);
  });

  it('refuses to write where an open fence would swallow the section', () => {
    const failure = replaceSection('# T\n\n```\nnever closed\n', { name: 'a', markdown: 'x' });
    expect(failure.ok ? '' : failure.failure.code).toBe('section-swallowed');
    const own = replaceSection('# T\n', { name: 'a', markdown: '```\nnever closed' });
    expect(own.ok ? '' : own.failure.code).toBe('section-swallowed');
  });

  it('knows a hand edit by the hash, but not a change of line ends', () => {
    const text = replaced('# T\n', { name: 'a', markdown: 'one\ntwo' });
    expect(sectionsOf(text)[0]?.edited).toBe(false);
    expect(sectionsOf(text.replaceAll('\n', '\r\n'))[0]?.edited).toBe(false);
    expect(sectionsOf(text.replace('two', 'two ½'))[0]?.edited).toBe(true);
    expect(sectionsOf('<!-- evalmark:begin a -->\n\n<!-- evalmark:end a -->')[0]?.edited).toBe(false);
    expect(sectionsOf('<!-- evalmark:begin a -->\nby hand\n<!-- evalmark:end a -->')[0]?.edited).toBe(true);
  });

  it('notes a kept hand edit in the marker and nowhere else', () => {
    const text = replaced('# T\r\n\r\nx\r\n', { name: 'a', markdown: 'one' }).replace('one', 'mine');
    const found = sectionsOf(text)[0];
    const noted = found ? keepSection(text, found) : '';
    expect(sectionsOf(noted)[0]).toMatchObject({ body: 'mine', edited: true, kept: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(noted.replace(/ kept=[0-9a-f]+/, '')).toBe(text);
  });
});

const line = fc.oneof(
  fc.constantFrom('# Title', '## Matrix', '- item', '```', '~~~', '', '    code', '> quote', '<div>', '<!-- note -->', '| a | b |', 'Setext', '===', '<!-- evalmark: shell command=x -->'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const documentText = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\uFEFF'), fc.boolean())
  .map(([lines, eol, bom, ended]) => bom + lines.join(eol) + (ended ? eol : ''));
const markdown = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n'));

describe('for any document', () => {
  it('keeps every byte outside, writes what was asked, and changes nothing the second time', () => {
    fc.assert(
      fc.property(documentText, markdown, markdown, fc.option(fc.constant('Matrix'), { nil: undefined }), (text, first, second, heading) => {
        const created = replaceSection(text, { name: 'a', markdown: first, heading });
        if (!created.ok) return;
        const [one] = sectionsOf(created.value);
        expect(one).toMatchObject({ name: 'a', body: bodyOf(first), edited: false });
        expect(isInsertion(text, created.value)).toBe(true);
        expect(replaceSection(created.value, { name: 'a', markdown: first, heading })).toEqual({ ok: true, value: created.value });

        const changed = replaceSection(created.value, { name: 'a', markdown: second, heading });
        if (!changed.ok || !one) return;
        const [two] = sectionsOf(changed.value);
        expect(changed.value.slice(0, two?.start)).toBe(created.value.slice(0, one.start));
        expect(changed.value.slice(two?.end)).toBe(created.value.slice(one.end));
      }),
      { numRuns: 1500 },
    );
  });

  it('leaves other sections as they are', () => {
    fc.assert(
      fc.property(documentText, markdown, markdown, (text, first, second) => {
        const one = replaceSection(text, { name: 'a', markdown: first });
        const two = one.ok ? replaceSection(one.value, { name: 'b', markdown: second }) : one;
        if (!one.ok || !two.ok) return;
        expect(sectionsOf(two.value).find(({ name }) => name === 'a')).toMatchObject({ body: bodyOf(first), edited: false });
        expect(isInsertion(one.value, two.value)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

/** Whether `after` is `before` with one stretch put in. */
function isInsertion(before: string, after: string): boolean {
  let head = 0;
  while (head < before.length && before[head] === after[head]) head++;
  return after.endsWith(before.slice(head));
}

function section(name: string, body: string): string {
  return `<!-- evalmark:begin ${name} -->\n\n${body}\n\n<!-- evalmark:end ${name} -->`;
}

function sectionsOf(text: string): readonly Section[] {
  const found = findSections(text);
  if (!found.ok) throw new Error(found.failure.message);
  return found.value;
}

function replaced(text: string, request: Parameters<typeof replaceSection>[1]): string {
  const next = replaceSection(text, request);
  if (!next.ok) throw new Error(next.failure.message);
  return next.value;
}
