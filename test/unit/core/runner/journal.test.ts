import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { done } from '../../../../src/core/outcome';
import { Journal } from '../../../../src/core/runner/journal';
import { temporaryFolder } from '../../actionContext';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  file = path.join(folder, 'journal.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = '2026-01-02T03:04:05Z';
const nobodys = () => false;
const gone = { pid: 2 ** 22 + 1, host: hostname() };

it('is empty where nothing ran', async () => {
  expect((await new Journal(file).read(nobodys)).steps.size).toBe(0);
});

it('sees what was appended after it was read, by itself and by others', async () => {
  const journal = new Journal(file);
  await journal.append({ kind: 'started', at, stepId: 'a', process: gone });
  expect((await journal.read(nobodys)).steps.get('a')).toEqual({ kind: 'interrupted', since: at });
  await new Journal(file).append({ kind: 'finished', at, stepId: 'a', milliseconds: 5, outcome: done('3 files') });
  expect((await journal.read(nobodys)).steps.get('a')).toMatchObject({ kind: 'done', summary: '3 files' });
});

it('waits for the end of a line that another process is writing, and passes over one that was cut off', async () => {
  const journal = new Journal(file);
  const line = JSON.stringify({ kind: 'agreed', at, gateId: 'gate:é' });
  await writeFile(file, line.slice(0, 20));
  expect((await journal.read(nobodys)).agreedGates.size).toBe(0);
  await appendFile(file, `${line.slice(20)}\n{"kind":"agr\n`);
  await journal.append({ kind: 'agreed', at, gateId: 'gate:2' });
  expect([...(await journal.read(nobodys)).agreedGates.keys()]).toEqual(['gate:é', 'gate:2']);
});

it('begins anew when the file was cleared', async () => {
  const journal = new Journal(file);
  await journal.append({ kind: 'agreed', at, gateId: 'gate:1' });
  await journal.read(nobodys);
  await writeFile(file, '');
  expect((await journal.read(nobodys)).agreedGates.size).toBe(0);
});

it('tells a run of another living process from one that died', async () => {
  const journal = new Journal(file);
  await journal.append({ kind: 'started', at, stepId: 'a', process: { pid: process.ppid, host: hostname() } });
  await journal.append({ kind: 'started', at, stepId: 'b', process: gone });
  const state = await journal.read(nobodys);
  expect([...state.elsewhere.keys()]).toEqual(['a']);
  expect([...state.steps.keys()]).toEqual(['b']);
  expect((await journal.read((id) => id === 'a')).elsewhere.size).toBe(0);
});
