import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const source = path.resolve(import.meta.dirname, '../../../../src/extension');
const texts = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(path.join(source, file), 'utf8'));
const registered = new Set(texts.flatMap((text) => [...text.matchAll(/languages\.register(\w+)Provider/g)].map(([, kind]) => kind)));

it('adds to the text of a plan, and leaves folding, outline and renaming to the editor’s own Markdown', () => {
  expect([...registered].sort()).toEqual(['CodeActions', 'CodeLens', 'CompletionItem', 'Hover']);
});
