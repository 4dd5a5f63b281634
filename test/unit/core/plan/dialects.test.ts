import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../../src/core/plan/parse';
import { shape } from './planText';

describe('notations', () => {
  it.each([
    {
      name: 'phases and tasks in headings',
      dialect: 'evalmark',
      text: `# Change - Tasks

## Task Breakdown

### Phase 1: Survey

#### Task 1.1: Find models
**Estimated**: 30 minutes

- [✓] Look
- [ ] Count

### Phase 2: Testing

#### Task 2.1: Run

- [→] Run it
- [✗] Look again

## Summary
- ✓ Task 1.1: no box
`,
      plan: [
        ['1: Survey', ['1.1: Find models', 'done Look', 'todo Count']],
        ['2: Testing', ['2.1: Run', 'doing Run it', 'failed Look again']],
      ],
    },
    {
      name: 'OpenSpec',
      dialect: 'openspec',
      text: `## 1. Implementation
- [x] 1.1 Create the schema
- [ ] 1.2 Write the endpoint
  - [ ] 1.2.1 Validate

## 2. Tests
- [ ] 2.1 Unit tests
`,
      plan: [
        ['1: Implementation', ['1.1: Create the schema', 'done 1.1 Create the schema'], ['1.2: Write the endpoint', 'todo 1.2 Write the endpoint', '  todo 1.2.1 Validate']],
        ['2: Tests', ['2.1: Unit tests', 'todo 2.1 Unit tests']],
      ],
    },
    {
      name: 'Spec Kit',
      dialect: 'speckit',
      text: `# Tasks: Photo album

**Input**: Design documents

## Format: \`[ID] [P?] [Story] Description\`

- **[P]**: Can run in parallel

## Phase 1: Setup (Shared Infrastructure)

- [ ] T001 Create project structure
- [X] T002 [P] Configure linting

**Checkpoint**: Ready to go

## Phase 3: User Story 1 - Title (Priority: P1) 🎯 MVP

**Goal**: Brief

### Implementation for User Story 1

- [ ] T012 [P] [US1] Create Model in src/models/model.py
- [ ] T013 [US1] Implement Service (depends on T012)

## Dependencies & Execution Order

### Phase Dependencies

- **Setup (Phase 1)**: No dependencies - can start immediately
- **Foundational (Phase 2)**: Depends on Setup completion
`,
      plan: [
        ['1: Setup (Shared Infrastructure)', ['T001: Create project structure', 'todo T001 Create project structure'], ['T002: Configure linting', 'done T002 [P] Configure linting']],
        [
          '3: User Story 1 - Title (Priority: P1) 🎯 MVP',
          ['T012: Create Model in src/models/model.py', 'todo T012 [P] [US1] Create Model in src/models/model.py'],
          ['T013: Implement Service (depends on T012)', 'todo T013 [US1] Implement Service (depends on T012)'],
        ],
      ],
    },
    {
      name: 'Kiro',
      dialect: 'kiro',
      text: `# Implementation Plan

- [x] 1. Set up the project
  - Create folders
  - _Requirements: 1.1, 1.2_

- [-] 2. Implement the core
  - [~] 2.1 Write the parser
    - Detail of it
    - _Requirements: 2.1_
  - [ ]* 2.2 Write property tests
    - _Requirements: 2.2_

- [ ] 3. Checkpoint - Ensure all tests pass
`,
      plan: [
        [
          'implementation-plan: Implementation Plan',
          ['1: Set up the project', 'done 1. Set up the project'],
          ['2: Implement the core', 'doing 2. Implement the core', '  todo 2.1 Write the parser', '  todo 2.2 Write property tests'],
          ['3: Checkpoint - Ensure all tests pass', 'todo 3. Checkpoint - Ensure all tests pass'],
        ],
      ],
    },
    {
      name: 'a plain list without headings',
      dialect: 'plain',
      text: '- [ ] one\n- [x] two\n',
      plan: [['tasks: Tasks', ['tasks: Tasks', 'todo one', 'done two']]],
    },
    {
      name: 'a plain list under a title',
      dialect: 'plain',
      text: '# Release 2\n\nSome words.\n\n* [ ] one\n* [x] two\n',
      plan: [['release-2: Release 2', ['release-2: Release 2', 'todo one', 'done two']]],
    },
    {
      name: 'headings without numbers',
      dialect: 'plain',
      text: '# Trip\n## Before\n- [ ] pack\n## On the way\n### By train\n- [ ] tickets\n### By foot\n- [ ] shoes\n## Thoughts\nnone\n',
      plan: [
        ['before: Before', ['before: Before', 'todo pack']],
        ['on-the-way: On the way', ['on-the-way/by-train: By train', 'todo tickets'], ['on-the-way/by-foot: By foot', 'todo shoes']],
      ],
    },
    {
      name: 'all list marks and any nesting',
      dialect: 'plain',
      text: '- [ ] a\n    - [x] b\n\t\t- [ ] c\n+ [ ] d\n1. [ ] e\n   2) [x] f\n* [ ] g\n',
      plan: [['tasks: Tasks', ['tasks: Tasks', 'todo a', '  done b', '    todo c', 'todo d', 'todo e', '  done f', 'todo g']]],
    },
    {
      name: 'a phase with steps of its own',
      dialect: 'plain',
      text: '## Phase 1: Setup\n- [ ] a\n## Phase 2: Work\n### Core\n- [ ] b\n### Tests\n- [ ] c\n',
      plan: [
        ['1: Setup', ['1: Setup', 'todo a']],
        ['2: Work', ['2/core: Core', 'todo b'], ['2/tests: Tests', 'todo c']],
      ],
    },
    {
      name: 'tasks in headings without a phase',
      dialect: 'evalmark',
      text: '# Work\n## Task 1: First\n- [ ] a\n### Notes\n- [ ] b\n## Task 2 - Second\n- [ ] c\n',
      plan: [['work: Work', ['1: First', 'todo a', 'todo b'], ['2: Second', 'todo c']]],
    },
    {
      name: 'underlined headings',
      dialect: 'plain',
      text: 'Title\n=====\n\nSetup\n-----\n- [ ] a\n',
      plan: [['setup: Setup', ['setup: Setup', 'todo a']]],
    },
    {
      name: 'notations mixed in one file',
      dialect: 'evalmark',
      text: '## Phase 1: One\n### Task 1.1: First\n- [ ] a\n### Task 1.2: Second\n- [ ] b\n## 2. Two\n- [ ] 2.1 c\n- [ ] loose\n',
      plan: [
        ['1: One', ['1.1: First', 'todo a'], ['1.2: Second', 'todo b']],
        ['2: Two', ['2.1: c', 'todo 2.1 c'], ['2: Two', 'todo loose']],
      ],
    },
  ])('$name', ({ text, plan, dialect }) => {
    const parsed = parsePlan(text);
    expect(shape(parsed)).toEqual(plan);
    expect(parsed.dialect).toBe(dialect);
  });

  it('keeps tasks and steps as the same objects in every list', () => {
    const plan = parsePlan('## Phase 1: A\n### Task 1.1: B\n- [ ] c\n## Phase 2: D\n### Task 2.1: E\n- [x] f\n');
    expect(plan.phases.flatMap(({ tasks }) => tasks)).toEqual(plan.tasks);
    expect(plan.tasks[1]).toBe(plan.phases[1]?.tasks[0]);
    expect(plan.tasks[1]?.steps[0]).toBe(plan.steps[1]);
    expect(plan.counts).toEqual({ phases: 2, tasks: 2, steps: 2, done: 1, doing: 0, failed: 0 });
  });
});

describe('tags and numbers', () => {
  it('reads what may run in parallel and what is optional', () => {
    const plan = parsePlan('- [ ] T001 [P] [US1] a\n- [ ] T002 b\n- [ ]* 3.1 c\n');
    expect(plan.steps.map(({ parallel, optional }) => [parallel, optional])).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ]);
    expect(plan.tasks.map(({ parallel }) => parallel)).toEqual([true, false, false]);
  });

  it.each([
    ['T012 [P] text', 'T012'],
    ['CHK001 text', 'CHK001'],
    ['2.4 text', '2.4'],
    ['2.4. text', '2.4'],
    ['**2.4** text', '2.4'],
    ['**T007**: text', 'T007'],
    ['Task 2.4: text', '2.4'],
    ['7. text', '7'],
    ['5 standardized test images', 'tasks/5-standardized-test-images'],
    ['T4 graphics cards', 'tasks/t4-graphics-cards'],
    ['Verify Python version (3.13.3)', 'tasks/verify-python-version-3-13-3'],
  ])('finds the number of "%s"', (text, id) => {
    expect(parsePlan(`- [ ] ${text}\n`).steps[0]?.id).toBe(id);
  });

  it('gives ids that survive lines inserted above and remarks behind', () => {
    const before = parsePlan('## A\n- [ ] one\n- [ ] two\n');
    const after = parsePlan('words\n\n## A\n- [ ] zero\n- [x] two - GOOD (really)\n- [ ] one\n');
    const ids = after.steps.map(({ id }) => id);
    for (const { id } of before.steps) expect(ids).toContain(id);
  });

  it('gives every step and task an id of its own', () => {
    const plan = parsePlan('## A\n- [ ] same\n- [ ] same\n- [ ] same-2\n## A\n- [ ] same\n- [ ] 🎉\n- [ ] 1.1 x\n- [ ] 1.1 y\n');
    expect(new Set(plan.steps.map(({ id }) => id)).size).toBe(7);
    expect(new Set(plan.tasks.map(({ id }) => id)).size).toBe(plan.tasks.length);
    expect(plan.diagnostics.map(({ code }) => code)).toEqual(['duplicate-id']);
  });
});

describe('what a task holds', () => {
  const text = `### Task 1.1: Do it
**Estimated**: 1-2 hours (mostly waiting)
**Owner:** Somebody

For each model:
\`\`\`bash
download <model-name>  # <not this>
# <nor this>
\`\`\`

- [ ] Step <!-- evalmark: download repository=a/b note="two words" -->
  - a detail
  more of it
- [ ] Other

**Deliverable**: ✓ A table
- a bullet
---

### Task 1.2: Next
`;
  const [task] = parsePlan(text).tasks;

  it('reads its fields, estimate and deliverable', () => {
    expect(task?.fields).toEqual([
      { name: 'Estimated', value: '1-2 hours (mostly waiting)', line: 1 },
      { name: 'Owner', value: 'Somebody', line: 2 },
      { name: 'Deliverable', value: '✓ A table', line: 15 },
    ]);
    expect(task?.estimate).toEqual({ minimumMinutes: 60, maximumMinutes: 120, text: '1-2 hours (mostly waiting)', line: 1 });
    expect(task?.deliverable).toBe('A table');
    expect([task?.line, task?.endLine]).toEqual([0, 17]);
  });

  it('reads its shell blocks', () => {
    expect(task?.blocks).toEqual([
      { language: 'bash', line: 6, lines: ['download <model-name>  # <not this>', '# <nor this>'], placeholders: ['model-name', 'not this'], introduction: 'For each model:' },
    ]);
  });

  it('reads notes, details and the link', () => {
    expect(task?.notes).toEqual([
      { text: 'For each model:', line: 4 },
      { text: 'a bullet', line: 16 },
    ]);
    const step = task?.steps[0];
    expect(step?.text).toBe('Step');
    expect(step?.details).toEqual([
      { text: 'a detail', line: 11 },
      { text: 'more of it', line: 12 },
    ]);
    expect(step?.override).toMatchObject({ action: 'download', arguments: { repository: 'a/b', note: 'two words' } });
    const { range } = step?.override ?? {};
    expect(text.split('\n')[10]?.slice(range?.start, range?.end)).toBe('<!-- evalmark: download repository=a/b note="two words" -->');
  });

  it('leaves a block within a numbered box to its task', () => {
    const plan = parsePlan('- [ ] 1. Build\n  ```sh\n  make\n    all\n  ```\n  **Estimated**: 5 minutes\n- [ ] 2. Test\n');
    expect(plan.tasks[0]?.blocks).toEqual([{ language: 'sh', line: 2, lines: ['make', '  all'], placeholders: [], introduction: undefined }]);
    expect(plan.tasks[0]?.estimate?.maximumMinutes).toBe(5);
    expect(plan.tasks.map(({ endLine }) => endLine)).toEqual([6, 7]);
  });
});
