import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { mayHold, type Facts } from './whenClause';

interface Keybinding {
  readonly key: string;
  readonly command: string;
  readonly when?: string;
}

const root = path.resolve(import.meta.dirname, '../../..');
const { contributes } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { readonly contributes: { readonly keybindings: readonly (Keybinding & { readonly mac?: string })[] } };
/** Every key that the editor of the editor tests binds by itself; test/editor/planTree.test.ts writes it anew. */
const defaults = JSON.parse(readFileSync(path.join(import.meta.dirname, 'defaultKeybindings.json'), 'utf8')) as readonly Keybinding[];

/** Where one of our keys is pressed: the focus is there and nowhere else. */
function placeOf(when: string): Facts {
  const inTree = when.includes("focusedView == 'evalmark.plan'");
  const there = inTree ? ['listFocus', 'sideBarFocus'] : ['editorTextFocus', 'editorFocus', 'textInputFocus', 'inputFocus'];
  return (key) => {
    if (there.includes(key)) return true;
    const [name = '', value] = key.split(' == ');
    if (name === 'focusedView') return inTree && value === 'evalmark.plan';
    if (name === 'editorLangId' || name === 'resourceLangId') return !inTree && value === 'markdown';
    if (name === 'isMac' || name === 'isWindows' || name === 'isLinux' || name === 'isWeb') return undefined;
    // A place with a focus of its own is another place.
    return /focus(ed)?$|focusedin|chat|accessibleview|codeactionmenu|breadcrumbs|referencesearch|notebook|terminal|interactive|mergeeditor|replinput|findwidget|suggestwidget|inlinesuggestion|commenteditor|scmrepository|viewlet|quickinput/i.test(name) ? false : undefined;
  };
}

it('knows the editor’s own keys', () => {
  expect(defaults.length).toBeGreaterThan(500);
  expect(defaults).toContainEqual(expect.objectContaining({ key: 'ctrl+shift+p', command: 'workbench.action.showCommands' }));
});

it('takes no key that the editor itself uses at the same place', () => {
  expect(contributes.keybindings.length).toBeGreaterThan(0);
  for (const { key, command, when = '' } of contributes.keybindings) {
    const collisions = defaults.filter((other) => other.key === key && mayHold(other.when ?? '', placeOf(when)));
    expect(collisions, `${key} ${command}`).toEqual([]);
  }
});

it('binds keys only where Evalmark has the focus or the file is a plan', () => {
  for (const { when, command } of contributes.keybindings) expect(when, command).toMatch(/focusedView == 'evalmark\.|resourcePath in evalmark\.planPaths/);
});

it('would tell a collision', () => {
  const inTree = placeOf("focusedView == 'evalmark.plan' && listFocus && !inputFocus");
  expect(mayHold('', inTree)).toBe(true);
  expect(mayHold('listFocus && !inputFocus', inTree)).toBe(true);
  expect(mayHold('editorTextFocus && !editorReadonly', inTree)).toBe(false);
  expect(mayHold("filesExplorerFocus && foldersViewVisible || focusedView == 'other'", inTree)).toBe(false);
  expect(mayHold('!(listFocus)', inTree)).toBe(false);
});
