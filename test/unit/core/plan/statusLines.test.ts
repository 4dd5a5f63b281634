import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stepAddress } from '../../../../src/core/plan/address';
import { parsePlan } from '../../../../src/core/plan/parse';
import type { StepState } from '../../../../src/core/plan/plan';
import type { PlanEdit } from '../../../../src/core/plan/planStore';
import { planTextEdits } from '../../../../src/core/plan/write';
import { edited } from './planText';

function follow(text: string, taskIds: readonly string[], reasons: Record<string, string> = {}, marks: readonly (readonly [number, StepState])[] = []): string {
  const plan = parsePlan(text);
  const edits: PlanEdit[] = marks.map(([index, state]) => ({ kind: 'mark', step: stepAddress(plan.steps[index]!), state }));
  const result = planTextEdits({ plan, bytes: undefined, text }, [...edits, { kind: 'statusLines', taskIds, reasons }]);
  if (!result.ok) throw new Error(result.failure.message);
  return edited(text, result.value);
}

const task = (status: string | undefined, ...marks: readonly string[]) =>
  `### Task 1.1: A\n**Owner**: X  \n**Estimated**: 1 hour${status === undefined ? '' : `  \n**Status**:${status === '' ? '' : ` ${status}`}`}\n\n${marks.map((mark, index) => `- [${mark}] step ${index}\n`).join('')}`;

describe("a task's Status line", () => {
  it.each<[string | undefined, readonly string[], string | undefined, string?]>([
    [undefined, ['✓', '✓'], '✓ COMPLETE'],
    [undefined, ['✓', ' '], '✓ PARTIALLY COMPLETE (1 of 2 steps)'],
    [undefined, ['✓', '→'], '→ IN PROGRESS'],
    [undefined, ['✓', '✗'], '✗ BLOCKED (26 GB short)', '26 GB short'],
    [undefined, ['✓', '✗'], '✗ BLOCKED'],
    [undefined, [' ', ' '], undefined],
    [undefined, ['-', '✓'], '✓ COMPLETE'],
    ['Not started', [' ', ' '], 'Not started'],
    ['Pending', ['✓', '✓'], '✓ COMPLETE'],
    ['', ['✓', '✓'], '✓ COMPLETE'],
    ['✓ COMPLETE', [' ', ' '], 'Not started'],
    ['✓ COMPLETE', ['✓', ' '], '✓ PARTIALLY COMPLETE (1 of 2 steps)'],
    ['✓ COMPLETE (updated based on model card reviews)', ['✓', '✓'], '✓ COMPLETE (updated based on model card reviews)'],
    ['✓ COMPLETE (updated based on reviews)', ['✓', '→'], '→ IN PROGRESS (updated based on reviews)'],
    ['✓ PARTIALLY COMPLETE (1 of 3 models reviewed)', ['✓', '✓', ' '], '✓ PARTIALLY COMPLETE (2 of 3 models reviewed)'],
    ['✓ PARTIALLY COMPLETE (2 of 3 models reviewed)', ['✓', '✓', '✓'], '✓ COMPLETE (3 of 3 models reviewed)'],
    ['✓ PARTIALLY COMPLETE (1 of 2 steps) - ask Tim', ['✓', '✓'], '✓ COMPLETE - ask Tim'],
    ['→ IN PROGRESS, since Monday', ['✓', '✓'], '✓ COMPLETE, since Monday'],
    ['✗ BLOCKED (no disk) see issue 7', ['✓', '✓'], '✓ COMPLETE see issue 7'],
    ['✗ BLOCKED (no disk)', ['✓', '✗'], '✗ BLOCKED (no disk)'],
    ['✗ BLOCKED (no disk)', ['✓', '✗'], '✗ BLOCKED (no token [asked])', 'no token (asked)'],
    ['Waiting for the GPU', ['✓', '✓'], '✓ COMPLETE - Waiting for the GPU'],
    ['✓ COMPLETE - Waiting for the GPU', ['✓', ' '], '✓ PARTIALLY COMPLETE (1 of 2 steps) - Waiting for the GPU'],
    ['Open questions remain', ['→'], '→ IN PROGRESS - Open questions remain'],
    ['✅ Done', ['✓', ' '], '✓ PARTIALLY COMPLETE (1 of 2 steps)'],
  ])('%j with %j becomes %j', (old, marks, status, reason) => {
    const after = follow(task(old, ...marks), ['1.1'], reason === undefined ? {} : { '1.1': reason });
    expect(after).toBe(task(status, ...marks));
    expect(follow(after, ['1.1'], reason === undefined ? {} : { '1.1': reason })).toBe(after);
  });

  it('follows marks of the same edit', () => {
    expect(follow(task(undefined, ' ', '✓'), ['1.1'], {}, [[0, 'done']])).toBe(task('✓ COMPLETE', '✓', '✓'));
  });

  it('keeps line ends and blanks behind', () => {
    const text = task('→ IN PROGRESS', '✓').replace('PROGRESS', 'PROGRESS  ').replaceAll('\n', '\r\n');
    expect(follow(text, ['1.1'])).toBe(text.replace('→ IN PROGRESS', '✓ COMPLETE'));
  });

  it('counts optional steps only where there are no others', () => {
    expect(follow('### Task 1: A\n\n- [✓] a\n- [ ]* b\n', ['1'])).toContain('**Status**: ✓ COMPLETE');
    expect(follow('### Task 1: A\n\n- [✓]* a\n- [ ]* b\n', ['1'])).toContain('**Status**: ✓ PARTIALLY COMPLETE (1 of 2 steps)');
  });

  it.each([
    ['a plain list', '# List\n- [x] a\n'],
    ['headings without fields', '## Setup\n- [x] a\n'],
    ['numbered boxes', '- [x] 1. a\n- [ ] 2. b\n'],
    ['a task without steps', '### Task 1: A\nWords.\n'],
    ['an unknown task', '### Task 7: A\n- [ ] a\n'],
  ])('is not added to %s', (_name, text) => {
    const plan = parsePlan(text);
    expect(follow(text, [...plan.tasks.map(({ id }) => id), 'unknown'])).toBe(text);
  });

  it('is followed in numbered boxes that have one', () => {
    expect(follow('- [x] 1. a\n  - **Status**: →  IN PROGRESS\n', ['1'])).toBe('- [x] 1. a\n  - **Status**: ✓ COMPLETE\n');
  });
});

describe('what stands above and below the tasks', () => {
  const plan = (change: string, progress: string, marks: readonly string[]) =>
    `# C\n\n**Change ID**: \`c\`  \n**Status**: ${change}\n\n## Phase 1: P\n### Task 1.1: A\n**Status**: ✓ COMPLETE\n\n- [${marks[0]}] a\n### Task 1.2: B\n**Status**: ✓ COMPLETE\n\n- [${marks[1]}] b\n## Phase 2: Q\n### Task 2.1: C\n- [ ] c\n\n## Summary\n\n**Phase 1 Progress**: ${progress}\n**Phase 2 Progress**: by hand\n`;

  it('follows the tasks', () => {
    expect(follow(plan('Proposed', 'open', ['✓', '✓']), ['1.1'])).toBe(plan('✓ PARTIALLY COMPLETE (2 of 3 tasks)', '✓ COMPLETE (all 2 tasks)', ['✓', '✓']));
    expect(follow(plan('Proposed', '✓ COMPLETE (all 2 tasks) hurray', ['✓', ' ']), ['1.1'])).toBe(
      plan('✓ PARTIALLY COMPLETE (1 of 3 tasks)', '✓ PARTIALLY COMPLETE (1 of 2 tasks) hurray', ['✓', ' ']),
    );
    expect(follow(plan('Proposed', 'pending', ['→', '✗']), ['1.1'])).toContain('**Status**: → IN PROGRESS\n\n## Phase 1');
  });

  it('stays as it is while nothing is done', () => {
    const text = plan('Proposed', 'pending', [' ', ' ']).replaceAll('**Status**: ✓ COMPLETE\n', '');
    expect(follow(text, ['1.1', '1.2'])).toBe(text);
  });
});

const file = path.resolve(import.meta.dirname, '../../../../../shared/plans/qwen-ecosystem-validation/tasks.md');

describe.runIf(existsSync(file))('in the plan that Evalmark was conceived for', () => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';

  it('one more step changes the mark and the figures, and nothing else', () => {
    const index = parsePlan(text).steps.findIndex((step) => step.text === 'djessica/QE-2509-Relight');
    const after = follow(text, ['1.2'], {}, [[index, 'done']]);
    const changed = after.split('\n').flatMap((line, number) => (line === text.split('\n')[number] ? [] : [`${number + 1} ${line}`]));
    expect(changed).toEqual([
      '4 **Status**: ✓ PARTIALLY COMPLETE (2 of 19 tasks)',
      '34 **Status**: ✓ PARTIALLY COMPLETE (4 of 10 models reviewed)',
      '41 - [✓] djessica/QE-2509-Relight',
      '414 **Phase 1 Progress**: ✓ PARTIALLY COMPLETE (2 of 3 tasks)',
    ]);
  });

  it('a task without Status line gets one as the file writes them', () => {
    const plan = parsePlan(text);
    const marks = plan.steps.flatMap((step, index) => (step.taskId === '2.1' ? [[index, 'done'] as const] : []));
    expect(follow(text, ['2.1'], {}, marks)).toContain('**Owner**: Tim Lawrenz  \n**Status**: ✓ COMPLETE\n\n```bash\ncd /home');
  });
});
