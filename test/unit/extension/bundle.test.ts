import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../actionContext';

const root = path.resolve(__dirname, '../../..');
const heavy = ['sharp', 'onnxruntime-node', 'simple-git', '@huggingface/hub', '@lydell/node-pty'];
let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = await mkdtemp(temporaryFolder);
  bundle = path.join(folder, 'extension.cjs');
  await build({
    entryPoints: [path.join(root, 'src/extension/main.ts')],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode', ...heavy],
    outfile: bundle,
    legalComments: 'none',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the extension host bundle', () => {
  it('is under 600 KB', async () => {
    expect((await stat(bundle)).size).toBeLessThan(600 * 1024);
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
       const extension = require(${JSON.stringify(bundle)});
       process.stdout.write(JSON.stringify({ asked, activate: typeof extension.activate }));`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    expect(JSON.parse(stdout)).toEqual({ asked: [], activate: 'function' });
  });
});
