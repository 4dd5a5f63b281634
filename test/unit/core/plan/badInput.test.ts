import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../../src/core/plan/parse';
import { codes } from './planText';
import { planTexts } from './planTexts';

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(part))));

describe('what is no plan', () => {
  it.each([
    ['nothing', '', ['empty-plan 1']],
    ['blanks', ' \n\t\n', ['empty-plan 1']],
    ['words', '# Notes\n\nWords.\n', ['no-steps 1']],
    ['binary', bytes('- [ ] a\n', [0, 1, 2]), ['binary 1']],
    ['a picture', bytes([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52]), ['binary 1']],
    ['NUL in an editor', '- [ ] a\0', ['binary 1']],
    ['UTF-16', Buffer.from('\uFEFF- [ ] a\n', 'utf16le'), ['utf-16 1']],
    ['UTF-16 without mark', Buffer.from('- [ ] a\n- [ ] b\n', 'utf16le'), ['utf-16 1']],
    ['UTF-16, the other way round', Buffer.from('- [ ] a\n- [ ] b\n', 'utf16le').swap16(), ['utf-16 1']],
  ])('is said: %s', (_name, source, expected) => {
    const plan = parsePlan(source);
    expect(codes(plan)).toEqual(expected);
    expect(plan.steps).toEqual([]);
  });

  it('shows what can be understood of broken UTF-8', () => {
    const plan = parsePlan(bytes('- [ ] a', [0xff, 0xc3], '\n- [x] b\n'));
    expect(plan.steps.map(({ text, state }) => [text, state])).toEqual([['a\uFFFD\uFFFD', 'todo'], ['b', 'done']]);
    expect(codes(plan)).toEqual(['not-utf8 1']);
  });
});

/** Each takes seconds to hours where time grows with the square of the size. */
describe('large and hostile plans are read in one pass', () => {
  const many = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join('');

  it.each([
    ['50,000 steps', many(50_000, (index) => `- [ ] step ${index}\n`), 50_000],
    ['20,000 equal steps', '- [x] same\n'.repeat(20_000), 20_000],
    ['20,000 numbered boxes', many(20_000, (index) => `- [ ] T${index} a (depends on T${index + 1})\n`), 20_000],
    ['20,000 equal numbers', '- [ ] 1.1 a\n'.repeat(20_000), 20_000],
    ['20,000 headings with steps', many(20_000, (index) => `### Task ${index}: T\n- [ ] a\n`), 20_000],
    ['deep nesting', many(2_000, (index) => `${'  '.repeat(index)}- [ ] a\n`), 2_000],
    ['nesting that comes and goes', many(20_000, (index) => `${'  '.repeat(index % 90)}- [ ] a\n`), 20_000],
    ['many list marks in a line', `${'- '.repeat(50_000)}a\n`.repeat(5) + '- [ ] a\n', 1],
    ['many quotes', `${'>'.repeat(200_000)}\n- [ ] a\n`, 1],
    ['one very long line', `- [ ] ${'word '.repeat(400_000)}\n- [ ] b\n`, 2],
    ['long lines of brackets', `- ${'['.repeat(500_000)}\n- [ ] b\n`, 1],
    ['long lines of blanks', `- [ ] a${' '.repeat(500_000)}b <!-- evalmark: x ${' '.repeat(100_000)} -->\n`, 1],
    ['long lines of asterisks', `${'*'.repeat(500_000)}\n**${'a'.repeat(500_000)}\n- [ ] b\n`, 1],
    ['long numbers', `- [ ] ${'1.'.repeat(200_000)}1 a\n### Task ${'1.'.repeat(200_000)}: b\n- [ ] c\n`, 2],
    ['20,000 fences', '```sh\nls\n```\n'.repeat(20_000) + '- [ ] a\n', 1],
    ['20,000 fences that never end', '## H\n```sh\n~~~\n'.repeat(20_000) + '## H\n- [ ] a\n', 1],
    ['tildes that never end', '~~~\n## H\n'.repeat(40_000) + '- [ ] a\n', 1],
    ['fences of every length', many(1_500, (index) => `${'`'.repeat(1_600 - index)}a\n## H\n`) + '- [ ] a\n', 1],
    ['fences in items', '- ```a\n'.repeat(40_000) + '\n- [ ] a\n', 1],
    ['fences of two lengths', '`````\n## H\n- ```a\n\n'.repeat(20_000) + '## H\n- [ ] a\n', 1],
    ['comments that never end', '## H\n<!-- a\n'.repeat(40_000) + '## H\n- [ ] a\n', 1],
    ['comments in items', '- <!-- a\n'.repeat(40_000) + '-->\n- [ ] a\n', 1],
    ['legends', 'Mark tasks as:\n- [ ] open\n- [x] done\n- [-] skipped\n\n'.repeat(20_000) + '- [ ] a\n', 1],
    ['words for states', '- [ ] done\n'.repeat(20_000), 20_000],
    ['wildcards', many(3_000, (index) => `- [ ] 1.${index} a\n`) + many(3_000, (index) => `- [ ] 2.${index} a\n`) + many(20_000, (index) => `- Task 1.x, 2.${index % 3_000} depends on Task 2.x\n`), 6_000],
    ['a circle of 20,000', many(20_000, (index) => `- [ ] T${100 + index} a (depends on T${100 + ((index + 1) % 20_000)})\n`), 20_000],
    ['a deep graph', `- [ ] 1. a\n## Task Dependency Graph\n\`\`\`json\n${'['.repeat(200_000)}\n\`\`\`\n`, 1],
    ['40,000 waves', `- [ ] 1. a\n## Task Dependency Graph\n\`\`\`json\n[${'["1"],'.repeat(40_000)}["1"]]\n\`\`\`\n`, 1],
    ['200,000 fields', '**A**: b\n'.repeat(200_000) + '- [ ] a\n', 1],
    ['paragraphs without end', 'word\n'.repeat(100_000) + '- [ ] a\n', 1],
  ])('%s', (_name, text, steps) => {
    expect(parsePlan(text).steps).toHaveLength(steps);
  });
});

describe('any text', () => {
  it('is read without failing, with marks where they are said to be', () => {
    fc.assert(
      fc.property(planTexts, (text) => {
        const plan = parsePlan(text);
        const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
        for (const step of plan.steps) {
          const { line, start, end } = step.markRange;
          expect(lines[line]?.slice(start, end)).toBe(step.mark);
          expect(lines[line]).toContain(step.text);
        }
        expect(plan.tasks.flatMap(({ steps }) => steps)).toHaveLength(plan.steps.length);
        expect(new Set(plan.steps.map(({ id }) => id)).size).toBe(plan.steps.length);
        for (const { range } of plan.diagnostics) expect(range.line).toBeLessThan(lines.length);
      }),
      { numRuns: 500 },
    );
  });

  it('is read without failing from any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (source) => void parsePlan(source)));
  });
});
