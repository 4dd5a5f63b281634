// Lays out the folder that becomes a VSIX: named files only, so that nothing else gets in.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../test/install.mjs';
import { licenceNotices } from './notices.mjs';
import { nativePackage } from './nativePackage.mjs';
import { nativePackages, outsidePackages, targets } from './targets.mjs';

/** Of `media`: what the manifest and the code name; the rest are pictures for the README. */
const media = ['evalmark.svg', 'icon.png', 'icons/evalmark.ttf', 'plans', 'schemas', 'templates', 'walkthrough', 'readme'];

const ownBundles = /^(extension(-[\w]+)?\.(cjs|mjs)|engine\.cjs|measure\.cjs|cli\.mjs|sample\.mjs|sample|webviews)$/;

/**
 * @param bundles the folder of a production build
 * @param inputs files of node_modules that the bundles were made from
 */
export async function stage(folder, target, bundles, inputs) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.join(folder, 'dist'), { recursive: true });
  for (const name of (await readdir(bundles)).filter((name) => ownBundles.test(name))) await cp(path.join(bundles, name), path.join(folder, 'dist', name), { recursive: true });
  for (const name of media.filter((name) => existsSync(path.join(root, 'media', name)))) await cp(path.join(root, 'media', name), path.join(folder, 'media', name), { recursive: true });
  const texts = (await readdir(root)).filter((name) => /^(README\.md|CHANGELOG\.md|LICENSE|package\.nls(\.[\w-]+)?\.json)$/.test(name));
  for (const name of texts) await cp(path.join(root, name), path.join(folder, name));
  if (existsSync(path.join(root, 'l10n'))) await cp(path.join(root, 'l10n'), path.join(folder, 'l10n'), { recursive: true });
  await writeManifest(folder);
  const outside = await stagePackages(path.join(folder, 'dist', 'node_modules'), target);
  await writeFile(path.join(folder, 'ThirdPartyNotices.txt'), licenceNotices(inputs, outside));
}

/** What of the manifest is for people who work on Evalmark stays behind. */
async function writeManifest(folder) {
  const { private: _private, scripts: _scripts, dependencies: _dependencies, devDependencies: _devDependencies, ...manifest } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Beside the bundles, where they look first: the packages with native files, and those that these load. */
async function stagePackages(folder, target) {
  const staged = [];
  const native = nativePackages(target);
  for (const name of native) staged.push(await stagePackage(nativePackage(name), path.join(folder, name)));
  const stageInstalled = async (name, from, to) => {
    const source = findPackage(name, from);
    const isNested = from !== root && source.startsWith(path.join(from, 'node_modules'));
    const into = isNested ? path.join(to, 'node_modules', name) : path.join(folder, name);
    if (existsSync(into)) return;
    staged.push(await stagePackage(source, into, (file) => name !== 'onnxruntime-node' || isRuntimeFile(file, target)));
    for (const dependency of Object.keys(manifestOf(source).dependencies ?? {})) if (!onlyForInstalling.has(dependency)) await stageInstalled(dependency, source, into);
  };
  for (const name of outsidePackages) await stageInstalled(name, root, folder);
  return staged;
}

/** The install script of onnxruntime-node fetches and unpacks with them; nothing else does. */
const onlyForInstalling = new Set(['adm-zip', 'global-agent']);

function isRuntimeFile(file, target) {
  if (!file.startsWith('bin/')) return !file.startsWith('script/');
  const { os, cpu, runtime } = targets[target];
  return runtime.some((name) => file === `bin/napi-v6/${os}/${cpu}/${name}`);
}

async function stagePackage(source, into, wanted = () => true) {
  const files = (await readdir(source, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => path.relative(source, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  for (const file of files.filter((file) => isNeededAtRuntime(file) && wanted(file))) await cp(path.join(source, file), path.join(into, file));
  return source;
}

/** Types, sources, maps and the copies for browsers and for `import` where `require` is used: none of them is loaded. */
function isNeededAtRuntime(file) {
  if (file.startsWith('node_modules/') || /(^|\/)(src|install|test|tests|esm)\//.test(file)) return false;
  return !/\.(map|[cm]?ts|md|h|gyp|cc|pdb)$/i.test(file) || /^(licen[cs]e|notice)/i.test(path.basename(file));
}

function findPackage(name, from) {
  for (const folder of [path.join(from, 'node_modules'), path.join(root, 'node_modules')]) if (existsSync(path.join(folder, name, 'package.json'))) return path.join(folder, name);
  throw new Error(`${name} is not installed; run npm install.`);
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}
