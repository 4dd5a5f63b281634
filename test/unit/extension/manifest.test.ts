import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { withStrings } from '../../../packaging/manifestStrings.mjs';
import { commandId } from '../../../src/extension/commands/commandId';

const root = path.resolve(import.meta.dirname, '../../..');
const readJson = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Record<string, string>;
const manifest = withStrings(readJson('package.json'), readJson('package.nls.json')) as Manifest;
const { contributes } = manifest;
const known = new Set<string>(Object.values(commandId));

it('names the same commands as the code', () => {
  expect(contributes.commands.map(({ command }) => command).sort()).toEqual([...known].sort());
});

it('puts every command under one prefix, with a title', () => {
  for (const { command, title, category } of contributes.commands) {
    expect(category, command).toBe('Evalmark');
    expect(title, command).toMatch(/^[A-Z]/);
  }
});

it('shows only commands that there are in menus, keys and welcome texts', () => {
  const inMenus = Object.values(contributes.menus).flat().map(({ command }) => command);
  const inTexts = [...JSON.stringify([contributes.viewsWelcome, contributes.walkthroughs]).matchAll(/\(command:(evalmark\.\w+(?:\.focus)?)|onCommand:(evalmark\.\w+(?:\.focus)?)/g)].map(([, link, event]) => link ?? event ?? '');
  const views = new Set(contributes.views.evalmark.map(({ id }) => `${id}.focus`));
  for (const command of [...inMenus, ...contributes.keybindings.map((key) => key.command), ...inTexts]) {
    expect(known.has(command) || views.has(command), command).toBe(true);
  }
});

it('gives each inline button of a row an icon, and no row more than three', () => {
  const icons = new Map(contributes.commands.map(({ command, icon }) => [command, icon]));
  const inline = (contributes.menus['view/item/context'] ?? []).filter(({ group }) => group?.startsWith('inline'));
  for (const { command } of inline) expect(icons.get(command), command).toMatch(/^\$\([a-z-]+\)$/);
  const step = /viewItem =~ \/\^step\\\.\(([^)]+)\)/;
  const states = new Map<string, number>();
  for (const { when } of inline) for (const state of step.exec(when ?? '')?.[1]?.split('|') ?? []) states.set(state, (states.get(state) ?? 0) + 1);
  expect(states.get('todo')).toBe(3);
  for (const [state, count] of states) expect(count, state).toBeLessThanOrEqual(3);
});

it('ships every picture and font that it names', () => {
  const named = [...JSON.stringify(manifest).matchAll(/"(media\/[^"]+)"/g)].map(([, file]) => file ?? '');
  expect(named.length).toBeGreaterThan(5);
  for (const file of named) expect(existsSync(path.join(root, file)), file).toBe(true);
});

it('reads every setting that it offers, and offers every setting that it reads', () => {
  const offered = contributes.configuration.flatMap(({ properties }) => Object.keys(properties));
  const source = readFileSync(path.join(root, 'src/extension/settings.ts'), 'utf8');
  const read = [...source.matchAll(/(?:text|get<[^(]+>)\('([\w.]+)'/g)].map(([, key]) => `evalmark.${key}`);
  expect([...new Set(read)].sort()).toEqual(offered.sort());
});

it('lets no workspace say where a token goes or what runs unseen', () => {
  const properties = Object.assign({}, ...contributes.configuration.map((section) => section.properties)) as Record<string, { scope?: string }>;
  expect(properties['evalmark.hub.endpoint']?.scope).toBe('machine');
  expect(properties['evalmark.cache.folder']?.scope).toBe('machine');
  expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
});

interface Manifest {
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: string } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category?: string; readonly icon?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when?: string; readonly group?: string }[]>>;
    readonly keybindings: readonly { readonly command: string }[];
    readonly views: { readonly evalmark: readonly { readonly id: string }[] };
    readonly viewsWelcome: unknown;
    readonly walkthroughs: unknown;
    readonly configuration: readonly { readonly properties: Readonly<Record<string, unknown>> }[];
  };
}
