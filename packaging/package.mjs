// `npm run package [-- TARGET…] [--out FOLDER] [--pictures URL]`: a VSIX for each system, with that system's native files only.
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, run } from '../test/install.mjs';
import { stage } from './staging.mjs';
import { targets } from './targets.mjs';
import { vsce } from './vsce.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string', default: path.join(root, 'dist', 'packages') }, pictures: { type: 'string' } } });
const wanted = positionals.length > 0 ? positionals : Object.keys(targets);
const unknown = wanted.filter((target) => !(target in targets));
if (unknown.length > 0) {
  console.error(`There is no target ${unknown.join(', ')}; these there are: ${Object.keys(targets).join(', ')}.`);
  process.exit(2);
}

const out = path.resolve(values.out);
const work = path.join(out, 'work');
await mkdir(work, { recursive: true });
run(process.execPath, ['build.mjs', '--production', '--inputs', '--quiet', '--out', path.join(work, 'bundles')]);
const inputs = JSON.parse(await readFile(path.join(work, 'bundles', 'inputs.json'), 'utf8'));
const { name, version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

for (const target of wanted) {
  const folder = path.join(work, target);
  const file = path.join(out, `${name}-${target}-${version}.vsix`);
  await stage(folder, target, path.join(work, 'bundles'), inputs);
  // Pictures of the README lie in the package; a marketplace wants to load them from where the project is.
  const pictures = values.pictures === undefined ? ['--no-rewrite-relative-links'] : ['--baseImagesUrl', values.pictures, '--baseContentUrl', values.pictures];
  vsce(['package', '--target', target, '--no-dependencies', '--allow-missing-repository', '--skip-license', ...pictures, '--out', file], folder);
  console.log(`${path.relative(root, file)}  ${((await stat(file)).size / 1e6).toFixed(1)} MB`);
}
await rm(work, { recursive: true, force: true });
