// The editor's own packaging tool, in a cache folder: with what it brings along, it would double a fresh clone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from './cacheFolder.mjs';

/** The last line of versions that runs with Node 20. */
const vsceVersion = '3.9.2';

/** Runs vsce; throws with what it said when it fails. */
export function vsce(args, cwd) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [installVsce(), ...args], { cwd, encoding: 'utf8', env: { ...process.env, NODE_NO_WARNINGS: '1' } });
  if (status !== 0) throw new Error(`vsce ${args[0]} failed:\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

function installVsce() {
  const folder = cacheFolder(`vsce-${vsceVersion}`);
  const entry = path.join(folder, 'node_modules', '@vscode', 'vsce', 'vsce');
  const done = path.join(folder, 'installed');
  if (existsSync(done) && existsSync(entry)) return entry;
  console.log(`Installing vsce ${vsceVersion} into ${folder}: about 70 MB, some seconds, once.`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "evalmark-vsce", "private": true }\n');
  // Its optional packages are for signing in and for signatures, which packaging does without.
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional', `@vscode/vsce@${vsceVersion}`], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm install @vscode/vsce@${vsceVersion} failed:\n${(stderr ?? '').slice(-1500)}`);
  writeFileSync(done, '');
  return entry;
}
