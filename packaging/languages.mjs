// What people read of the manifest and the extension, for translators: `package.nls.json` and `l10n/bundle.l10n.json`.
// `npm run languages` writes both; as a check it says what is not there, is left over, or is not translated any more.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from '../test/install.mjs';
import { nameStrings, namedStrings } from './manifestStrings.mjs';

/** Each has a file of both kinds. */
const translations = ['de'];

const write = process.argv.includes('--write');
const problems = [];

const manifestFile = path.join(root, 'package.json');
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
const nls = readJson('package.nls.json');
const named = nameStrings(manifest, nls);
if (write && named.changed) writeFileSync(manifestFile, `${JSON.stringify(named.manifest, undefined, 2)}\n`);
if (!write) for (const text of named.added) problems.push(`package.json says "${text.slice(0, 60)}" to people without a name in package.nls.json`);
const used = namedStrings(named.manifest);
settle('package.nls.json', Object.fromEntries([...used].sort().map((key) => [key, named.strings[key]])), nls);

const source = exportedStrings();
settle('l10n/bundle.l10n.json', Object.fromEntries([...source].sort().map((text) => [text, text])), readJson('l10n/bundle.l10n.json'));

for (const language of translations) {
  compare(`package.nls.${language}.json`, [...used]);
  compare(`l10n/bundle.l10n.${language}.json`, [...source]);
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(`\n${problems.length} to mend: run \`npm run languages\`, then translate what is new in the files of ${translations.join(', ')}.`);
  process.exitCode = 1;
}

function settle(file, wanted, found) {
  if (JSON.stringify(wanted) === JSON.stringify(found)) return;
  if (write) writeFileSync(path.join(root, file), `${JSON.stringify(wanted, undefined, 2)}\n`);
  else problems.push(`${file} is not what manifest and source say`);
}

/** A translation has every string, no other, and the same places for values. */
function compare(file, keys) {
  const translated = readJson(file);
  const english = file.startsWith('l10n') ? Object.fromEntries(keys.map((key) => [key, key])) : named.strings;
  for (const key of keys) {
    if (translated[key] === undefined) problems.push(`${file} lacks "${key.slice(0, 80)}"`);
    else if (placesIn(translated[key]) !== placesIn(english[key])) problems.push(`${file}: "${key.slice(0, 60)}" has other {places} or commands than its translation`);
  }
  for (const key of Object.keys(translated)) if (!keys.includes(key)) problems.push(`${file} has "${key.slice(0, 60)}" left over`);
}

/** What a translation must keep: numbered places, links to commands, names of settings. */
function placesIn(text) {
  return [...text.matchAll(/\{\d+\}|command:[\w.]+|`evalmark\.[\w.]+`/g)].map(([place]) => place).sort().join(' ');
}

/** The first argument of each `l10n.t(…)` of the extension, which has to be a plain string. */
function exportedStrings() {
  const strings = new Set();
  const folder = path.join(root, 'src', 'extension');
  for (const name of readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.ts'))) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    // Models that tests run without an editor leave their words to those who show them.
    const knowsEditor = /from 'vscode'/.test(text);
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    const visit = (node) => {
      if (ts.isCallExpression(node)) {
        const called = node.expression.getText(file);
        const [first] = node.arguments;
        if (called === 'l10n.t' && first) {
          if (ts.isStringLiteralLike(first)) strings.add(first.text);
          else problems.push(`src/extension/${name}: l10n.t wants a plain string, not ${first.getText(file).slice(0, 60)}`);
        }
        if (/^window\.show(Information|Warning|Error)Message$/.test(called)) for (const one of node.arguments) if (isWords(one)) problems.push(`src/extension/${name}: ${called} says ${one.getText(file).slice(0, 60)} without l10n.t`);
      }
      if (knowsEditor && ts.isPropertyAssignment(node) && /^(title|prompt|placeHolder|openLabel|tooltip|validationMessage)$/.test(node.name.getText(file)) && isWords(node.initializer) && !/^.https?:/.test(node.initializer.getText(file))) {
        problems.push(`src/extension/${name}: ${node.getText(file).slice(0, 80)} without l10n.t`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return strings;
}

/** A literal with words in it; a template that only joins values is none. */
function isWords(node) {
  if (ts.isStringLiteralLike(node)) return /[A-Za-z]{2}/.test(node.text);
  return ts.isTemplateExpression(node) && [node.head, ...node.templateSpans.map(({ literal }) => literal)].some(({ text }) => /[A-Za-z]{2}/.test(text));
}

function readJson(file) {
  return existsSync(path.join(root, file)) ? JSON.parse(readFileSync(path.join(root, file), 'utf8')) : {};
}
