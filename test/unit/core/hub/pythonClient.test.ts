import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { downloadSnapshot } from '../../../../src/core/hub/download';
import { verifySnapshot } from '../../../../src/core/hub/verify';
import { connect, folder, loopback, quick, safetensors } from './hubFixture';

const run = promisify(execFile);
/** Path of the `hf` tool of huggingface_hub; a second judge of the cache where it is installed. */
const hf = process.env.EVALMARK_HF;

describe.runIf(hf)('the Python client', () => {
  const files = {
    'README.md': '---\nlicense: mit\n---\n# Weights', 'empty.txt': '', 'with # and blank.txt': 'x', 'transformer/model.safetensors': safetensors({ 'a.weight': [1000] }), 'large.safetensors': safetensors({ w: [800_000] }), 'same.safetensors': safetensors({ w: [800_000] }),
  };
  const environment = async (endpoint: string, cacheFolder: string) => ({ ...process.env, HF_ENDPOINT: endpoint, HF_HUB_CACHE: cacheFolder, HF_HOME: await folder(), HF_HUB_DISABLE_XET: '1', HF_HUB_DISABLE_TELEMETRY: '1', HF_HUB_OFFLINE: '' });

  it('finds every checksum right and fetches nothing again', async () => {
    const hub = await loopback({ repositories: { 'org/model': { files } } });
    const connection = await connect(hub);
    expect(await downloadSnapshot({ connection, repository: 'org/model', signal: new AbortController().signal, tuning: quick })).toMatchObject({ ok: true });
    const env = await environment(hub.endpoint, connection.cacheFolder);
    const verified = await run(hf!, ['cache', 'verify', 'org/model', '--fail-on-missing-files'], { env });
    expect(`${verified.stdout}${verified.stderr}`).toMatch(/verified/i);
    hub.forget();
    await run(hf!, ['download', 'org/model'], { env });
    expect(hub.sentBytes()).toBe(0);
  }, 120_000);

  it('leaves a cache that Evalmark reuses and verifies', async () => {
    const hub = await loopback({ repositories: { 'org/model': { files } } });
    const connection = await connect(hub);
    const env = await environment(hub.endpoint, connection.cacheFolder);
    await run(hf!, ['download', 'org/model'], { env });
    hub.forget();
    const signal = new AbortController().signal;
    expect(await downloadSnapshot({ connection, repository: 'org/model', signal, tuning: quick })).toMatchObject({ ok: true, value: { received: 0 } });
    expect(hub.sentBytes()).toBe(0);
    expect(await verifySnapshot({ connection, repository: 'org/model', signal })).toMatchObject({ ok: true, value: { problems: [], files: Object.keys(files).length } });
  }, 120_000);
});
