import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSnapshot, hubCacheFolder } from '../../../../src/core/hub/cache';
import { findToken } from '../../../../src/core/hub/token';
import { folder } from './hubFixture';

describe('the cache folder', () => {
  it.each([
    [{ HOME: '/home/mira' }, '/home/mira/.cache/huggingface/hub'],
    [{ HOME: '/home/mira', XDG_CACHE_HOME: '/var/cache' }, '/var/cache/huggingface/hub'],
    [{ HOME: '/home/mira', XDG_CACHE_HOME: '/var/cache', HF_HOME: '/data/hf' }, '/data/hf/hub'],
    [{ HOME: '/home/mira', HF_HOME: '~/hf' }, '/home/mira/hf/hub'],
    [{ HOME: '/home/mira', HF_HOME: '/data/hf', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ HOME: '/home/mira', HF_HUB_CACHE: '$HOME/new', HUGGINGFACE_HUB_CACHE: '/old' }, '/home/mira/new'],
    [{ HOME: '/home/mira', HF_HOME: '' }, '/home/mira/.cache/huggingface/hub'],
  ])('of %j is %s', (environment, expected) => {
    expect(hubCacheFolder(environment, 'linux')).toBe(expected);
  });

  it('is below the profile on Windows, as for Python', () => {
    expect(hubCacheFolder({ USERPROFILE: 'C:\\Users\\mira' }, 'win32')).toBe('C:\\Users\\mira\\.cache\\huggingface\\hub');
  });
});

describe('findSnapshot', () => {
  const [one, two] = ['1'.repeat(40), '2'.repeat(40)];

  async function cacheWith(commits: readonly string[], main?: string): Promise<string> {
    const cache = await folder();
    const root = path.join(cache, 'models--org--model');
    await mkdir(path.join(root, 'blobs'), { recursive: true });
    await writeFile(path.join(root, 'blobs', 'abc'), 'weights');
    for (const commit of commits) {
      await mkdir(path.join(root, 'snapshots', commit, 'vae'), { recursive: true });
      await symlink('../../blobs/abc', path.join(root, 'snapshots', commit, 'w.safetensors'));
      await symlink('../../../blobs/abc', path.join(root, 'snapshots', commit, 'vae', 'w.safetensors'));
    }
    if (main) {
      await mkdir(path.join(root, 'refs'));
      await writeFile(path.join(root, 'refs', 'main'), main);
    }
    return cache;
  }

  it('follows main, a commit, or the only one there is', async () => {
    const both = await cacheWith([one, two], two);
    expect((await findSnapshot(both, 'org/model'))?.revision).toBe(two);
    expect((await findSnapshot(both, 'org/model', one))?.revision).toBe(one);
    expect((await findSnapshot(await cacheWith([one]), 'org/model'))?.files).toEqual(['vae/w.safetensors', 'w.safetensors'].sort());
    expect(await findSnapshot(await cacheWith([one, two]), 'org/model')).toBeUndefined();
    expect(await findSnapshot(both, 'org/model', 'v1')).toBeUndefined();
    expect(await findSnapshot(both, 'org/other')).toBeUndefined();
  });

  it('counts no link whose content is gone, and takes no name that leaves the cache', async () => {
    const cache = await cacheWith([one], one);
    await rm(path.join(cache, 'models--org--model', 'blobs', 'abc'));
    expect(await findSnapshot(cache, 'org/model')).toBeUndefined();
    expect(await findSnapshot(cache, '../model')).toBeUndefined();
    expect(await findSnapshot(cache, 'org/model', '../../x')).toBeUndefined();
  });
});

describe('findToken', () => {
  it('takes the environment before the file of the hf tool', async () => {
    const home = await folder();
    await writeFile(path.join(home, 'token'), 'hf_file\n');
    expect(await findToken({ HF_HOME: home })).toBe('hf_file');
    expect(await findToken({ HF_HOME: home, HUGGING_FACE_HUB_TOKEN: 'hf_old' })).toBe('hf_old');
    expect(await findToken({ HF_HOME: home, HUGGING_FACE_HUB_TOKEN: 'hf_old', HF_TOKEN: ' hf_new ' })).toBe('hf_new');
    expect(await findToken({ HF_HOME: path.join(home, 'nothing') })).toBeUndefined();
    expect(await findToken({ HF_HOME: path.join(home, 'nothing'), HF_TOKEN: 'two\nlines' })).toBeUndefined();
  });
});
