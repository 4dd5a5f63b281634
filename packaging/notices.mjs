// The licences of everything that is shipped: of packages that lie in the VSIX, and of those that the bundles are made from.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../test/install.mjs';

/** Licences under which others may be given a copy together with Evalmark's own. */
const known = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'CC-BY-4.0', 'MPL-2.0', 'LGPL-3.0-or-later', 'Python-2.0', 'BlueOak-1.0.0'];

/** Packages that carry no text of their licence, and files in which it stands: of the same owner and licence, or the licence itself. */
const textsOf = [
  [/^@lydell\/node-pty-/, ['node_modules/@lydell/node-pty/LICENSE']],
  [/^(@microsoft\/|onnxruntime-)/, ['node_modules/@vscode/webview-ui-toolkit/LICENSE']],
  [/^gearhash-jit$/, ['node_modules/@huggingface/hub/LICENSE']],
  [/^@bufbuild\/protobuf$/, ['packaging/licences/apache-2.0.txt', 'packaging/licences/protobuf-bsd-3-clause.txt']],
  [/^@img\/sharp-libvips-/, ['README.md', 'packaging/licences/lgpl-3.0.txt', 'packaging/licences/gpl-3.0.txt']],
];

/**
 * @param inputs files that the bundles were made from, relative to the checkout
 * @param folders of packages that are shipped as they are
 */
export function licenceNotices(inputs, folders) {
  const bundled = inputs.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []).map((folder) => path.join(root, folder));
  const icons = path.join(root, 'node_modules', '@vscode', 'codicons');
  const packages = [...new Set([...bundled, ...folders, icons])].map(readPackage).sort((one, other) => (one.title < other.title ? -1 : 1));
  const refused = packages.filter(({ licences }) => !licences.some((alternative) => alternative.every((name) => known.includes(name))));
  if (refused.length > 0) throw new Error(`These packages have licences that nobody looked at yet: ${refused.map(({ title, licence }) => `${title} (${licence})`).join(', ')}. Add them in packaging/notices.mjs when they may be shipped.`);
  const seen = new Set();
  const parts = packages.filter(({ title }) => !seen.has(title) && seen.add(title)).map(({ title, licence, text }) => `${title}\nLicence: ${licence}\n\n${text}`);
  return [`Evalmark ships the software below. Each part stays under its own licence.\n`, ...parts].join(`\n${'-'.repeat(100)}\n\n`);
}

function readPackage(folder) {
  const { name, version, license: licence } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (typeof licence !== 'string') throw new Error(`${name} does not say what its licence is.`);
  return { title: `${name} ${version}`, licence, licences: alternatives(licence), text: licenceText(name, folder) };
}

/** "(MPL-2.0 OR Apache-2.0)" as a choice of lists that hold together. */
function alternatives(licence) {
  return licence.replace(/[()]/g, '').split(' OR ').map((one) => one.split(' AND ').map((name) => name.trim()));
}

function licenceText(name, folder) {
  const texts = textsIn(folder);
  if (texts.length > 0) return texts.join('\n\n');
  const others = textsOf.find(([pattern]) => pattern.test(name))?.[1];
  if (others === undefined) throw new Error(`${name} carries no text of its licence; say in packaging/notices.mjs whose text holds for it.`);
  return others.map((file) => readFileSync(path.join(file === 'README.md' ? folder : root, file), 'utf8').trim()).join('\n\n');
}

function textsIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notices?|copying|thirdpartynotices)/i.test(file))
    .map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
}
