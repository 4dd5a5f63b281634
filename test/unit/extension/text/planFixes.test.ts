import { expect, it } from 'vitest';
import { linkProblems } from '../../../../src/core/actions/linkProblems';
import { parsePlan } from '../../../../src/core/plan/parse';
import { textFixes, type TextFix } from '../../../../src/extension/text/planFixes';

/** The problems of a text by code, each with the text that its fixes make of it. */
function fixed(source: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const plan = parsePlan(source);
  const lines = source.split('\n');
  const text = { lineCount: lines.length, line: (index: number) => lines[index] ?? '' };
  return new Map([...plan.diagnostics, ...linkProblems(plan)].map((problem) => [problem.code, new Map(textFixes(problem, text, plan).map((fix) => [fix.title, apply(source, fix)]))]));
}

function apply(source: string, { line, start, endLine, end, text }: TextFix): string {
  const lines = source.split('\n');
  const before = [...lines.slice(0, line), (lines[line] ?? '').slice(0, start)].join('\n');
  return before + text + [(lines[endLine] ?? '').slice(end), ...lines.slice(endLine + 1)].join('\n');
}

function codes(source: string): readonly string[] {
  const plan = parsePlan(source);
  return [...plan.diagnostics, ...linkProblems(plan)].map(({ code }) => code);
}

const tasks = '### Phase 1: P\n\n#### Task 1.1: A\n- [ ] a\n\n#### Task 1.2: B\n- [ ] b\n';

it('closes a fence where reading takes it to end', () => {
  const source = '#### Task 1.1: A\n\n```bash\nls\n\n#### Task 1.2: B\n- [ ] b\n';
  const closed = fixed(source).get('fence-never-closed')?.get('Close the code fence') ?? '';
  expect(closed).toBe('#### Task 1.1: A\n\n```bash\nls\n```\n\n#### Task 1.2: B\n- [ ] b\n');
  expect(codes(closed)).toEqual([]);
});

it('puts a reference right that names no task, or takes it out', () => {
  const source = `${tasks}\n**Dependencies**:\n- Task 1.2 depends on Task 1.9\n`;
  const fixes = fixed(source).get('unknown-task');
  expect([...(fixes?.keys() ?? [])]).toEqual(['Change to Task 1.1', 'Change to Task 1.2', 'Take this dependency out']);
  expect(fixes?.get('Change to Task 1.1')).toContain('- Task 1.2 depends on Task 1.1\n');
  for (const title of ['Change to Task 1.1', 'Take this dependency out']) expect(codes(fixes?.get(title) ?? '')).toEqual([]);
});

it('breaks a circle', () => {
  const source = `${tasks}\n**Dependencies**:\n- Task 1.2 depends on Task 1.1\n- Task 1.1 depends on Task 1.2\n`;
  const broken = fixed(source).get('dependency-cycle')?.get('Take this dependency out') ?? '';
  expect(broken.match(/depends on/g)).toHaveLength(1);
  expect(codes(broken)).toEqual([]);
});

it('takes a dependency out of a step without its text', () => {
  const source = '## Phase 1: P\n\n- [ ] T001 First (depends on T009)\n- [ ] T002 Second\n';
  expect(fixed(source).get('unknown-task')?.get('Take this dependency out')).toContain('- [ ] T001 First\n');
});

it('mends what a comment says', () => {
  const step = (comment: string): string => `#### Task 1.1: A\n- [ ] a <!-- evalmark: ${comment} -->\n`;
  expect(fixed(step('downlaod repository=o/n')).get('unknown-action')?.get('Use the action “download”')).toBe(step('download repository=o/n'));
  expect(fixed(step('download repositry=o/n')).get('unknown-argument')?.get('Call the argument “repository”')).toBe(step('download repository=o/n'));
  expect(fixed(step('check kind=versoin')).get('unknown-value')?.get('Use kind=version')).toBe(step('check kind=version'));
  const byRule = fixed(step('nonsense')).get('unknown-action')?.get('Take the comment out, and link by rule') ?? '';
  expect(byRule).toContain('- [ ] a');
  expect(byRule).not.toContain('evalmark');
});

it('gives a plan without steps its first', () => {
  for (const source of ['', '# Plan']) {
    const code = source === '' ? 'empty-plan' : 'no-steps';
    expect(parsePlan(fixed(source).get(code)?.get('Add a first step') ?? '').steps).toHaveLength(1);
  }
});
