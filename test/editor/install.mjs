// Puts a real VS Code (code-server) with the Node it needs into a cache folder, once for all clones on a machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cacheFolder } from '../../packaging/cacheFolder.mjs';
import { ownTarget } from '../../packaging/targets.mjs';
import { quietInstall, root } from '../install.mjs';

const editorVersion = '4.139.1';

/** @returns {{ node: string, entry: string }} Throws with a sentence that says why it cannot be had. */
export function installEditor() {
  const folder = process.env.EVALMARK_EDITOR_FOLDER ?? cacheFolder('editor');
  const node = path.join(folder, 'node_modules', 'node', 'bin', 'node');
  const entry = path.join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
  const server = path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode', 'out', 'server-main.js');
  const done = path.join(folder, `installed-${editorVersion}`);
  if (existsSync(done) && existsSync(entry)) return { node, entry };
  console.log(`Installing code-server ${editorVersion} into ${folder}: about 740 MB, some minutes, once.`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path.join(folder, 'package.json'))) writeFileSync(path.join(folder, 'package.json'), '{ "name": "evalmark-editor", "private": true }\n');
  install(folder, ['node@24']);
  install(folder, [`code-server@${editorVersion}`, 'node@24'], path.dirname(node));
  if (!existsSync(entry) || !existsSync(server) || !existsSync(node)) throw new Error('the install ended without the files that it was to bring');
  writeFileSync(done, '');
  return { node, entry };
}

/** An extensions folder that holds just this checkout, as if it were installed. */
export function extensionFolderFor(root) {
  const extensions = mkdtempSync(path.join(tmpdir(), 'evx-'));
  symlinkSync(root, path.join(extensions, 'evalmark.evalmark-0.1.0'), 'dir');
  return extensions;
}

/**
 * Packages this checkout and installs the package as people do, into an extensions folder below `folder`: once, however
 * often it is called. Returns that folder, and the one of the extension in it.
 */
export function installedPackage(folder) {
  const extensions = path.join(folder, 'extensions');
  if (!existsSync(extensions)) {
    if (ownTarget === undefined) throw new Error(`Evalmark has no package for ${process.platform}-${process.arch}; set EVALMARK_EXTENSION to the checkout to test its folder instead.`);
    command(process.execPath, [path.join(root, 'packaging', 'package.mjs'), ownTarget, '--out', folder], root);
    const file = readdirSync(folder).find((name) => name.endsWith('.vsix'));
    const { node, entry } = installEditor();
    command(node, [entry, '--extensions-dir', extensions, '--user-data-dir', path.join(folder, 'data'), '--install-extension', path.join(folder, file ?? '')], folder);
  }
  const name = readdirSync(extensions).find((one) => one.startsWith('evalmark.evalmark-'));
  if (name === undefined) throw new Error(`code-server installed no extension into ${extensions}.`);
  return { extensions, extension: path.join(extensions, name) };
}

function command(program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} failed:\n${stdout}${stderr}`);
}

function install(folder, packages, nodeFolder) {
  const env = { ...process.env, ...quietInstall, ...(nodeFolder ? { PATH: `${nodeFolder}${path.delimiter}${process.env.PATH}` } : {}) };
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`npm install ${packages.join(' ')} failed:\n${(stderr ?? '').slice(-1500)}`);
}
