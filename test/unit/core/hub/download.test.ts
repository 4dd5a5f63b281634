import { mkdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSnapshot, repositoryFolder } from '../../../../src/core/hub/cache';
import type { HubConnection } from '../../../../src/core/hub/connection';
import { downloadSnapshot, type Download, type DownloadRequest } from '../../../../src/core/hub/download';
import type { Failure, Result } from '../../../../src/core/outcome';
import type { Progress } from '../../../../src/core/actions/action';
import { connect, folder, listing, loopback, noise, quick, sha256 } from './hubFixture';

const MB = 1 << 20;
const large = noise(1, 3 * MB + 17);
const other = noise(2, 2 * MB);
const files = {
  'README.md': '---\nlicense: mit\n---\n# Editor\n',
  'model_index.json': '{"_class_name":"Editor"}',
  'empty.txt': '',
  'odd #1 name?.txt': 'odd',
  'notes/镜头.txt': 'camera',
  'transformer/weights-00001.safetensors': large,
  'vae/weights.safetensors': other,
};
const bytes = large.length + other.length + Buffer.byteLength(files['README.md']) + files['model_index.json'].length + 3 + 6;

function start(connection: HubConnection, more: Partial<DownloadRequest> = {}): Promise<Result<Download>> {
  return downloadSnapshot({ connection, repository: 'org/editor', signal: new AbortController().signal, connections: 4, ...more, tuning: { ...quick, ...more.tuning } });
}

function valueOf(result: Result<Download>): Download {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message} ${result.failure.detail ?? ''}`);
  return result.value;
}

function failureOf(result: Result<unknown>): Failure {
  if (result.ok) throw new Error('It was to fail.');
  return result.failure;
}

describe('a download', () => {
  it('lays the cache out as Python does, with every byte', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const connection = await connect(hub);
    const { snapshot, bytes: size, received } = valueOf(await start(connection));
    const root = repositoryFolder(connection.cacheFolder, 'org/editor');
    const commit = hub.commit('org/editor');
    expect(root.endsWith('models--org--editor')).toBe(true);
    expect([size, received]).toEqual([bytes, bytes]);
    expect(snapshot.folder).toBe(path.join(root, 'snapshots', commit));
    expect(await readFile(path.join(root, 'refs', 'main'), 'utf8')).toBe(commit);
    expect(await listing(root)).toEqual(
      [
        'blobs/e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
        `blobs/${sha256(large)}`,
        `blobs/${sha256(other)}`,
        ...(await listing(path.join(root, 'blobs'))).filter((name) => name.length === 40 && !name.startsWith('e69de')).map((name) => `blobs/${name}`),
        `evalmark/${commit}.json`,
        'refs/main',
        ...(await listing(path.join(root, 'snapshots'))).map((line) => `snapshots/${line}`),
      ].sort(),
    );
    expect(await listing(snapshot.folder)).toContain(`transformer/weights-00001.safetensors -> ../../../blobs/${sha256(large)}`);
    for (const [name, content] of Object.entries(files)) {
      expect(Buffer.compare(await readFile(path.join(snapshot.folder, name)), Buffer.from(content)), name).toBe(0);
    }
    expect(await findSnapshot(connection.cacheFolder, 'org/editor')).toEqual(snapshot);
  });

  it('fetches nothing that is in the cache, and a repaired file alone', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const connection = await connect(hub);
    const { snapshot } = valueOf(await start(connection));
    hub.forget();
    expect(valueOf(await start(connection)).received).toBe(0);
    expect(hub.sentBytes()).toBe(0);
    expect(hub.requests.filter(({ url }) => url.includes('/resolve/'))).toEqual([]);
    await truncate(path.join(snapshot.folder, 'vae/weights.safetensors'), 1000);
    expect(valueOf(await start(connection)).received).toBe(other.length);
    expect(sha256(await readFile(path.join(snapshot.folder, 'vae/weights.safetensors')))).toBe(sha256(other));
  });

  it('reuses blobs of an older commit and keeps both snapshots', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const connection = await connect(hub);
    const first = valueOf(await start(connection));
    hub.push('org/editor', { files: { ...files, 'README.md': 'changed' } });
    const second = valueOf(await start(connection));
    expect(second.received).toBe('changed'.length);
    expect(second.snapshot.revision).not.toBe(first.snapshot.revision);
    expect(await findSnapshot(connection.cacheFolder, 'org/editor', first.snapshot.revision)).toEqual(first.snapshot);
    expect((await findSnapshot(connection.cacheFolder, 'org/editor'))?.revision).toBe(second.snapshot.revision);
    expect(valueOf(await start(connection, { revision: first.snapshot.revision })).received).toBe(0);
  });

  it('takes only what include and exclude leave', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const { snapshot } = valueOf(await start(await connect(hub), { include: ['*.safetensors', '*.json'], exclude: ['vae/'] }));
    expect(snapshot.files).toEqual(['model_index.json', 'transformer/weights-00001.safetensors']);
    expect(failureOf(await start(await connect(hub), { include: ['*.gguf'] })).code).toBe('nothing-to-download');
  });

  it('fetches in ranged segments, several at once', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, pageSize: 2 });
    valueOf(await start(await connect(hub)));
    const ranges = hub.requests.filter(({ server }) => server === 'content').map(({ range }) => range);
    expect(ranges).toHaveLength(Math.ceil(large.length / (256 * 1024)) + 8);
    expect(new Set(ranges).size).toBeGreaterThan(8);
  });

  it('reports bytes that end at the total', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const reports: Progress[] = [];
    valueOf(await start(await connect(hub), { progress: (report) => reports.push(report) }));
    expect(reports.at(-1)).toMatchObject({ completed: bytes, total: bytes, unit: 'bytes' });
  });

  it('gives the token to the Hub and to nobody else', async () => {
    const token = 'hf_secret';
    const hub = await loopback({ repositories: { 'org/editor': { files, gated: 'manual' } }, tokens: { [token]: { name: 'mira', opens: ['org/editor'] } } });
    valueOf(await start(await connect(hub, { token })));
    const content = hub.requests.filter(({ server }) => server === 'content');
    expect(content.length).toBeGreaterThan(1);
    expect(content.every(({ authorization }) => authorization === undefined)).toBe(true);
    expect(hub.requests.filter(({ server }) => server === 'hub').every(({ authorization }) => authorization === `Bearer ${token}`)).toBe(true);
  });

  it('is made of hard links or copies where symbolic links are refused', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const refuse = () => Promise.reject(Object.assign(new Error('no right'), { code: 'EPERM' }));
    const { snapshot } = valueOf(await start(await connect(hub), { tuning: { makeSymlink: refuse } }));
    expect((await listing(snapshot.folder)).some((line) => line.includes('->'))).toBe(false);
    expect(sha256(await readFile(path.join(snapshot.folder, 'vae/weights.safetensors')))).toBe(sha256(other));
    // One file under two names: 57 GB stay 57 GB.
    const [named, blob] = await Promise.all([stat(path.join(snapshot.folder, 'vae/weights.safetensors')), stat(path.join(snapshot.folder, '../../blobs', sha256(other)))]);
    expect(named.ino).toBe(blob.ino);
  });

  it('works offline from what is known to be whole, and from nothing else', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const connection = await connect(hub);
    const { snapshot } = valueOf(await start(connection));
    await hub.dispose();
    expect(valueOf(await start({ ...connection, offline: true })).snapshot).toEqual(snapshot);
    await rm(path.join(snapshot.folder, 'README.md'));
    expect(failureOf(await start({ ...connection, offline: true })).code).toBe('offline');
  });
});

describe('a bad connection', () => {
  it('that drops is gone on from, not begun again', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { drop: { times: 6 } } });
    const { received } = valueOf(await start(await connect(hub)));
    expect(received).toBe(bytes);
    expect(hub.sentBytes()).toBeLessThan(bytes * 1.2);
  });

  it('that ends early without saying so never becomes a file', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { truncate: { times: 5 } } });
    const { snapshot } = valueOf(await start(await connect(hub)));
    expect(sha256(await readFile(path.join(snapshot.folder, 'transformer/weights-00001.safetensors')))).toBe(sha256(large));
  });

  it('that stalls is given up and tried again', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { stall: { times: 2 } } });
    expect(valueOf(await start(await connect(hub))).received).toBe(bytes);
  });

  it('that always stalls fails, keeping what came', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { stall: { times: 1e6 } } });
    const connection = await connect(hub);
    const failure = failureOf(await start(connection, { tuning: { stallAfter: 60, answerWithin: 200, tries: 2, segmentBytes: MB } }));
    expect(failure).toMatchObject({ code: 'hub-stalled', short: 'stalled' });
    hub.misbehave = {};
    hub.forget();
    valueOf(await start(connection));
    expect(hub.sentBytes()).toBeLessThan(bytes);
  });

  it('is waited for as the Hub asks on 429, and on 503', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { rateLimit: { times: 3, seconds: 0 }, unavailable: { times: 2 } } });
    expect(valueOf(await start(await connect(hub))).received).toBe(bytes);
    expect(hub.requests.filter(({ status }) => status === 429)).toHaveLength(3);
  });

  it('fails with the wait when the Hub asks for longer than anybody sits out', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { rateLimit: { times: 99, seconds: 900 } } });
    expect(failureOf(await start(await connect(hub)))).toMatchObject({ code: 'rate-limit', short: 'wait 900 s' });
  });

  it('resolves an expired address anew', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { expired: { times: 3 } } });
    expect(valueOf(await start(await connect(hub))).received).toBe(bytes);
  });

  it('to a server without ranges still ends with the right bytes', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files: { 'w.safetensors': large } } }, misbehave: { noRanges: true } });
    const { snapshot } = valueOf(await start(await connect(hub)));
    expect(sha256(await readFile(path.join(snapshot.folder, 'w.safetensors')))).toBe(sha256(large));
  });

  it('to nobody says so', async () => {
    const hub = await loopback({ repositories: {} });
    const connection = await connect(hub);
    await hub.dispose();
    expect(failureOf(await start(connection))).toMatchObject({ code: 'unreachable' });
    expect(failureOf(await start({ ...connection, endpoint: 'http://hub.invalid' }))).toMatchObject({ code: 'offline', short: 'offline' });
  });

  it('to xet storage reads its chunks, keeps the token from it, and goes on from where it was', async () => {
    const token = 'hf_secret';
    const hub = await loopback({ repositories: { 'org/editor': { files, xet: true } }, tokens: { [token]: { name: 'mira' } } });
    const connection = await connect(hub, { token });
    const stop = new AbortController();
    // A machine that is busy is no stall, which would send it over plain HTTP.
    const tuning = { ...quick, stallAfter: 60_000, answerWithin: 60_000 };
    const cancelledRun = await start(connection, { tuning, signal: stop.signal, progress: ({ completed = 0 }) => completed > bytes / 3 && stop.abort() });
    expect(failureOf(cancelledRun).code).toBe('cancelled');
    const { snapshot, received } = valueOf(await start(connection, { tuning }));
    expect(received).toBeLessThan(bytes);
    expect(sha256(await readFile(path.join(snapshot.folder, 'transformer/weights-00001.safetensors')))).toBe(sha256(large));
    const content = hub.requests.filter(({ server }) => server === 'content');
    expect(content.some(({ url }) => url.startsWith('/xorbs/'))).toBe(true);
    expect(content.some(({ url }) => url.startsWith('/cdn/'))).toBe(false);
    expect(content.some(({ authorization = '' }) => authorization.includes(token))).toBe(false);
  });

  it('to xet storage that fails goes on over plain HTTP', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files, xet: true } }, misbehave: { xetDown: true } });
    const { snapshot } = valueOf(await start(await connect(hub)));
    expect(sha256(await readFile(path.join(snapshot.folder, 'vae/weights.safetensors')))).toBe(sha256(other));
    expect(hub.requests.some(({ url }) => url.startsWith('/cdn/'))).toBe(true);
  });
});

describe('a Hub that lies', () => {
  it('about content is found out twice, and nothing is kept', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { corrupt: { times: 1e6 } } });
    const connection = await connect(hub);
    const failure = failureOf(await start(connection));
    expect(failure.code).toBe('wrong-checksum');
    const left = await listing(path.join(repositoryFolder(connection.cacheFolder, 'org/editor'), 'blobs'));
    expect(left).not.toContain(sha256(large));
    expect(left).not.toContain(sha256(other));
    expect(await findSnapshot(connection.cacheFolder, 'org/editor')).toBeUndefined();
  });

  it('about content once is put right without a word from the person', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { corrupt: { times: 1 } } });
    const { snapshot } = valueOf(await start(await connect(hub)));
    expect(sha256(await readFile(path.join(snapshot.folder, 'vae/weights.safetensors')))).toBe(sha256(other));
  });

  it.each([-1000, 1000])('about a size by %i bytes is refused', async (lieAboutSize) => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { lieAboutSize } });
    const failure = failureOf(await start(await connect(hub)));
    expect(failure.code).toBe('hub-answer');
    expect(failure.message).toMatch(/lists .* with \d+ bytes and sends \d+/);
  });

  it('by a login page in place of weights is refused', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { webPage: '<html>Please log in</html>' } });
    expect(failureOf(await start(await connect(hub))).message).toContain('A web page came instead of');
  });

  it.each(['../../x', '/etc/x', 'C:/x', 'a/../../x', 'a\\..\\x', 'a\0b', './x', 'a//b', '', 'README.md', 'README.md/x'])('about a name such as %j is refused and nothing written', async (name) => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { badNames: [name] } });
    const around = await folder();
    const failure = failureOf(await start(await connect(hub, { cacheFolder: path.join(around, 'a', 'hub') })));
    expect(failure.code).toBe('hub-answer');
    expect(await listing(around)).toEqual([]);
    expect(hub.sentBytes()).toBe(0);
  });

  it.each(['../x', 'a/b/c', 'a--b/c', '/x', 'owner/..', ''])('is not even asked for the repository %j', async (repository) => {
    const hub = await loopback({ repositories: {} });
    expect(failureOf(await start(await connect(hub), { repository })).code).toBe('repository-name');
    expect(failureOf(await start(await connect(hub), { revision: '../../main' })).code).toBe('repository-name');
    expect(hub.requests).toEqual([]);
  });
});

describe('a refusal', () => {
  it('of a gated repository says where to accept the licence', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files, gated: 'manual' } }, tokens: { hf_a: { name: 'mira' } } });
    const failure = failureOf(await start(await connect(hub)));
    expect(failure).toMatchObject({ code: 'gated-repository', short: 'gated' });
    expect(failure.advice).toContain(`${hub.endpoint}/org/editor`);
    const signedIn = failureOf(await start(await connect(hub, { token: 'hf_a' })));
    expect(signedIn.message).toContain('this account has no access yet');
    expect(JSON.stringify(signedIn)).not.toContain('hf_a');
  });

  it('names what is missing', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, tokens: { hf_a: { name: 'mira' } } });
    expect(failureOf(await start(await connect(hub), { repository: 'org/nothing' }))).toMatchObject({ code: 'repository-not-found' });
    expect(failureOf(await start(await connect(hub), { revision: 'v9' }))).toMatchObject({ code: 'revision-not-found' });
    expect(failureOf(await start(await connect(hub, { token: 'hf_wrong' })))).toMatchObject({ code: 'token-refused' });
  });
});

describe('a disk', () => {
  it('without the room is said before the first byte', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const connection = await connect(hub);
    const failure = failureOf(await start(connection, { tuning: { freeBytes: async () => bytes - 2_500_000 } }));
    expect(failure).toMatchObject({ code: 'disk-space', short: '2.5 MB short' });
    expect(hub.sentBytes()).toBe(0);
    expect(await listing(connection.cacheFolder)).toEqual([]);
  });

  it('that holds part of it already needs room for the rest only', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const connection = await connect(hub);
    valueOf(await start(connection, { include: ['vae/'] }));
    expect((await start(connection, { tuning: { freeBytes: async () => bytes - other.length } })).ok).toBe(true);
  });

  it('that cannot be written is named', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const blocked = path.join(await folder(), 'file');
    await writeFile(blocked, '');
    expect(failureOf(await start(await connect(hub, { cacheFolder: path.join(blocked, 'hub') }))).code).toBe('cache-not-writable');
  });
});

describe('cancelling', () => {
  it('ends requests in flight, and the next run goes on from there', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { slow: 1_500_000 } });
    const connection = await connect(hub);
    const stop = new AbortController();
    let seen = 0;
    const running = start(connection, {
      signal: stop.signal,
      progress({ completed = 0 }) {
        seen = completed;
        if (completed > bytes / 3) stop.abort();
      },
    });
    expect(failureOf(await running).code).toBe('cancelled');
    const root = repositoryFolder(connection.cacheFolder, 'org/editor');
    expect((await listing(path.join(root, 'blobs'))).filter((name) => name.endsWith('.evalmark-lock'))).toEqual([]);
    expect(await findSnapshot(connection.cacheFolder, 'org/editor')).toBeUndefined();
    hub.misbehave = {};
    hub.forget();
    valueOf(await start(connection));
    expect(hub.sentBytes()).toBeLessThanOrEqual(bytes - seen + 1);
  });
});

describe('a lock', () => {
  const lockOf = (connection: HubConnection) => path.join(repositoryFolder(connection.cacheFolder, 'org/editor'), 'blobs', `${sha256(large)}.evalmark-lock`);

  it('of a process that is gone, or that nobody understands, is taken over', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const connection = await connect(hub);
    const lock = lockOf(connection);
    await mkdir(path.dirname(lock), { recursive: true });
    await writeFile(lock, JSON.stringify({ process: 2 ** 30, host: (await import('node:os')).hostname(), id: 'x' }));
    valueOf(await start(connection));
    await rm(lock.replace('.evalmark-lock', ''));
    await writeFile(lock, 'torn');
    await utimes(lock, new Date(0), new Date(0));
    valueOf(await start(connection));
  });

  it('of a process that is alive is waited for', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } } });
    const connection = await connect(hub);
    const lock = lockOf(connection);
    await mkdir(path.dirname(lock), { recursive: true });
    await writeFile(lock, JSON.stringify({ process: process.pid, host: (await import('node:os')).hostname(), id: 'x' }));
    const messages: string[] = [];
    const running = start(connection, {
      progress({ message = '' }) {
        messages.push(message);
        if (message.startsWith('waiting for another download')) void rm(lock, { force: true });
      },
    });
    valueOf(await running);
    expect(messages.some((message) => message.startsWith('waiting for another'))).toBe(true);
  });

  it('lets two downloads of one repository share the work', async () => {
    const hub = await loopback({ repositories: { 'org/editor': { files } }, misbehave: { slow: 4_000_000 } });
    const connection = await connect(hub);
    const [left, right] = await Promise.all([start(connection), start(connection)]);
    expect(valueOf(left).received + valueOf(right).received).toBe(bytes);
    expect(hub.sentBytes()).toBe(bytes);
  });
});

it('replaces a foreign link in the snapshot and does not follow it', async () => {
  const hub = await loopback({ repositories: { 'org/editor': { files: { 'README.md': 'new' } } } });
  const connection = await connect(hub);
  const victim = path.join(await folder(), 'victim');
  await writeFile(victim, 'mine');
  const snapshot = path.join(repositoryFolder(connection.cacheFolder, 'org/editor'), 'snapshots', hub.commit('org/editor'));
  await mkdir(snapshot, { recursive: true });
  await symlink(victim, path.join(snapshot, 'README.md'));
  valueOf(await start(connection));
  expect(await readFile(victim, 'utf8')).toBe('mine');
  expect(await readFile(path.join(snapshot, 'README.md'), 'utf8')).toBe('new');
});
