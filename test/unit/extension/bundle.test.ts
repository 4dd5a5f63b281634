import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../actionContext';

const root = path.resolve(__dirname, '../../..');
const heavy = ['sharp', 'onnxruntime-node', 'simple-git', '@huggingface/hub', '@lydell/node-pty'];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(temporaryFolder);
  await promisify(execFile)(process.execPath, ['build.mjs', '--production', '--out', folder], { cwd: root });
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the extension host bundle', () => {
  it('is under 600 KB, all that it loads when it is activated included', async () => {
    const loaded = await loadedAtOnce('extension-main.mjs');
    const sizes = await Promise.all(['extension.cjs', ...loaded].map(async (file) => (await stat(path.join(folder, file))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(600 * 1024);
  });

  it('loads without sharp, onnxruntime, git, the Hub client and the pty', async () => {
    const script = path.join(folder, 'load.cjs');
    await writeFile(
      script,
      `const Module = require('node:module');
       const heavy = ${JSON.stringify(heavy)};
       const asked = [];
       const load = Module._load;
       const anything = new Proxy(class {}, { get: (target, key) => (key === 'prototype' ? target.prototype : anything), apply: () => anything, construct: () => ({}) });
       Module._load = function (name, ...rest) {
         if (heavy.some((one) => name === one || name.startsWith(one + '/'))) asked.push(name);
         return name === 'vscode' ? anything : load.call(this, name, ...rest);
       };
       const extension = require(${JSON.stringify(path.join(folder, 'extension.cjs'))});
       import(${JSON.stringify(path.join(folder, 'extension-main.mjs'))}).then((main) =>
         process.stdout.write(JSON.stringify({ asked, activate: typeof extension.activate, main: typeof main.activate })));`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    expect(JSON.parse(stdout)).toEqual({ asked: [], activate: 'function', main: 'function' });
    for (const file of await loadedAtOnce('extension-main.mjs')) {
      for (const name of heavy) expect(await readFile(path.join(folder, file), 'utf8')).not.toMatch(new RegExp(`from\\s*"${name}`));
    }
  });
});

/** A module's file and those that it imports before it runs, and so on. */
async function loadedAtOnce(entry: string): Promise<readonly string[]> {
  const files = new Set([entry]);
  for (const file of files) {
    const text = await readFile(path.join(folder, file), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.mjs)"/g)) if (name) files.add(name);
  }
  return [...files];
}
