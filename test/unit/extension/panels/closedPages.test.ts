import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { closedPanelHtml } from '../../../../src/extension/panels/closedPanelHtml';
import { compareHtml } from '../../../../src/extension/panels/compareHtml';

const folder = path.resolve(import.meta.dirname, '../../../../src/extension/panels');
const panels = readdirSync(folder).filter((name) => name.endsWith('Panel.ts'));
const sources = new Map(panels.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
const given = { script: 'vscode-resource:/a.js', style: 'vscode-resource:/a.css', cspSource: 'vscode-resource:', nonce: 'bm9uY2U=' };

describe.each([
  ['compare, matrix and decision', compareHtml(given)],
  ['survey and pictures', closedPanelHtml(given)],
])('the page of %s', (_name, html) => {
  const policy = new Map((/Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '').split(';').map((part) => part.trim().split(' ')).map(([directive, ...values]) => [directive, values]));

  it('loads nothing but its own script, its own style and bytes that it was given', () => {
    expect(policy.get('default-src')).toEqual(["'none'"]);
    expect(policy.get('script-src')).toEqual([`'nonce-${given.nonce}'`]);
    for (const value of policy.get('style-src') ?? []) expect([given.cspSource, `'nonce-${given.nonce}'`]).toContain(value);
    for (const value of policy.get('img-src') ?? []) expect(['blob:', 'data:']).toContain(value);
    expect([...policy.keys()].sort()).toEqual(['default-src', 'img-src', 'script-src', 'style-src']);
    expect(html).not.toMatch(/unsafe-|\*/);
  });

  it('has no script of its own in it, and no handler', () => {
    const scripts = [...html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
    expect(scripts.map(([, attributes, text]) => [attributes?.trim(), text])).toEqual([[`nonce="${given.nonce}" src="${given.script}"`, '']]);
    expect(html).not.toMatch(/\son\w+=|style=|javascript:/i);
  });
});

describe('every panel', () => {
  it('is one of those', () => {
    expect([...sources.values()].filter((text) => text.includes('createWebviewPanel')).length).toBeGreaterThanOrEqual(5);
    for (const [name, text] of sources) if (text.includes('webview.html =')) expect(text, name).toMatch(/webview\.html = (compareHtml|closedPanelHtml)\(/);
  });

  it('may read the folder of the bundles and no other, runs no command by link, and is not kept while hidden', () => {
    for (const [name, text] of sources) {
      for (const [, roots] of text.matchAll(/localResourceRoots: \[([^\]]*)\]/g)) expect(roots, name).toMatch(/^bundles\([\w.]+\)$/);
      if (text.includes('createWebviewPanel(')) expect(text, name).toContain('localResourceRoots');
      expect(text, name).not.toMatch(/enableCommandUris|retainContextWhenHidden|enableFindWidget: false/);
    }
  });

  it('has a nonce of its own, from a source that nobody guesses', () => {
    for (const [name, text] of sources) {
      if (!text.includes('webview.html =')) continue;
      expect(text, name).toMatch(/webview\.html = \w+\((\{ title: [^,]+, \.\.\.)?panelAddresses\(/);
      expect(text, name).not.toContain('nonce:');
    }
    const addresses = readFileSync(path.join(folder, 'panelAddresses.ts'), 'utf8');
    expect(addresses).toMatch(/nonce: randomBytes\((1[6-9]|[2-9]\d)\)/);
    expect(addresses).toContain("return Uri.joinPath(extensionUri, 'dist', 'webviews');");
  });
});
