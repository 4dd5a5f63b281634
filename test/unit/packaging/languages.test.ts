import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../actionContext';

const root = path.resolve(import.meta.dirname, '../../..');
let folder: string;

/** A copy of what the check reads, so that it can be made wrong. */
beforeAll(async () => {
  folder = await mkdtemp(temporaryFolder);
  for (const name of ['package.json', 'package.nls.json', 'package.nls.de.json', 'l10n', 'packaging', 'src/extension', 'test/install.mjs']) await cp(path.join(root, name), path.join(folder, name), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function check(): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(folder, 'packaging/languages.mjs')], (_error, _output, errors) => resolve(errors));
  });
}

async function changed(name: string, change: (text: string) => string): Promise<string> {
  const file = path.join(folder, name);
  const before = await readFile(file, 'utf8');
  await writeFile(file, change(before));
  const said = await check();
  await writeFile(file, before);
  return said;
}

describe('the words for people', () => {
  it('have names, are exported and translated, all of them', async () => {
    expect(await check()).toBe('');
  });

  it('are found where they stand in the manifest or the source as they are', async () => {
    expect(await changed('package.json', (text) => text.replace('%commands.openPlan.title%', 'Open It'))).toContain('"Open It" to people without a name');
    expect(await changed('src/extension/commands/trust.ts', (text) => `${text}\nexport const f = () => window.showInformationMessage('New words');`)).toContain("says 'New words' without l10n.t");
    expect(await changed('src/extension/commands/trust.ts', (text) => `${text}\nexport const g = () => l10n.t('Words that nobody translated');`)).toContain('l10n/bundle.l10n.de.json lacks "Words that nobody translated"');
  });

  it('keep their places for values and their commands in every language', async () => {
    expect(await changed('l10n/bundle.l10n.de.json', (text) => text.replace('"{0} von {1}"', '"{0} von"'))).toContain('other {places}');
    expect(await changed('package.nls.de.json', (text) => text.replace('(command:evalmark.openPlan)', '(command:evalmark.newPlan)'))).toContain('other {places} or commands');
  });
});
