import fc from 'fast-check';

const mark = fc.constantFrom(' ', 'x', 'X', '✓', '→', '✗', '-', '~', '✔️', '?', '👍🏽', 'é');
const words = fc.oneof(
  fc.constantFrom('Download it', 'Verify', 'a/b', 'Option - A', 'Option - B', 'same', 'same', 'T001 [P] a', '1.1 Write', '1. Task', '🎉', 'ünï', 'x (depends on T001)', 'a <!-- evalmark: manual -->', ''),
  fc.string({ maxLength: 12, unit: 'grapheme' }).map((text) => text.replace(/[\r\n\0]/g, ' ')),
);
const indent = fc.constantFrom('', '', '', '  ', '    ', '\t', ' ', '      ');
const bullet = fc.constantFrom('-', '*', '+', '1.', '2)');
const blanks = fc.constantFrom('', '', '  ', ' ', '\t');

const box = fc.tuple(indent, bullet, mark, words, blanks).map(([space, list, character, text, end]) => `${space}${list} [${character}] ${text}${end}`);

const other = fc.oneof(
  fc.constantFrom('', '', '# Title', '## Phase 1: A', '### Phase 2: B', '## 1. Group', '#### Task 1.1: One', '#### Task 1.2: Two', '### Notes', '---', '===', '```', '```bash', '~~~', '<!--', '-->', '<!-- c -->'),
  fc.constantFrom('**Status**: Proposed', '**Status**: ✓ COMPLETE (really)', '**Owner**: X  ', '**Phase 1 Progress**: x', '**Checkpoints**:', '- After Task 1.1: look', '- Task 1.2 depends on Task 1.1', 'Mark tasks as:', '- [ ] Not started', '- [✓] Complete'),
  words,
);

const line = fc.oneof({ weight: 3, arbitrary: box }, { weight: 2, arbitrary: other });

/** Line ends as they come: mostly one kind, sometimes all mixed. */
const lineEnd = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('\n', '\r\n') }, { weight: 1, arbitrary: fc.constantFrom('\r') });

/** Plans, and what may be taken for one: with and without byte order mark, final line end, headings, fences that do not end. */
export const planTexts: fc.Arbitrary<string> = fc
  .record({
    start: fc.constantFrom('', '', '\uFEFF'),
    lines: fc.array(line, { maxLength: 25 }),
    ends: fc.oneof({ weight: 4, arbitrary: lineEnd.map((end) => [end]) }, { weight: 1, arbitrary: fc.array(lineEnd, { minLength: 1, maxLength: 5 }) }),
    last: fc.boolean(),
  })
  .map(({ start, lines, ends, last }) => start + lines.map((text, index) => text + (index < lines.length - 1 || last ? (ends[index % ends.length] ?? '\n') : '')).join(''));
