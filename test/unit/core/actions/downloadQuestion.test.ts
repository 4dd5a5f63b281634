import { describe, expect, it } from 'vitest';
import type { ActionContext, ChooseQuestion } from '../../../../src/core/actions/action';
import { download } from '../../../../src/core/actions/download';
import { login } from '../../../../src/core/actions/login';
import { findSnapshot } from '../../../../src/core/hub/cache';
import { ok } from '../../../../src/core/outcome';
import { settings } from '../../actionContext';
import { noise } from '../hub/hubFixture';
import { person, stage, type Stage } from './hubSteps';

const repository = 'lab/edit-lora';
const gated = 'lab/gated-lora';
const content = { files: { 'README.md': '# LoRA', 'lora.safetensors': noise(1, 40_000), 'lora.ckpt': noise(2, 50_000), 'preview.png': noise(3, 9_000) } };
const repositories = { [repository]: content, [gated]: { ...content, gated: 'manual' as const } };

/** Somebody in front of the editor, who ticks what `answer` says. */
function somebody(answer: (question: ChooseQuestion) => readonly string[] | undefined): { readonly more: Partial<ActionContext>; readonly questions: ChooseQuestion[]; readonly pages: string[] } {
  const questions: ChooseQuestion[] = [];
  const pages: string[] = [];
  const { ask } = person({});
  return {
    questions,
    pages,
    more: {
      settings: { ...settings, downloadAskAbove: 10_000 },
      ask: {
        ...ask,
        panels: true,
        choose: async (question) => (questions.push(question), answer(question)),
        look: async (what) => (what.kind === 'page' && pages.push(what.address), true),
      },
    },
  };
}

async function fetched({ connection }: Stage): Promise<readonly string[] | undefined> {
  return (await findSnapshot(connection.cacheFolder, repository))?.files;
}

describe('before a download its files are shown', () => {
  it('with sizes, what is left out and why, and the room on the disk; the answer is fetched and remembered', async () => {
    const made = await stage({ repositories });
    const asked = somebody(() => ['README.md', 'lora.safetensors', 'preview.png']);
    expect(await made.run(download, { repository }, asked.more)).toMatchObject({ kind: 'done' });
    const [question] = asked.questions;
    expect(question?.title).toMatch(/^Download lab\/edit-lora: 2 files, 40 kB to fetch; [\d.]+ [GT]B free$/);
    expect(question?.options.map(({ id, description, picked }) => [id, description, picked])).toEqual([
      ['README.md', '6 B', true],
      ['lora.safetensors', '40 kB', true],
      ['lora.ckpt', '50 kB · left out: pickles, which can run code', false],
      ['preview.png', '9 kB · left out: pictures and videos', false],
    ]);
    expect(await fetched(made)).toEqual(['README.md', 'lora.safetensors', 'preview.png']);
    expect(await made.run(download, { repository }, asked.more)).toMatchObject({ kind: 'done', summary: expect.stringContaining('all from the cache') });
    expect(asked.questions).toHaveLength(1);
  });

  it('again when the repository has changed, with the last answer ticked', async () => {
    const made = await stage({ repositories });
    const asked = somebody(() => ['lora.safetensors']);
    await made.run(download, { repository }, asked.more);
    made.hub.push(repository, { files: { ...content.files, 'lora.safetensors': noise(9, 45_000) } });
    await made.run(download, { repository }, asked.more);
    expect(asked.questions[1]?.options.filter(({ picked }) => picked).map(({ id }) => id)).toEqual(['lora.safetensors']);
  });

  it('one who leaves the question gets nothing fetched, and the step waits', async () => {
    const made = await stage({ repositories });
    expect(await made.run(download, { repository }, somebody(() => undefined).more)).toEqual({ kind: 'needsPerson', reason: 'Nothing of lab/edit-lora was agreed to be downloaded. Run the step again and choose the files.' });
    expect(await made.run(download, { repository }, somebody(() => []).more)).toMatchObject({ kind: 'needsPerson' });
    expect(made.hub.sentBytes()).toBe(0);
  });

  it('but neither small ones, nor those whose plan names files, nor where nobody is there', async () => {
    const made = await stage({ repositories });
    const asked = somebody(() => undefined);
    expect(await made.run(download, { repository, include: 'lora.safetensors' }, asked.more)).toMatchObject({ kind: 'done' });
    expect(await made.run(download, { repository }, { ...asked.more, settings: { ...settings, downloadAskAbove: 1e9 } })).toMatchObject({ kind: 'done' });
    expect(asked.questions).toEqual([]);
    const alone = await stage({ repositories });
    expect(await alone.run(download, { repository }, { settings: { ...settings, downloadAskAbove: -1 } })).toMatchObject({ kind: 'done' });
  });
});

describe('a gated repository', () => {
  const args = { repository: gated };

  it('is told before any file is asked for, with its page and another try', async () => {
    const tokens = { hf_mira: { name: 'mira', opens: [] as string[] } };
    const made = await stage({ repositories, tokens }, { token: 'hf_mira' });
    const answers = [['open'], ['again']];
    const asked = somebody(({ title }) => {
      if (!title.includes('is gated')) return ['lora.safetensors'];
      // What a person does on the page.
      if (answers.length === 1) tokens.hf_mira.opens.push(gated);
      return answers.shift();
    });
    expect(await made.run(download, args, asked.more)).toMatchObject({ kind: 'done' });
    expect(asked.pages).toEqual([`${made.hub.endpoint}/${gated}`]);
    expect(asked.questions[0]?.title).toBe('lab/gated-lora is gated, and this account has no access yet.');
    const first = made.hub.requests.findIndex(({ url }) => url.includes('/resolve/'));
    expect(made.hub.requests.slice(0, first).filter(({ url }) => url.endsWith('/auth-check')).map(({ status }) => status)).toEqual([403, 200]);
  });

  it('fails with the page where nobody is there, and asks nothing of it further', async () => {
    const made = await stage({ repositories });
    expect(await made.run(download, args)).toMatchObject({ kind: 'failed', failure: { code: 'gated-repository', advice: expect.stringContaining(`${made.hub.endpoint}/${gated}`) } });
    expect(made.hub.requests.some(({ url }) => url.includes('/resolve/'))).toBe(false);
  });

  it('a fine-grained token that may not read it is told apart from a licence that was not accepted', async () => {
    const fineGrained = { canReadGatedRepos: false, scoped: [{ entity: { type: 'org', name: 'lab' }, permissions: ['repo.content.read', 'discussion.write'] }] };
    const tokens = { hf_fine: { name: 'mira', opens: [gated], fineGrained } };
    const made = await stage({ repositories, tokens }, { token: 'hf_fine' });
    const refused = await made.run(download, args);
    expect(refused).toMatchObject({ kind: 'failed', failure: { code: 'token-scope', advice: expect.stringMatching(/settings\/tokens: tick “Read access to contents of all public gated repos/) } });
    expect(JSON.stringify(refused)).not.toContain('hf_fine');
  });
});

describe('the scopes of a fine-grained token', () => {
  const scoped = [{ entity: { type: 'model', name: 'lab/secret' }, permissions: ['repo.content.read'] }, { entity: { type: 'user', name: 'mira' }, permissions: ['discussion.write'] }];

  it('are read at the login, and what misses for the plan is said', async () => {
    const tokens = { hf_all: { name: 'mira', fineGrained: { canReadGatedRepos: true, scoped } }, hf_few: { name: 'mira', fineGrained: { canReadGatedRepos: false, scoped } } };
    const logged: string[] = [];
    const log = { debug() {}, info: (text: string) => void logged.push(text), warn() {}, error() {} };
    const all = await stage({ repositories, tokens }, { token: 'hf_all' });
    expect(await all.run(login, { required: 'true' }, { log })).toEqual({ kind: 'done', summary: 'logged in as mira (fine-grained, reads gated repositories)' });
    expect(logged).toEqual(['The token is fine-grained: it may read public gated repositories, model lab/secret.']);
    const few = await stage({ repositories, tokens }, { token: 'hf_few' });
    expect(await few.run(login, { required: 'true' })).toEqual({ kind: 'done', summary: 'logged in as mira (fine-grained, public repositories only)' });
    await few.put({ version: 1, fetchedAt: '', candidates: [{ repository: gated, author: 'lab', revision: '', likes: 0, downloads: 0, updatedAt: '', gated: 'manual', baseModels: [], tags: [], seen: false, scores: {}, selected: true }] });
    expect(await few.run(login, { required: 'true' }, { hub: async () => ok(few.connection) })).toMatchObject({ kind: 'failed', failure: { code: 'token-scope', message: expect.stringContaining(gated) } });
  });
});
