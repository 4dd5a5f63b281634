import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';

const steps = 30;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  await build({
    entryPoints: [path.join(import.meta.dirname, 'markingProcess.ts')],
    outfile: path.join(folder, 'markingProcess.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

it('three processes that mark one plan at once lose nothing', async () => {
  const file = path.join(folder, 'tasks.md');
  const text = `# T\n\n### Task 1.1: A\n**Owner**: X\n\n${Array.from({ length: steps }, (_, index) => `- [ ] step ${index}\n`).join('')}\nMark tasks as:\n- [ ] Not started\n- [✓] Complete\n`;
  await writeFile(file, text);
  const children = [0, 1, 2].map((part) => fork(path.join(folder, 'markingProcess.mjs'), [file, String(part), '3'], { execArgv: [] }));
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0]);
  const written = await readFile(file, 'utf8');
  expect(written).toBe(text.replaceAll('[ ] step', '[✓] step').replace('**Owner**: X', '**Owner**: X\n**Status**: ✓ COMPLETE'));
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

it('a process killed while it writes leaves a whole plan and no lasting lock', async () => {
  const file = path.join(folder, 'tasks.md');
  const text = Array.from({ length: 3000 }, (_, index) => `- [ ] step ${index}\n`).join('');
  await writeFile(file, text);
  const child = fork(path.join(folder, 'markingProcess.mjs'), [file, '0', '1'], { execArgv: [] });
  while ((await readFile(file, 'utf8')) === text) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill('SIGKILL');
  await once(child, 'exit');
  const left = await readFile(file, 'utf8');
  expect(left.replaceAll('[x]', '[ ]')).toBe(text);
  const again = fork(path.join(folder, 'markingProcess.mjs'), [file, '2999', '3000'], { execArgv: [] });
  expect((await once(again, 'exit'))[0]).toBe(0);
  expect(await readFile(file, 'utf8')).toContain('- [x] step 2999\n');
});
