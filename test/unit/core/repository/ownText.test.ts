import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownText } from '../../../../src/core/repository/ownText';
import { replaceSection } from '../../../../src/core/report/sectionText';

function withSection(text: string, name: string, markdown: string, heading?: string): string {
  const next = replaceSection(text, { name, markdown, heading });
  if (!next.ok) throw new Error(next.failure.message);
  return next.value;
}

const base = withSection('# Results\n\nIntroduction.\n\n## Notes\n\nMine.\n', 'matrix', '| a |\n| b |', 'Matrix');

describe('of a document', () => {
  it('sections are Evalmark\'s, and the rest a person\'s', () => {
    const ours = withSection(base, 'matrix', '| a |\n| c |\n| d |');
    const both = ours.replace('Mine.', 'Mine, and more.').replace('Introduction.\n', '');
    expect(ownText(base, ours, false)).toEqual({ kind: 'whole' });
    expect(ownText(base, both, false)).toEqual({ kind: 'part', text: ours });
    expect(ownText(base, base.replace('Mine.', 'Other.'), false)).toEqual({ kind: 'none' });
  });

  it('a new section brings its heading along', () => {
    const ours = withSection(base, 'examples', 'Pictures.', 'Best and worst');
    const both = ours.replace('Mine.', 'My new\n\nparagraphs.');
    expect(ownText(base, ours, false)).toEqual({ kind: 'whole' });
    expect(ownText(base, both, false)).toEqual({ kind: 'part', text: ours });
  });

  it('a hand edit inside a section is a person\'s', () => {
    const edited = base.replace('| b |', '| b, as I see it |');
    expect(ownText(base, edited, false)).toEqual({ kind: 'none' });
    const both = withSection(edited, 'other', 'x', 'Other');
    expect(ownText(base, both, false)).toEqual({ kind: 'part', text: withSection(base, 'other', 'x', 'Other') });
  });

  it('a new one is Evalmark\'s when nothing but sections and headings is in it', () => {
    expect(ownText(undefined, withSection('', 'a', 'x', 'A'), false)).toEqual({ kind: 'whole' });
    expect(ownText(undefined, withSection('# My plan\n\nWords of mine.\n', 'a', 'x', 'A'), false)).toEqual({ kind: 'mixed' });
  });

  it('with damaged markers belongs to nobody', () => {
    expect(ownText(base, base.replace('<!-- evalmark:end matrix -->', ''), false)).toEqual({ kind: 'mixed' });
  });

  it('keeps the line ends of each side', () => {
    const windows = base.replaceAll('\n', '\r\n');
    const ours = withSection(windows, 'matrix', 'new');
    expect(ownText(windows, ours.replace('Mine.', 'Mine now.'), false)).toEqual({ kind: 'part', text: ours });
  });
});

describe('of a plan', () => {
  const plan = '# Plan\n\n#### Task 1.1: One\n**Owner**: Mira\n\n- [ ] First\n- [ ] owner/name\n- [ ] Last\n\n**Deliverable**: a.md\n';

  it('marks, remarks and Status lines are Evalmark\'s; words and new steps a person\'s', () => {
    const ours = plan.replace('- [ ] First', '- [✓] First').replace('- [ ] owner/name', '- [✓] owner/name - VALIDATED (reads well)').replace('**Owner**: Mira\n', '**Owner**: Mira  \n**Status**: ✓ COMPLETE\n');
    expect(ownText(plan, ours, true)).toEqual({ kind: 'whole' });
    const both = ours.replace('- [ ] Last', '- [ ] A step of mine\n- [ ] Last').replace('**Deliverable**: a.md', '**Deliverable**: b.md');
    expect(ownText(plan, both, true)).toEqual({ kind: 'part', text: ours });
  });

  it('a step that both changed cannot be told apart only where its words changed with its mark', () => {
    const both = plan.replace('- [ ] First', '- [✓] First, in my words').replace('- [ ] Last', '- [✓] Last');
    expect(ownText(plan, both, true)).toEqual({ kind: 'part', text: plan.replace('- [ ] Last', '- [✓] Last') });
  });

  it('a note that the runner keeps is Evalmark\'s', () => {
    const ours = plan.replace('- [ ] Last\n', '- [✓] Last\n\n<!-- evalmark:begin note-storage -->\n- 14 GB in the cache\n<!-- evalmark:end note-storage -->\n');
    expect(ownText(plan, ours, true)).toEqual({ kind: 'whole' });
    expect(ownText(plan, `${ours}\nMy words.\n`, true)).toEqual({ kind: 'part', text: ours });
  });
});

describe('whatever both wrote', () => {
  const words = fc.array(fc.constantFrom('alpha', 'beta', '', '- item', '> quote', 'gamma  ', '| x |'), { maxLength: 8 });
  const section = fc.array(fc.constantFrom('row one', 'row two', '', '- point', '**bold**'), { minLength: 1, maxLength: 5 }).filter((lines) => lines.some((line) => line !== ''));

  it('exactly what Evalmark wrote is taken', () => {
    fc.assert(
      fc.property(words, words, words, section, section, fc.constantFrom('\n', '\r\n'), (head, tail, mine, first, second, eol) => {
        const start = ['# T', ...head, 'end of head', ''].join(eol);
        const before = withSection(start, 'a', first.join('\n')) + eol + ['below', ...tail, ''].join(eol);
        const ours = withSection(before, 'a', second.join('\n'));
        const both = ours.replace(`end of head${eol}`, ['end of head', ...mine.map((line) => `mine ${line}`), ''].join(eol)).replace(`below${eol}`, `below, changed${eol}`);
        const told = ownText(before, both, false);
        if (ours === before) expect(told.kind).toBe('none');
        else expect(told).toEqual({ kind: 'part', text: ours });
      }),
      { numRuns: 300 },
    );
  });
});
