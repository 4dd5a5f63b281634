// Packages of other systems, which npm does not install here: fetched by npm as the lock file names them, and checked.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from '../test/install.mjs';
import { cacheFolder } from './cacheFolder.mjs';

const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;

/**
 * The folder of a package at the lock file's version: the installed one, else one in the cache.
 * Throws with a sentence that says why it cannot be had.
 */
export function nativePackage(name) {
  const locked = lock[`node_modules/${name}`];
  if (!locked?.integrity) throw new Error(`package-lock.json does not know ${name}; make it again with npm install.`);
  const installed = path.join(root, 'node_modules', name);
  if (existsSync(installed) && JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')).version === locked.version) return installed;
  const folder = path.join(cacheFolder('packages'), `${name.replace('/', '+')}@${locked.version}`);
  if (!existsSync(folder)) fetchPackage(`${name}@${locked.version}`, locked.integrity, folder);
  return path.join(folder, 'package');
}

function fetchPackage(specifier, integrity, folder) {
  console.log(`Fetching ${specifier}`);
  mkdirSync(path.dirname(folder), { recursive: true });
  const unpacked = mkdtempSync(`${folder}-`);
  try {
    const { status, stdout, stderr } = spawnSync('npm', ['pack', specifier, '--json', '--ignore-scripts', '--pack-destination', unpacked], { cwd: unpacked, encoding: 'utf8', shell: process.platform === 'win32' });
    if (status !== 0) throw new Error(`npm pack ${specifier} failed:\n${(stderr ?? '').slice(-1500)}`);
    // npm 12 answers with an object by name, older ones with a list.
    const answer = Object.values(JSON.parse(stdout))[0];
    const archive = path.join(unpacked, answer.filename.replace('@', '').replace('/', '-'));
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrity) throw new Error(`${specifier} is not the package that package-lock.json names: ${found} instead of ${integrity}.`);
    const { status: untarred } = spawnSync('tar', ['-xzf', path.basename(archive)], { cwd: unpacked, stdio: 'inherit' });
    if (untarred !== 0) throw new Error(`${path.basename(archive)} could not be unpacked with tar.`);
    rmSync(archive);
    renameSync(unpacked, folder);
  } catch (error) {
    rmSync(unpacked, { recursive: true, force: true });
    throw error;
  }
}
