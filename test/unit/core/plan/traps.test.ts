import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../../src/core/plan/parse';
import { at, codes } from './planText';

describe('boxes', () => {
  it.each([
    ['- [ ] a', ' '],
    ['* [x] a', 'x'],
    ['+ [X]', 'X'],
    ['12) [✓] a', '✓'],
    ['-\t[→]\ta', '→'],
    ['- [✔️] a', '✔️'],
    ['- [👨‍👩‍👧] a', '👨‍👩‍👧'],
    ['  - [é] a', 'é'],
    ['- [ ]* a', ' '],
    ['- [\t] a', '\t'],
  ])('%j is one', (line, mark) => {
    const text = `# T\n${line}\n`;
    const [step, ...others] = parsePlan(text).steps;
    expect(others).toEqual([]);
    expect(step?.mark).toBe(mark);
    expect(at(text, step?.markRange ?? { line: 0, start: 0, end: 0 })).toBe(mark);
  });

  it.each([
    '- [docs](url)',
    '- [x](url)',
    '- [ ](url)',
    '- [x]: url',
    '- [] a',
    '- [xy] a',
    '-[ ] a',
    '- [ ]a',
    '- [ ]** a',
    '- ✓ Task 1.1: done',
    '[ ] a',
    '> - [ ] a',
    'words - [ ] a',
    '- \\[ ] a',
    '#- [ ] a',
    '1234567890. [ ] a',
  ])('%j is none', (line) => {
    expect(parsePlan(`# T\n${line}\n`).steps).toEqual([]);
  });
});

describe('marks', () => {
  const kiro = '- [ ] 1. a\n- [ ] 2. b\n  - _Requirements: 1_\n';

  it.each([
    [' ', 'todo', 'todo'],
    ['x', 'done', 'done'],
    ['X', 'done', 'done'],
    ['✓', 'done', 'done'],
    ['✔', 'done', 'done'],
    ['✔️', 'done', 'done'],
    ['☑', 'done', 'done'],
    ['√', 'done', 'done'],
    ['→', 'doing', 'doing'],
    ['/', 'doing', 'doing'],
    ['✗', 'failed', 'failed'],
    ['✘', 'failed', 'failed'],
    ['-', 'deferred', 'doing'],
    ['~', 'deferred', 'todo'],
  ])('[%s] means %s, in Kiro %s', (mark, plain, inKiro) => {
    const line = `- [${mark}] a\n`;
    expect(parsePlan(line)).toMatchObject({ steps: [{ state: plain }], diagnostics: [] });
    expect(parsePlan(`${kiro}${line}`).steps.at(-1)?.state).toBe(inKiro);
  });

  it.each(['?', '!', '>', '✅', '❌', '1', 'd', ']'])('[%s] is unknown: open, and said', (mark) => {
    const plan = parsePlan(`- [${mark}] a\n- [x] b\n`);
    if (mark === ']') expect(plan.steps).toHaveLength(1);
    else {
      expect(plan.steps.map(({ state }) => state)).toEqual(['todo', 'done']);
      expect(codes(plan)).toEqual(['unknown-mark 1']);
    }
  });
});

describe('the legend', () => {
  it.each([
    ['Mark tasks as:\n- [ ] Not started\n- [→] In progress\n- [✓] Complete\n- [✗] Blocked/Failed\n', { todo: ' ', doing: '→', done: '✓', failed: '✗' }],
    ['**Legend**:\n* [ ] todo\n* [x] done\n* [-] skipped\n', { todo: ' ', done: 'x', deferred: '-' }],
    ['## Status key\n\n- [o] Done\n- [.] Pending\n', { done: 'o', todo: '.' }],
    ['Marks:\n- `[ ]` Not started\n- `[~]` = In progress\n- `[x]`: Complete\n', { todo: ' ', doing: '~', done: 'x' }],
    ['Words.\n\n- [ ] Task not started\n- [/] Task in progress (somebody is at it)\n- [x] Task complete\n', { todo: ' ', doing: '/', done: 'x' }],
  ])('is found in %j', (text, marks) => {
    const plan = parsePlan(`# P\n\n## Work\n- [ ] step\n\n${text}`);
    expect(plan.steps.map((step) => step.text)).toEqual(['step']);
    expect(plan.legend?.marks).toEqual(marks);
    expect(plan.phases).toHaveLength(1);
  });

  it('decides what marks mean, wherever it stands', () => {
    const plan = parsePlan('- [x] a\n- [o] b\n- [-] c\n- [→] d\n\nMark tasks as:\n- [ ] open\n- [o] done\n- [x] failed\n- [-] in progress\n');
    expect(plan.steps.map(({ state }) => state)).toEqual(['failed', 'done', 'doing', 'doing']);
    expect(plan.diagnostics).toEqual([]);
  });

  it.each([
    ['steps that are words for states', '## Release\n- [ ] Done\n- [ ] Blocked\n'],
    ['two states without announcement', '## Release\n- [ ] Started\n- [x] Done\n'],
    ['states and other words', 'Mark tasks as:\n- [ ] Not started\n- [x] Write the report\n'],
  ])('is not seen in %s', (_name, text) => {
    expect(parsePlan(text)).toMatchObject({ legend: undefined, counts: { steps: 2 } });
  });
});

describe('what is no step', () => {
  it.each([
    ['fences', '```\n- [ ] no\n```\n'],
    ['tildes', '~~~~ text\n- [ ] no\n~~~\n~~~~\n'],
    ['longer fences around shorter ones', '````markdown\n```\n- [ ] no\n```\n- [ ] no\n````\n'],
    ['fences in list items', '- [x] one\n  ```text\n  - [ ] no\n  ```\n'],
    ['headings within Markdown fences', '```markdown\n# H\n- [ ] no\n```\n'],
    ['comments', '<!-- - [ ] no -->\n<!--\n- [ ] no\n\n## No\n- [ ] no\n-->\n'],
    ['comments in list items', '- a\n  <!--\n  - [ ] no\n  -->\n'],
    ['pre', '<pre>\n- [ ] no\n</pre>\n'],
    ['front matter', ''],
  ])('in %s', (name, text) => {
    const before = name === 'front matter' ? '---\ntitle: x\nlist:\n- [ ] no\n---\n' : '';
    const plan = parsePlan(`${before}# T\n- [x] first\n\n${text}\n- [x] last\n`);
    expect(plan.steps.every(({ state }) => state === 'done')).toBe(true);
    expect(plan.steps.map((step) => step.text)).toEqual(expect.arrayContaining(['first', 'last']));
    expect(plan.title).toBe('T');
    expect(plan.diagnostics).toEqual([]);
  });

  it('says so of boxes in indented code, and reads deep ones in lists', () => {
    expect(codes(parsePlan('Like this:\n\n    - [ ] no\n\n- [ ] yes\n'))).toEqual(['box-in-code 3']);
    expect(parsePlan('- [ ] a\n\n          - [ ] b\n').steps.map(({ level }) => level)).toEqual([0, 1]);
  });

  it('reads steps within details and next to HTML', () => {
    expect(parsePlan('<details>\n<summary>More</summary>\n- [ ] a\n</details>\n\n- [ ] b <!-- a word -->\n').steps.map(({ text }) => text)).toEqual(['a', 'b <!-- a word -->']);
  });

  it('does not take a rule below a field for a heading', () => {
    const plan = parsePlan('### Task 1: A\n- [ ] a\n\n**Deliverable**: x\n---\n- [ ] b\n* * *\n- [ ] c\n');
    expect(plan.tasks.map(({ steps }) => steps.length)).toEqual([3]);
    expect(plan.tasks[0]?.notes).toEqual([]);
  });
});

describe('what is never closed', () => {
  const steps = '## Next\n- [ ] real\n- [ ] too\n';

  it.each([
    ['a fence', '```bash\nmake\n\n', 'fence-never-closed 2'],
    ['tildes', '~~~\nmake\n', 'fence-never-closed 2'],
    ['a fence with a comment in it', '```bash\n# not a heading\nmake\n\n', 'fence-never-closed 2'],
    ['a fence before closed ones', '```bash\nmake\n\n## Between\n```bash\nmake\n```\n', 'fence-never-closed 2'],
    ['a comment', '<!-- todo\n\n', 'comment-never-closed 2'],
    ['a comment before another', '<!-- todo\n\n## Between\n<!-- closed -->\n', 'comment-never-closed 2'],
  ])('%s ends at the next heading', (_name, text, code) => {
    const plan = parsePlan(`# T\n${text}${steps}`);
    expect(plan.steps.map((step) => step.text)).toEqual(['real', 'too']);
    expect(codes(plan)).toEqual([code]);
  });

  it('keeps the commands of such a fence', () => {
    const plan = parsePlan('## Task 1: A\n- [ ] a\n```bash\n# comment\nmake\n\n## Task 2: B\n- [ ] b\n');
    expect(plan.tasks[0]?.blocks[0]?.lines).toEqual(['# comment', 'make']);
  });

  it('ends with its list item', () => {
    const plan = parsePlan('- [ ] a\n  ```\n  words\n- [ ] b\n');
    expect(plan.steps).toHaveLength(2);
    expect(codes(plan)).toEqual(['fence-never-closed 2']);
  });

  it('finds the steps of a plan whose every fence lost its end', () => {
    const task = (number: number) => `### Task 1.${number}: T\n\`\`\`bash\nmake\n\n- [ ] swallowed\n\n`;
    const plan = parsePlan(`## Phase 1: P\n${[1, 2, 3].map(task).join('')}### Task 1.4: Last\n- [ ] kept\n`);
    expect(plan.tasks.map(({ id }) => id)).toEqual(['1.1', '1.2', '1.3', '1.4']);
    expect(codes(plan)).toHaveLength(3);
  });
});

describe('lines and columns', () => {
  it.each([
    ['\n', ''],
    ['\r\n', ''],
    ['\r', ''],
    ['\r\n', '\uFEFF'],
  ])('are those of an editor with line ends %j and mark %j', (end, mark) => {
    const lines = ['# Title', '', '### Task 1: A', '**Owner**: X  ', '', '```sh', 'ls', '```', '- [ ] ünïcode 🎉', '\t- [✓] b <!-- evalmark: manual -->', ''];
    const text = lines.join(end);
    for (const source of [mark + text, new TextEncoder().encode(mark + text)]) {
      const plan = parsePlan(source);
      expect(plan.title).toBe('Title');
      expect(plan.steps.map((step) => [step.line, at(text, step.markRange)])).toEqual([[8, ' '], [9, '✓']]);
      expect(at(text, plan.steps[1]?.override?.range ?? plan.steps[0]!.markRange)).toBe('<!-- evalmark: manual -->');
      expect(plan.tasks[0]).toMatchObject({ line: 2, fields: [{ line: 3 }], blocks: [{ line: 6, lines: ['ls'] }] });
    }
  });

  it('do not count U+2028 as a line end', () => {
    expect(parsePlan('a\u2028- [ ] no\n- [ ] b\n').steps.map(({ line }) => line)).toEqual([1]);
  });
});

describe('estimates', () => {
  it.each([
    ['30 minutes', 30, 30],
    ['1-2 hours (mostly waiting)', 60, 120],
    ['2–3 h', 120, 180],
    ['1 hour 30 minutes', 90, 90],
    ['1h30m', 90, 90],
    ['~1.5 hours', 90, 90],
    ['2 to 4 days', 960, 1920],
    ['1 week', 2400, 2400],
    ['an hour', 60, 60],
    ['half a day', 240, 240],
    ['30 minutes (1 hour at most)', 30, 30],
  ])('%s', (text, minimumMinutes, maximumMinutes) => {
    expect(parsePlan(`### Task 1: A\n**Estimated**: ${text}\n`).tasks[0]?.estimate).toEqual({ minimumMinutes, maximumMinutes, text, line: 1 });
  });

  it.each(['S', 'unknown', '5 apples', ''])('%j is none', (text) => {
    expect(parsePlan(`### Task 1: A\n**Estimated**: ${text}\n`).tasks[0]?.estimate).toBeUndefined();
  });
});
