import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../../src/core/plan/parse';
import { at, codes } from './planText';

const tasks = (...ids: readonly string[]) => ids.map((id) => `### Task ${id}: T\n- [ ] a\n`).join('');
const rules = (text: string) => parsePlan(text).dependencies.map(({ after, before }) => [after, before]);

describe('dependencies in words', () => {
  const plan = `## Phase 1: A\n${tasks('1.1', '1.2', '1.3')}## Phase 2: B\n${tasks('2.1', '2.2')}## Summary\n`;

  it.each([
    ['- Task 2.1 depends on Task 1.3 (need to know)', [[['2.1'], ['1.3']]]],
    ['- Task 2.x depends on Task 1.x', [[['2.1', '2.2'], ['1.1', '1.2', '1.3']]]],
    ['Tasks 2.1 and 2.2 depend on Tasks 1.1, 1.2 & 1.3.', [[['2.1', '2.2'], ['1.1', '1.2', '1.3']]]],
    ['* **Task 2.1** depends on **Task 1.1**', [[['2.1'], ['1.1']]]],
    ['- `2.1` depends on 1.1-1.3', [[['2.1'], ['1.1', '1.2', '1.3']]]],
    ['- Phase 2 depends on Phase 1', [[['2.1', '2.2'], ['1.1', '1.2', '1.3']]]],
    ['- Task 1.x depends on Task 1.1', [[['1.2', '1.3'], ['1.1']]]],
    ['- Foundational: depends on Setup completion', []],
    ['- The result depends on Task 1.1', []],
    ['- Task 2.1 may depend on the weather', []],
  ])('%s', (line, expected) => {
    expect(rules(`${plan}${line}\n`)).toEqual(expected);
  });

  it.each([
    ['in a step', '### Task 1.2: T\n- [ ] a (depends on Task 1.1)\n'],
    ['in a title', '### Task 1.2: T (depends on 1.1)\n- [ ] a\n'],
    ['in a field', '### Task 1.2: T\n**Depends on**: Task 1.1\n\n- [ ] a\n'],
    ['in another field', '### Task 1.2: T\n**Dependencies**: 1.1\n\n- [ ] a\n'],
    ['in a note', '### Task 1.2: T\n_Depends: 1.1_\n- [ ] a\n'],
    ['below a step', '### Task 1.2: T\n- [ ] a\n  - Depends on: 1.1\n'],
  ])('said of a task %s', (_name, text) => {
    expect(rules(`${tasks('1.1')}${text}`)).toEqual([[['1.2'], ['1.1']]]);
  });

  it('between numbered boxes', () => {
    expect(rules('- [ ] T001 a\n- [ ] T002 b\n- [ ] T003 c (depends on T001, T002)\n')).toEqual([[['T003'], ['T001', 'T002']]]);
    expect(rules('- [ ] 1. a\n  - [ ] 1.1 b\n- [ ] 2. c\n  - [ ] 2.1 d\n    - _Depends: 1.1_\n')).toEqual([[['2'], ['1']]]);
  });

  it('are not read in code, comments or quotes of others', () => {
    expect(rules(`${plan}\`\`\`\nTask 2.1 depends on Task 1.1\n\`\`\`\n<!-- Task 2.1 depends on Task 1.1 -->\n`)).toEqual([]);
  });

  it('name the tasks that do not exist, where they stand', () => {
    const text = `${plan}- Task 2.1 depends on Task 9.9\n`;
    const { dependencies, diagnostics } = parsePlan(text);
    expect(dependencies).toEqual([]);
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'unknown-task' }]);
    expect(diagnostics.map(({ range }) => at(text, range))).toEqual(['Task 9.9']);
  });

  it('in a circle are errors on their lines', () => {
    const circle = '- Task 1.1 depends on Task 2.2\n- Task 2.1 depends on Task 1.1\n- Task 2.2 depends on Task 2.1\n- Task 1.2 depends on Task 1.1\n- Task 1.3 depends on Task 1.3\n';
    const parsed = parsePlan(`${plan}${circle}`);
    const first = plan.split('\n').length;
    expect(codes(parsed)).toEqual([`dependency-cycle ${first}`, `dependency-cycle ${first + 1}`, `dependency-cycle ${first + 2}`, `dependency-cycle ${first + 4}`]);
    expect(parsed.diagnostics.at(-1)?.message).toContain('waits for itself');
    expect(parsed.dependencies).toHaveLength(5);
  });
});

describe("Spec Kit's phases", () => {
  it('follow each other', () => {
    expect(rules('## Phase 1: A\n- [ ] T001 a\n## Phase 2: B\n- [ ] T002 b\n- [ ] T003 [P] c\n## Phase 3: C\n- [ ] T004 d\n')).toEqual([
      [['T002', 'T003'], ['T001']],
      [['T004'], ['T002', 'T003']],
    ]);
  });

  it('do not in other notations', () => {
    expect(rules(`## Phase 1: A\n${tasks('1.1')}## Phase 2: B\n${tasks('2.1')}`)).toEqual([]);
  });
});

describe("Kiro's graph", () => {
  const boxes = '# P\n- [ ] 1. a\n  - [ ] 1.1 b\n- [ ] 2. c\n- [ ] 3. d\n\n## Task Dependency Graph\n\n';
  const graph = (json: string, info = 'json') => rules(`${boxes}\`\`\`${info}\n${json}\n\`\`\`\n`);
  const expected = [
    [['2'], ['1']],
    [['3'], ['1', '2']],
  ];

  it.each([
    '{"waves":[{"id":0,"tasks":["1.1"]},{"id":1,"tasks":["2"]},{"id":2,"tasks":["3"]}]}',
    '{"waves":[{"id":2,"tasks":["3"]},{"id":0,"tasks":["1.1"]},{"id":1,"tasks":["2"]}]}',
    '[["1"],["2"],["3"]]',
    '{"waves":[["1"],[2],["Task 3"]]}',
    '{ // comment\n "waves": [ {"wave": 1, "taskIds": ["1"]}, {"wave": 2, "taskIds": [{"id": "2"}]}, {"wave": 3, "taskIds": ["3"],}, ], }',
    "{'waves':[{'id':0,'tasks':['1']},{'id':1,'tasks':['2']},{'id':2,'tasks':['3']}]}",
  ])('%s', (json) => {
    // A comment behind an opening brace is not at the beginning of its line.
    expect(graph(json.replace('{ // comment', '{\n// comment'))).toEqual(expected);
    expect(graph(json.replace('{ // comment', '{\n// comment'), '')).toEqual(expected);
  });

  it('lets parts of one task lie in several waves', () => {
    expect(rules(`# P\n- [ ] 1. a\n  - [ ] 1.1 b\n  - [ ] 1.2 b\n- [ ] 2. c\n  - [ ] 2.1 c\n  - [ ] 2.2 c\n- [ ] 3. d\n\n## Task Dependency Graph\n\`\`\`json\n{"waves":[["1.1","2.1"],["1.2","2.2"],["3"]]}\n\`\`\`\n`)).toEqual([[['3'], ['1', '2']]]);
  });

  it.each(['not JSON', '{"waves": 3}', '{"waves":[{"id":0}]}', '{"waves":[[[[', 'null'])('%s is a warning', (json) => {
    expect(codes(parsePlan(`${boxes}\`\`\`json\n${json}\n\`\`\`\n`))).toEqual(['dependency-graph-unreadable 9']);
  });

  it('names unknown tasks', () => {
    expect(codes(parsePlan(`${boxes}\`\`\`json\n[["1"],["7"]]\n\`\`\`\n`))).toEqual(['unknown-task 9']);
  });
});

describe('checkpoints', () => {
  const gates = (text: string) => parsePlan(text).gates.map(({ id, afterTaskId, text: words }) => [id, afterTaskId, words]);

  it.each([
    ['a list', `${tasks('1.1', '1.2')}## Summary\n**Checkpoints**:\n- After Task 1.1: Look\n- After Task 1.1: Look again\n`, [['gate:1.1', '1.1', 'Look'], ['gate:1.1:2', '1.1', 'Look again']]],
    ['one line', `${tasks('1.1', '1.2')}**Checkpoint**: All is well\n`, [['gate:1.2', '1.2', 'All is well']]],
    ['after a phase', `## Phase 1: A\n${tasks('1.1', '1.2')}## Phase 2: B\n${tasks('2.1')}- After Phase 1: Look\n`, [['gate:1.2', '1.2', 'Look']]],
    ['a task', `${tasks('1.1')}### Task 1.2: Checkpoint\n- [ ] look\n`, [['gate:1.2', '1.2', 'Checkpoint']]],
    ['a numbered box', '- [ ] 1. a\n- [ ] 2. Checkpoint - Ensure all tests pass\n', [['gate:2', '2', 'Ensure all tests pass']]],
    ['numbered boxes in phases', '## Phase 1: A\n- [ ] T001 a\n\n**Checkpoint**: Ready\n', [['gate:T001', 'T001', 'Ready']]],
    ['none', `${tasks('1.1')}After Task 1.1 we rest.\n**Checkpoints**:\n`, []],
  ])('%s', (_name, text, expected) => {
    expect(gates(text)).toEqual(expected);
  });

  it('after a task that does not exist are said', () => {
    expect(codes(parsePlan(`${tasks('1.1')}- After Task 7.7: Look\n`))).toEqual(['unknown-task 3']);
  });
});
