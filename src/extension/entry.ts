import type { ExtensionContext } from 'vscode';
import type * as Main from './main';

// Editors before 1.100 load extensions as CommonJS, and give `vscode` to CommonJS only. The extension itself is split into
// modules, so that opening a window loads no action and no panel; they take the editor's interface from here (build.mjs).
declare const require: (name: string) => unknown;
Object.assign(globalThis, { [Symbol.for('evalmark.vscode')]: require('vscode') });

const specifier: string = './extension-main.mjs';
const main = import(specifier) as Promise<typeof Main>;

export async function activate(context: ExtensionContext): Promise<Main.EvalmarkApi> {
  return (await main).activate(context);
}

export async function deactivate(): Promise<void> {
  await (await main).deactivate();
}
