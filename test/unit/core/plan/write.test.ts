import { describe, expect, it } from 'vitest';
import { stepAddress } from '../../../../src/core/plan/address';
import { parsePlan } from '../../../../src/core/plan/parse';
import type { StepState } from '../../../../src/core/plan/plan';
import type { PlanEdit } from '../../../../src/core/plan/planStore';
import { planTextEdits, type WriteOptions } from '../../../../src/core/plan/write';
import { edited } from './planText';

/** The text after edits; `make` gets the addresses of the plan's steps. A failure comes back as its code. */
function write(text: string, make: (steps: readonly ReturnType<typeof stepAddress>[]) => readonly PlanEdit[], options?: WriteOptions): string {
  const plan = parsePlan(text);
  const result = planTextEdits({ plan, bytes: undefined, text }, make(plan.steps.map(stepAddress)), options);
  return result.ok ? edited(text, result.value) : result.failure.code;
}

const mark = (text: string, state: StepState, options?: WriteOptions, index = 0) => write(text, (steps) => [{ kind: 'mark', step: steps[index]!, state }], options);

describe('marks', () => {
  const legend = '\nMark tasks as:\n- [.] open\n- [>] in progress\n- [o] done\n- [!] failed\n- [-] skipped\n';

  it.each<[string, string, StepState, string]>([
    ['x in a plain file', '- [ ] a\n', 'done', '- [x] a\n'],
    ['nothing for doing in a plain file', '- [ ] a\n- [x] b\n', 'doing', '- [ ] a\n- [x] b\n'],
    ['nothing for failed in a plain file, though it was done', '- [x] a\n', 'failed', '- [ ] a\n'],
    ['what the file uses', '- [ ] a\n- [✓] b\n', 'done', '- [✓] a\n- [✓] b\n'],
    ['the signs of a file that uses any', '- [ ] a\n- [✓] b\n', 'failed', '- [✗] a\n- [✓] b\n'],
    ['the same sign for doing', '- [ ] a\n- [/] b\n', 'doing', '- [/] a\n- [/] b\n'],
    ["the legend's done", `- [.] a\n${legend}`, 'done', `- [o] a\n${legend}`],
    ["the legend's doing", `- [.] a\n${legend}`, 'doing', `- [>] a\n${legend}`],
    ["the legend's failed", `- [o] a\n${legend}`, 'failed', `- [!] a\n${legend}`],
    ["the legend's todo", `- [o] a\n${legend}`, 'todo', `- [.] a\n${legend}`],
    ["the legend's deferred", `- [.] a\n${legend}`, 'deferred', `- [-] a\n${legend}`],
    ["Kiro's doing, where it is used", '- [ ] 1. a\n- [-] 2. b\n', 'doing', '- [-] 1. a\n- [-] 2. b\n'],
    ['a blank for an unknown mark', '- [?] a\n', 'todo', '- [ ] a\n'],
    ['nothing where the state is the same', '- [X] a\n- [✓] b\n', 'done', '- [X] a\n- [✓] b\n'],
    ['all of a longer mark', '- [✔️] a\n', 'todo', '- [ ] a\n'],
    ['in any list and line end', '#\r\n  1) [ ]* a\t\r\n', 'done', '#\r\n  1) [x]* a\t\r\n'],
  ])('are %s', (_name, before, state, after) => {
    expect(mark(before, state)).toBe(after);
  });

  it('are the signs that GFM lacks when the setting allows', () => {
    expect(mark('- [ ] a\n', 'doing', { writeExtendedMarks: true })).toBe('- [→] a\n');
    expect(mark('- [ ] a\n', 'failed', { writeExtendedMarks: true })).toBe('- [✗] a\n');
    expect(mark('- [ ] a\n', 'done', { writeExtendedMarks: true })).toBe('- [x] a\n');
  });

  it('are read back as what was written', () => {
    const text = `- [.] a\n${legend}`;
    for (const state of ['todo', 'doing', 'done', 'failed', 'deferred'] as const) {
      expect(parsePlan(mark(text, state)).steps[0]?.state).toBe(state);
    }
  });
});

describe('remarks', () => {
  const remark = (before: string, text: string) => write(before, ([step]) => [{ kind: 'remark', step: step!, text }]);

  it.each([
    ['- [ ] a/b\n', 'GOOD', '- [ ] a/b - GOOD\n'],
    ['- [ ] a/b  \n', 'GOOD', '- [ ] a/b - GOOD  \n'],
    ['- [ ] a/b - GOOD (4)\n', 'GOOD (5)', '- [ ] a/b - GOOD (5)\n'],
    ['- [ ] a/b - GOOD\n', 'GOOD', '- [ ] a/b - GOOD\n'],
    ['- [ ] a/b - GOOD\n', 'BAD', '- [ ] a/b - GOOD - BAD\n'],
    ['- [ ] a <!-- evalmark: manual -->\n', 'GOOD', '- [ ] a - GOOD <!-- evalmark: manual -->\n'],
    ['- [ ] a', 'two\n  lines <!-- and a comment -->', '- [ ] a - two lines and a comment'],
    ['- [ ] a\n', '  ', '- [ ] a\n'],
  ])('%j with %j', (before, text, after) => {
    expect(remark(before, text)).toBe(after);
  });
});

describe('links', () => {
  const link = (before: string, action: string | undefined, args: Record<string, string> = {}) =>
    write(before, ([step]) => [{ kind: 'link', step: step!, action, arguments: args }]);

  it('are written, replaced and removed', () => {
    const first = link('- [ ] a  \r\n- [ ] b\r\n', 'download', { repository: 'a/b' });
    expect(first).toBe('- [ ] a <!-- evalmark: download repository=a/b -->  \r\n- [ ] b\r\n');
    const second = link(first, 'manual');
    expect(second).toBe('- [ ] a <!-- evalmark: manual -->  \r\n- [ ] b\r\n');
    expect(link(second, undefined)).toBe('- [ ] a  \r\n- [ ] b\r\n');
    expect(link('- [ ] a\n', undefined)).toBe('- [ ] a\n');
  });

  it.each(['', 'two words', 'quote " and \\', '--> <!-- --', '- - x=y', 'ünï 🎉'])('carry %j', (value) => {
    const text = link('- [ ] a\n', 'shell', { command: value, other: 'b' });
    expect(text.match(/-->/g)).toHaveLength(1);
    expect(parsePlan(text).steps[0]).toMatchObject({ text: 'a', override: { action: 'shell', arguments: { command: value, other: 'b' } } });
  });
});

describe('several edits of one step', () => {
  it('do not disturb each other', () => {
    const text = write('# T\n- [ ] a\n', ([step]) => [
      { kind: 'mark', step: step!, state: 'done' },
      { kind: 'link', step: step!, action: 'card', arguments: { repository: 'a/b' } },
      { kind: 'remark', step: step!, text: 'GOOD' },
    ]);
    expect(['# T\n- [x] a - GOOD <!-- evalmark: card repository=a/b -->\n', '# T\n- [x] a <!-- evalmark: card repository=a/b --> - GOOD\n']).toContain(text);
    expect(parsePlan(text).steps[0]).toMatchObject({ text: 'a - GOOD', state: 'done', override: { action: 'card' } });
  });
});

describe('fields', () => {
  const field = (before: string, name: string, value: string) => write(before, () => [{ kind: 'field', taskId: '1', name, value }]);

  it.each([
    ['a new one below the others', '### Task 1: A\n**Owner**: X\n\n- [ ] a\n', '### Task 1: A\n**Owner**: X\n**Place**: here\n\n- [ ] a\n'],
    ['hard breaks of the file', '### Task 1: A\n**E**: 1 h  \n**Owner**: X\n\n- [ ] a\n', '### Task 1: A\n**E**: 1 h  \n**Owner**: X  \n**Place**: here\n\n- [ ] a\n'],
    ['hard breaks on every line', '### Task 1: A\n**E**: 1 h  \n**Owner**: X  \nWords.\n', '### Task 1: A\n**E**: 1 h  \n**Owner**: X  \n**Place**: here  \nWords.\n'],
    ['backslashes', '### Task 1: A\r\n**E**: 1 h\\\r\n**Owner**: X\r\n', '### Task 1: A\r\n**E**: 1 h\\\r\n**Owner**: X\\\r\n**Place**: here\r\n'],
    ['colons within', '### Task 1: A\n**Owner:** X\n', '### Task 1: A\n**Owner:** X\n**Place:** here\n'],
    ['lists', '### Task 1: A\n- **Owner**: X\n- **Status**: y\n', '### Task 1: A\n- **Owner**: X\n- **Status**: y\n- **Place**: here\n'],
    ['no others', '### Task 1: A\n\n- [ ] a\n', '### Task 1: A\n**Place**: here\n\n- [ ] a\n'],
    ['no others and no gap', '### Task 1: A\n- [ ] a\n', '### Task 1: A\n**Place**: here\n\n- [ ] a\n'],
    ['the end of the file', '### Task 1: A', '### Task 1: A\n**Place**: here'],
    ['one that is there', '### Task 1: A\n**Place**: there  \n', '### Task 1: A\n**Place**: here  \n'],
    ['one that is empty', '### Task 1: A\n**Place**:\n', '### Task 1: A\n**Place**: here\n'],
    ["a person's remark", '### Task 1: A\n**Place**: there - on the NAS\n', '### Task 1: A\n**Place**: here - on the NAS\n'],
    ['a numbered box', '- [ ] 1. a\n  - detail\n', '- [ ] 1. a\n  - **Place**: here\n  - detail\n'],
    ['one in a numbered box', '- [ ] 1. a\n  - **Place**: there\n', '- [ ] 1. a\n  - **Place**: here\n'],
  ])('with %s', (_name, before, after) => {
    expect(field(before, 'Place', 'here')).toBe(after);
    expect(field(after, 'Place', 'here')).toBe(after);
  });

  it('of a task that is gone are refused', () => {
    expect(field('- [ ] a\n', 'Place', 'here')).toBe('task-gone');
  });
});

describe('notes', () => {
  const note = (before: string, lines: readonly string[], taskId = '1') => write(before, () => [{ kind: 'note', taskId, name: 'storage', lines }]);

  it('are added at the end of a task and replaced there', () => {
    const first = note('### Task 1: A\r\n- [ ] a\r\n\r\n---\r\n\r\n### Task 2: B\r\n', ['- one', '- two']);
    expect(first).toBe('### Task 1: A\r\n- [ ] a\r\n\r\n<!-- evalmark:begin storage -->\r\n- one\r\n- two\r\n<!-- evalmark:end storage -->\r\n\r\n---\r\n\r\n### Task 2: B\r\n');
    const longer = note(first, ['- one', '- two', '- three']);
    expect(longer).toContain('- one\r\n- two\r\n- three\r\n<!-- evalmark:end');
    const shorter = note(longer, ['- four']);
    expect(shorter).toContain('begin storage -->\r\n- four\r\n\r\n\r\n<!-- evalmark:end');
    expect(note(shorter, ['- four'])).toBe(shorter);
    expect(note(note(first, []), ['- one', '- two'])).toBe(first);
  });

  it('stay within a numbered box', () => {
    const text = note('- [ ] 1. a\n  - detail\n- [ ] 2. b\n', ['- one']);
    expect(text).toBe('- [ ] 1. a\n  - detail\n  <!-- evalmark:begin storage -->\n  - one\n  <!-- evalmark:end storage -->\n- [ ] 2. b\n');
    expect(note(text, ['- other'])).toBe(text.replace('one', 'other'));
  });

  it('make no steps, headings, fences or comments', () => {
    const text = note('### Task 1: A\n- [ ] a\n', ['- [ ] no', '# no', '```', '<!-- evalmark:end storage -->', '---', '1. [x] no']);
    const plan = parsePlan(text);
    expect(plan.counts).toMatchObject({ tasks: 1, steps: 1 });
    expect(plan.diagnostics).toEqual([]);
  });
});

describe('steps that moved', () => {
  const before = '## Phase 1: P\n### Task 1.1: A\n- [ ] one\n- [ ] two\n- [ ] two\n### Task 1.2: B\n- [ ] one\n- [ ] three - GOOD (4)\n';
  const plan = parsePlan(before);
  const done = (after: string, index: number, previous = true) => {
    const result = planTextEdits(
      { plan: parsePlan(after), bytes: undefined, text: after },
      [{ kind: 'mark', step: stepAddress(plan.steps[index]!), state: 'done' }],
      previous ? { previous: plan } : {},
    );
    return result.ok ? edited(after, result.value) : result.failure.code;
  };

  it.each([
    ['lines above', `words\n\n${before}`, 0, `words\n\n${before.replace('[ ] one', '[x] one')}`],
    ['another order', before.replace('- [ ] one\n- [ ] two', '- [ ] two\n- [ ] one'), 0, before.replace('- [ ] one\n- [ ] two', '- [ ] two\n- [x] one')],
    ['another remark', before.replace('three - GOOD (4)', 'three - GOOD (5)'), 4, before.replace('[ ] three - GOOD (4)', '[x] three - GOOD (5)')],
    ['a new remark', before.replace('] one\n- [ ] two', '] one - FINE\n- [ ] two'), 0, before.replace('] one\n- [ ] two', 'x] one - FINE\n- [ ] two').replace('[ x]', '[x]')],
    ['another task', '### Task 1.1: A\n### Task 1.2: B\n- [ ] three - GOOD (4)\n### Task 1.3: C\n', 4, '### Task 1.1: A\n### Task 1.2: B\n- [x] three - GOOD (4)\n### Task 1.3: C\n'],
    ['a task further down', '### Task 1.2: B\n### Task 1.3: C\n- [ ] three - GOOD (4)\n', 4, '### Task 1.2: B\n### Task 1.3: C\n- [x] three - GOOD (4)\n'],
    ['the first of two with the same words', before, 1, before.replace('[ ] two', '[x] two')],
  ])('are followed: %s', (_name, after, index, expected) => {
    expect(done(after, index)).toBe(expected);
  });

  it.each([
    ['a step that was deleted', before.replace('- [ ] three - GOOD (4)\n', ''), 4, 'step-gone'],
    ['one that was rewritten', before.replace('three - GOOD (4)', 'four'), 4, 'step-gone'],
    ['one whose twin stands elsewhere', before.replace('- [ ] one\n', ''), 0, 'step-gone'],
    ['one of two, with one more', before.replace('- [ ] two\n', '- [ ] two\n- [ ] two\n'), 2, 'step-ambiguous'],
    ['one of two, moved', before.replace('- [ ] one\n- [ ] two\n- [ ] two\n', '- [ ] two\n- [ ] two\n- [ ] one\n'), 2, 'step-ambiguous'],
    ['everything', '', 0, 'step-gone'],
  ])('are refused: %s', (_name, after, index, code) => {
    expect(done(after, index)).toBe(code);
  });

  it('are followed to another number', () => {
    const old = parsePlan('- [ ] T001 Create it\n- [ ] T002 Test it\n');
    const after = '- [ ] T001 Plan it\n- [ ] T002 Create it\n- [ ] T003 Test it\n';
    const result = planTextEdits({ plan: parsePlan(after), bytes: undefined, text: after }, [{ kind: 'mark', step: stepAddress(old.steps[1]!), state: 'done' }], { previous: old });
    expect(result.ok && edited(after, result.value)).toBe(after.replace('[ ] T003', '[x] T003'));
  });

  it('change nothing at all when one of several is gone', () => {
    const result = planTextEdits({ plan, bytes: undefined, text: before }, [
      { kind: 'mark', step: stepAddress(plan.steps[0]!), state: 'done' },
      { kind: 'mark', step: { ...stepAddress(plan.steps[1]!), text: 'gone' }, state: 'done' },
    ]);
    expect(result.ok).toBe(false);
  });
});
