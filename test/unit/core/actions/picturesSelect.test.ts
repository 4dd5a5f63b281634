import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChooseQuestion } from '../../../../src/core/actions/action';
import { picturesSelect } from '../../../../src/core/actions/picturesSelect';
import { readChoice, writeChoice } from '../../../../src/core/images/pictureChoice';
import { evaluationWith, openPictureWorkspace, pictureStep, type PictureWorkspace } from './picturesFixture';

const open: PictureWorkspace[] = [];
afterEach(() => Promise.all(open.splice(0).map((workspace) => workspace.dispose())));

async function start(...args: Parameters<typeof openPictureWorkspace>): Promise<PictureWorkspace> {
  const workspace = await openPictureWorkspace(...args);
  open.push(workspace);
  return workspace;
}

function run(workspace: PictureWorkspace, count: number, others: readonly string[] = ['Copy to test_data/source/']) {
  const { step, plan } = pictureStep('pictures.select', { count: String(count) }, others);
  return picturesSelect.run(step, { ...workspace.context, plan });
}

const picks = (id: string) => async () => [id];

describe('choosing source pictures', () => {
  test('what is in the evaluation\'s folder already will do', async () => {
    const workspace = await start({}, { evaluation: evaluationWith('faces') });
    await workspace.picture('faces/a.png', 1);
    await workspace.picture('faces/b.png', 2);
    expect(await run(workspace, 2)).toEqual({ kind: 'done', summary: '2 pictures in faces' });
    expect(await run(workspace, 3)).toEqual({ kind: 'needsPerson', reason: 'Choose 3 pictures, or put them into faces.' });
  });

  test('files that a person chooses are remembered, with their captions', async () => {
    const workspace = await start({ choose: picks('files'), files: async ({ many }) => (many ? ['a.png', 'b.png', 'b.png'] : undefined) });
    await workspace.picture('a.png', 1);
    await workspace.picture('b.png', 2);
    expect(await run(workspace, 2)).toEqual({ kind: 'done', summary: '2 pictures chosen' });
    expect(await readChoice(workspace.context.paths.storage)).toEqual({ version: 1, files: [{ file: path.join(workspace.folder, 'a.png') }, { file: path.join(workspace.folder, 'b.png') }] });
    expect(await readdir(workspace.folder)).not.toContain('test_data');
  });

  test('drawn ones when the person wants that', async () => {
    const workspace = await start({ choose: picks('draw') });
    expect(await run(workspace, 3)).toEqual({ kind: 'done', summary: '3 characters drawn' });
    const choice = await readChoice(workspace.context.paths.storage);
    expect(choice?.files.map(({ words }) => words?.split(' ')[0])).toEqual(['Woman', 'Man', 'Woman']);
  });

  test('a folder of pictures in the workspace is offered first, and the earlier choice before that', async () => {
    const asked: ChooseQuestion[] = [];
    const workspace = await start({ choose: async (question) => (asked.push(question), question.options.filter(({ picked }) => picked).map(({ id }) => id)) });
    await workspace.picture('pictures/x.png', 1);
    expect(await run(workspace, 1)).toEqual({ kind: 'done', summary: '1 picture chosen' });
    expect(asked[0]?.options.map(({ id, picked }) => [id, picked])).toEqual([['folder:pictures', true], ['files', undefined], ['draw', undefined]]);
    await run(workspace, 1);
    expect(asked[1]?.options[0]).toMatchObject({ id: 'keep', picked: true });
    expect(asked[1]?.options[1]).toMatchObject({ id: 'folder:pictures', picked: false });
  });

  test('are copied at once where no later step does it', async () => {
    const workspace = await start({ choose: picks('draw') });
    await run(workspace, 1, ['Think about it']);
    expect(await readdir(path.join(workspace.folder, 'test_data/source'))).toEqual(['character_01.png']);
    expect(workspace.context.written).toEqual([path.join(workspace.folder, 'test_data/source/character_01.png')]);
    expect((await readChoice(workspace.context.paths.storage))?.files[0]?.imported).toBe(workspace.context.written[0]);
  });

  test('too few, no picture at all, or a dialog that was left', async () => {
    const few = await start({ choose: picks('files'), files: async () => ['a.png'] });
    await few.picture('a.png', 1);
    expect(await run(few, 5)).toMatchObject({ kind: 'failed', failure: { code: 'too-few-pictures', short: '1 of 5' } });
    await few.write('a.png', 'text');
    expect(await run(few, 1)).toMatchObject({ kind: 'failed', failure: { code: 'no-picture', message: expect.stringContaining('a.png') } });
    expect(await readChoice(few.context.paths.storage)).toBeUndefined();
    expect(await run(await start({ choose: picks('files'), files: async () => undefined }), 1)).toMatchObject({ kind: 'needsPerson' });
  });

  test('a folder outside the workspace is refused', async () => {
    expect(await run(await start({}, { evaluation: evaluationWith('../elsewhere') }), 1)).toMatchObject({ kind: 'failed', failure: { code: 'outside-workspace' } });
  });

  test('the panel is offered where there is one; what is chosen in it is what counts', async () => {
    const asked: ChooseQuestion[] = [];
    const workspace = await start({
      panels: true,
      choose: async (question) => (asked.push(question), ['panel']),
      look: async (what) => {
        if (what.kind !== 'pictures' || what.count !== 1) return false;
        await writeChoice(workspace.context.paths.storage, [{ file: await workspace.picture('dropped.png', 1) }]);
        return true;
      },
    });
    expect(await run(workspace, 1)).toEqual({ kind: 'done', summary: '1 picture chosen' });
    expect(asked[0]?.options.map(({ id }) => id)).toEqual(['panel', 'files', 'draw']);
    const left = await start({ panels: true, choose: picks('panel'), look: async () => false });
    expect(await run(left, 1)).toMatchObject({ kind: 'needsPerson' });
  });
});
