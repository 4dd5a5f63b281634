import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { download } from '../../../../src/core/actions/download';
import { downloadNote } from '../../../../src/core/actions/downloadNote';
import { downloadVerify } from '../../../../src/core/actions/downloadVerify';
import { login } from '../../../../src/core/actions/login';
import { findSnapshot } from '../../../../src/core/hub/cache';
import { withCandidate, type Survey } from '../../../../src/core/hub/surveyFile';
import { base, person, repositories, stage } from './hubSteps';

const relight = 'mirabel/tiny-edit-relight';
const face = 'mirabel/hidden-face-keep';
const facts = (repository: string) => ({ repository, author: '', revision: '', likes: 0, downloads: 0, updatedAt: '', gated: false as const, baseModels: [], tags: [] });

function selection(entries: Readonly<Record<string, string | undefined>>): Survey {
  const empty: Survey = { version: 1, fetchedAt: '', candidates: [] };
  return Object.entries(entries).reduce((survey, [repository, category]) => withCandidate(survey, facts(repository), { selected: true, ...(category ? { category } : {}) }), empty);
}

describe('download', () => {
  it('fetches a repository by its full or bare name, once', async () => {
    const { run, connection, hub } = await stage();
    const first = await run(download, { repository: base });
    expect(first).toMatchObject({ kind: 'done', summary: expect.stringContaining(`at ${hub.commit(base).slice(0, 7)}`) });
    expect((await findSnapshot(connection.cacheFolder, base))?.files).toEqual(['README.md', 'model.onnx']);
    expect(await run(download, { repository: 'Tiny-Edit-2601' })).toMatchObject({ summary: expect.stringContaining('all from the cache') });
  });

  it('fetches the selected candidates of a category within the plan’s range', async () => {
    const { run, connection, put } = await stage();
    await put(selection({ [relight]: 'lighting', [face]: 'identity' }));
    expect(await run(download, { category: 'lighting', minimum: '1', maximum: '2' })).toMatchObject({ kind: 'done' });
    expect(await findSnapshot(connection.cacheFolder, relight)).toBeDefined();
    expect(await findSnapshot(connection.cacheFolder, face)).toBeUndefined();
  });

  it('never guesses when there are too few or too many of a kind', async () => {
    const { run, put, candidate, hub } = await stage();
    await put(selection({ [relight]: 'lighting', [face]: 'lighting' }));
    expect(await run(download, { category: 'lighting', minimum: '1', maximum: '1' })).toMatchObject({ kind: 'needsPerson', reason: expect.stringContaining(`${relight}, ${face}`) });
    expect(await run(download, { category: 'reference', minimum: '1', maximum: '2' })).toMatchObject({ kind: 'needsPerson' });
    expect(hub.sentBytes()).toBe(0);
    expect(await run(download, { category: 'lighting', minimum: '1', maximum: '1' }, { ask: person({ choose: () => [face] }).ask })).toMatchObject({ kind: 'done' });
    expect((await candidate(relight))?.category).toBe('other');
    expect(await run(download, { category: 'lighting', minimum: '1', maximum: '1' })).toMatchObject({ kind: 'done' });
    expect(await run(download, { category: 'lighting', minimum: '2', maximum: '2' }, { ask: person({ choose: () => [face] }).ask })).toMatchObject({ kind: 'failed', failure: { code: 'selection-range' } });
  });

  it('asks for the selection first', async () => {
    const { run, put } = await stage();
    expect(await run(download, { category: 'lighting' })).toMatchObject({ kind: 'failed', failure: { code: 'no-survey' } });
    await put({ ...selection({}), candidates: [] });
    expect(await run(download, { category: 'lighting' })).toMatchObject({ kind: 'failed', failure: { code: 'nothing-selected' } });
    expect(await run(download, {})).toMatchObject({ kind: 'failed', failure: { code: 'download-what' } });
  });

  it('adds a new model to evaluation.json, and only where there is one', async () => {
    const { run, folder, put, written } = await stage();
    const file = path.join(folder, 'evaluation.json');
    await put(selection({ [relight]: 'lighting' }));
    await run(download, { repository: relight });
    await expect(readFile(file)).rejects.toThrow();
    await copyFile(path.resolve('test_data/sample/plans/tiny-editors/evaluation.json'), file);
    const before = await readFile(file, 'utf8');
    const sample = JSON.parse(before) as { readonly models: readonly unknown[] };
    await run(download, { repository: relight });
    expect(await readFile(file, 'utf8')).toBe(before);
    await writeFile(file, JSON.stringify({ ...sample, models: sample.models.slice(0, 1) }));
    await run(download, { repository: relight });
    expect(JSON.parse(await readFile(file, 'utf8')).models[1]).toMatchObject({ base: relight, file: 'model.onnx', category: 'lighting', revision: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(written).toContain(file);
  });

  it('says of a gated model what to do', async () => {
    const { run } = await stage();
    expect(await run(download, { repository: 'quietlab/tiny-edit-portrait' })).toMatchObject({ kind: 'failed', failure: { code: 'gated-repository', short: 'gated' } });
  });

  it('is cancelled with its signal', async () => {
    const { run, hub } = await stage();
    hub.misbehave = { slow: 20 };
    const stop = new AbortController();
    const running = run(download, { repository: base }, { signal: stop.signal, progress: () => stop.abort() });
    expect(await running).toEqual({ kind: 'cancelled' });
  });
});

describe('download.verify and download.note', () => {
  it('check and note what the step names', async () => {
    const { run, connection } = await stage();
    const repositoriesNamed = `${base},${relight}`;
    expect(await run(downloadVerify, { scope: 'task', repositories: base })).toMatchObject({ kind: 'failed', failure: { code: 'not-downloaded' } });
    await run(download, { repository: base });
    await run(download, { repository: relight });
    expect(await run(downloadVerify, { scope: 'task', repositories: repositoriesNamed })).toMatchObject({ kind: 'done', summary: expect.stringContaining('4 files') });
    const note = await run(downloadNote, { scope: 'task', repositories: repositoriesNamed, total: 'true' });
    expect(note).toMatchObject({ kind: 'done', note: [expect.stringContaining(`- ${base} at `), expect.stringContaining(relight), expect.stringMatching(/^- Total: \d+ B in 2 models$/)] });
    const again = async () => run(downloadVerify, { scope: 'task', repositories: repositoriesNamed }, { ask: person({ confirm: true }).ask });
    const weights = path.join((await findSnapshot(connection.cacheFolder, base))?.folder ?? '', 'model.onnx');
    await writeFile(weights, 'base weightz');
    expect(await again()).toMatchObject({ kind: 'failed', failure: { code: 'download-damaged', message: `${base}/model.onnx has another checksum than the Hub names.` } });
    await run(download, { repository: base });
    expect(await readFile(weights, 'utf8')).toBe('base weights');
    expect(await again()).toMatchObject({ kind: 'done' });
    const snapshot = await findSnapshot(connection.cacheFolder, relight);
    await rm(path.join(snapshot?.folder ?? '', 'model.onnx'));
    expect(await run(downloadVerify, { scope: 'task', repositories: repositoriesNamed })).toMatchObject({ kind: 'failed', failure: { code: 'download-damaged', short: '1 file damaged', message: `${relight}/model.onnx is missing.` } });
  });

  it('say when the task names nothing', async () => {
    const { run } = await stage();
    expect(await run(downloadVerify, { scope: 'task' })).toMatchObject({ kind: 'failed', failure: { code: 'nothing-downloaded' } });
    expect(await run(downloadNote, { scope: 'task', repositories: base })).toMatchObject({ kind: 'failed', failure: { code: 'not-downloaded' } });
  });
});

describe('login', () => {
  const tokens = { hf_mira: { name: 'mira', opens: ['quietlab/tiny-edit-portrait'] } };

  it('says whose token is at hand', async () => {
    const { run } = await stage({ repositories, tokens }, { token: 'hf_mira' });
    expect(await run(login, { required: 'true' })).toEqual({ kind: 'done', summary: 'logged in as mira (read)' });
    const wrong = await stage({ repositories, tokens }, { token: 'hf_wrong' });
    const refused = await wrong.run(login, { required: 'false' });
    expect(refused).toMatchObject({ kind: 'failed', failure: { code: 'token-refused' } });
    expect(JSON.stringify(refused)).not.toContain('hf_wrong');
  });

  it('is done at once when it is not needed', async () => {
    const { run } = await stage();
    expect(await run(login, { required: 'false' })).toEqual({ kind: 'done', summary: 'not needed: nothing here is gated' });
  });

  it('asks for a token where one is needed, tries it, and keeps it only in the secret storage', async () => {
    const { run, put } = await stage({ repositories, tokens });
    await put({ version: 1, fetchedAt: '', candidates: [{ ...facts('quietlab/tiny-edit-portrait'), gated: 'manual', seen: false, scores: {}, selected: true }] });
    expect(await run(login, { required: 'false' })).toMatchObject({ kind: 'needsPerson' });
    expect(await run(login, { required: 'false' }, { ask: person({ text: () => 'hf_typo' }).ask })).toMatchObject({ kind: 'failed', failure: { code: 'token-refused' } });
    expect(await run(login, { required: 'false' }, { ask: person({ text: () => 'hf_mira' }).ask })).toMatchObject({ kind: 'failed', failure: { code: 'token-not-kept' } });
    const stored: string[] = [];
    const keepToken = async (token: string) => void stored.push(token);
    expect(await run(login, { required: 'true' }, { ask: person({ text: () => ' hf_mira\n' }).ask, keepToken })).toMatchObject({ kind: 'done' });
    expect(stored).toEqual(['hf_mira']);
  });
});
