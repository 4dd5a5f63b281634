import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments';
import { decide } from '../../../src/cli/decide';
import { temporaryFolder } from '../actionContext';
import { evaluation, layOut } from '../core/report/study';

let workspace: string;

const plan = (steps: string): string => `# Small plan

**Change ID**: \`small\`

#### Task 4.1: Results

- [x] Create docs/small-results.md

#### Task 4.2: Options

- [ ] **Option A**: Use it as it is
- [ ] **Option B**: Train our own

#### Task 4.3: Make Decision

${steps}
`;

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await writeFile(path.join(workspace, 'evaluation.json'), JSON.stringify(evaluation));
  await layOut(workspace);
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const text = (file: string): Promise<string> => readFile(path.join(workspace, file), 'utf8');

async function run(...words: string[]): Promise<{ readonly code: number; readonly output: string }> {
  const parsed = parseArguments(['decide', path.join(workspace, 'tasks.md'), '--workspace', workspace, ...words]);
  if (parsed.kind !== 'run') return { code: 2, output: parsed.kind === 'usage' ? parsed.message : '' };
  let output = '';
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation((said) => Boolean((output += String(said)))));
  try {
    return { code: await decide(parsed.arguments), output };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

it('writes each part where it belongs, and ticks the steps that asked for it', async () => {
  await writeFile(path.join(workspace, 'tasks.md'), plan('- [ ] Select optimal approach based on data\n- [ ] Document decision rationale\n- [ ] Identify next steps for chosen approach\n- [ ] Update project timeline'));
  const { code, output } = await run('--option', 'b', '--rationale', 'No model keeps the face on angles.', '--next', '1. Collect pictures');
  expect(output).toContain('Option B');
  expect(code).toBe(0);
  const tasks = await text('tasks.md');
  expect(tasks).toContain('- [x] Select optimal approach based on data - Option B');
  expect(tasks).toContain('- [x] Document decision rationale');
  expect(tasks).toContain('- [ ] Update project timeline');
  const results = await text('docs/small-results.md');
  expect(results).toMatch(/\*\*Option B: Train our own\*\*[^]*### Rationale\n\nNo model keeps the face on angles\.[^]*### Next steps\n\n1\. Collect pictures/);
  expect(await text('STATUS.md')).toMatch(/\*\*Decision\*\*: Option B: Train our own[^]*\*\*Next steps\*\*\n\n1\. Collect pictures/);
  expect(JSON.parse(await text('results.json'))).toMatchObject({ decision: { rationale: 'No model keeps the face on angles.' } });

  expect(await run('--option', 'A')).toMatchObject({ code: 0 });
  expect(await text('tasks.md')).toContain('Select optimal approach based on data - Option A\n');
  expect(await text('docs/small-results.md')).not.toContain('Option B: Train our own**');
});

it('writes it also where no step of the plan asks for it', async () => {
  await writeFile(path.join(workspace, 'tasks.md'), plan('- [ ] Something else'));
  expect(await run('--option', 'A', '--timeline', 'By June.')).toMatchObject({ code: 0, output: expect.stringContaining('decision in docs/small-results.md') });
  expect(await text('docs/small-results.md')).toMatch(/\*\*Option A: Use it as it is\*\*[^]*### Timeline\n\nBy June\./);
  expect(await text('STATUS.md')).toContain('**Decision**: Option A: Use it as it is');
});

it('takes no option that the plan does not have, and nothing for granted', async () => {
  await writeFile(path.join(workspace, 'tasks.md'), plan('- [ ] Select optimal approach based on data'));
  expect(await run('--option', 'Z')).toMatchObject({ code: 2, output: expect.stringContaining('A (Use it as it is), B (Train our own)') });
  expect(await run()).toMatchObject({ code: 2, output: expect.stringContaining('--option') });
  await expect(text('docs/small-results.md')).rejects.toThrow('ENOENT');
});
