import { chmod, mkdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hubCommandOf } from '../../../../src/core/actions/rules/hubCommand';
import { repositoryFolder } from '../../../../src/core/hub/cache';
import { chooseForEngine } from '../../../../src/core/hub/defaultFiles';
import { downloadSnapshot } from '../../../../src/core/hub/download';
import { pauseAllDownloads } from '../../../../src/core/hub/downloadQueue';
import { modelFolders } from '../../../../src/core/hub/modelFolders';
import { deleteOrphans, findOrphans } from '../../../../src/core/hub/orphans';
import { connect, folder, listing, loopback, noise, quick, safetensors, sha256 } from './hubFixture';

const signal = new AbortController().signal;
const chosen = (...paths: readonly string[]) => chooseForEngine(paths.map((name) => ({ path: name, size: 1 }))).chosen.map((file) => file.path);

describe('the files that a download takes by itself', () => {
  it('of a diffusers checkpoint are its index and its folders, each thing once', () => {
    const whole = [
      'README.md', 'LICENSE', 'model_index.json', 'scheduler/scheduler_config.json', 'text_encoder/config.json', 'text_encoder/model-00001-of-00002.safetensors', 'text_encoder/model.safetensors.index.json', 'tokenizer/merges.txt', 'tokenizer/vocab.json',
      'transformer/config.json', 'transformer/diffusion_pytorch_model-00001-of-00009.safetensors', 'vae/diffusion_pytorch_model.safetensors',
    ];
    expect(chosen(...whole, '.gitattributes', 'images/teaser.png', 'single_file.safetensors', 'vae/diffusion_pytorch_model.bin', 'vae/diffusion_pytorch_model.fp16.safetensors', 'unet/model.onnx', 'flax_model.msgpack', 'model-Q4_K_M.gguf')).toEqual(whole);
  });

  it('of a LoRA are its safetensors, not the pickle beside it', () => {
    expect(chosen('README.md', 'lora.safetensors', 'lora.pt', 'example.mp4')).toEqual(['README.md', 'lora.safetensors']);
    expect(chosen('light-4steps-bf16.safetensors', 'light-4steps-fp32.safetensors')).toEqual(['light-4steps-bf16.safetensors']);
    expect(chosen('light-4steps.safetensors', 'light-4steps-bf16.safetensors')).toEqual(['light-4steps.safetensors']);
    expect(chosen('only.fp16.safetensors')).toEqual(['only.fp16.safetensors']);
  });

  it('of quantisations are one, of ONNX its data too', () => {
    expect(chosen('a-Q2_K.gguf', 'a-Q4_K_M.gguf', 'a-Q8_0.gguf')).toEqual(['a-Q4_K_M.gguf']);
    const exported = ['model_index.json', 'text_encoder/model.safetensors', 'transformer/model.onnx', 'transformer/model.onnx_data', 'vae_encoder/model.onnx'];
    expect(chosen(...exported)).toEqual(exported);
    expect(chosen(...exported, 'transformer/diffusion_pytorch_model.safetensors')).not.toContain('transformer/model.onnx');
    expect(chosen('model.onnx', 'model.onnx_data')).toEqual(['model.onnx', 'model.onnx_data']);
  });

  it('are told before the first byte, with what is left out and why', async () => {
    const hub = await loopback({ repositories: { 'org/lora': { files: { 'README.md': 'x', 'lora.safetensors': safetensors({ a: [4] }), 'lora.pt': noise(1, 5000), 'old.pt': noise(2, 100) } }, 'org/pickled': { files: { 'model.bin': 'x' } } } });
    const connection = await connect(hub);
    const told: unknown[] = [];
    const done = await downloadSnapshot({ connection, repository: 'org/lora', onlyNeeded: true, signal, tuning: quick, approve: async ({ chosen, left, missing }) => (told.push(left.map(({ reason, files }) => [reason, files.length]), hub.sentBytes(), missing), chosen) });
    expect(done.ok && done.value.snapshot.files).toEqual(['README.md', 'lora.safetensors']);
    expect(told).toEqual([[['pickles, which can run code', 2]], 0, 1 + safetensors({ a: [4] }).length]);
    expect(await downloadSnapshot({ connection, repository: 'org/pickled', onlyNeeded: true, signal, tuning: quick })).toMatchObject({ ok: false, failure: { code: 'only-pickles' } });
    expect(await downloadSnapshot({ connection, repository: 'org/pickled', onlyNeeded: true, include: ['model.bin'], signal, tuning: quick })).toMatchObject({ ok: true });
  });
});

describe('files that another program has already', () => {
  const weights = noise(7, 3_000_000);

  it('are found by size and hash whatever their name, and not fetched', async () => {
    const hub = await loopback({ repositories: { 'org/lora': { files: { 'lora.safetensors': weights, 'README.md': 'x' } } } });
    const connection = await connect(hub);
    const comfy = await folder();
    await mkdir(path.join(comfy, 'models/loras'), { recursive: true });
    await writeFile(path.join(comfy, 'models/loras/renamed by me.safetensors'), weights);
    await writeFile(path.join(comfy, 'models/loras/same size.safetensors'), noise(8, weights.length));
    const done = await downloadSnapshot({ connection, repository: 'org/lora', adoptFrom: [comfy, '/nowhere'], signal, tuning: quick });
    expect(done).toMatchObject({ ok: true, value: { adopted: weights.length, received: 1 } });
    const blob = path.join(repositoryFolder(connection.cacheFolder, 'org/lora'), 'blobs', sha256(weights));
    expect(sha256(await readFile(blob))).toBe(sha256(weights));
    expect(sha256(await readFile(path.join(comfy, 'models/loras/renamed by me.safetensors')))).toBe(sha256(weights));
  });

  it('that only look alike are left, and what cannot be read is no error', async () => {
    const hub = await loopback({ repositories: { 'org/lora': { files: { 'lora.safetensors': weights } } } });
    const connection = await connect(hub);
    const comfy = await folder();
    await writeFile(path.join(comfy, 'other.safetensors'), noise(9, weights.length));
    await writeFile(path.join(comfy, 'locked.safetensors'), weights);
    await chmod(path.join(comfy, 'locked.safetensors'), 0);
    const done = await downloadSnapshot({ connection, repository: 'org/lora', adoptFrom: [comfy], signal, tuning: quick });
    expect(done).toMatchObject({ ok: true });
  });

  it('lie where the settings say, and in ComfyUI’s own places', async () => {
    const home = await folder();
    await mkdir(path.join(home, 'ComfyUI/models'), { recursive: true });
    await mkdir(path.join(home, 'loras'));
    expect(modelFolders(['~/loras', 'relative/folder', '/nowhere'], home)).toEqual([path.join(home, 'loras'), path.join(home, 'ComfyUI/models')]);
  });
});

describe('unfinished downloads', () => {
  it('of other tools are named and deleted, of ours only when nothing goes on from them', async () => {
    const { cacheFolder } = await connect(await loopback({ repositories: {} }));
    const blobs = path.join(cacheFolder, 'models--org--lora', 'blobs');
    await mkdir(blobs, { recursive: true });
    const [whole, half] = ['a'.repeat(64), 'b'.repeat(64)];
    const old = new Date(Date.now() - 3_600_000);
    for (const [name, size] of [[whole, 10], [`${whole}.evalmark-part`, 20], [`${half}.evalmark-part`, 30], [`${half}.evalmark-part.json`, 5], [`${half}.0f3a.incomplete`, 40], [`${'c'.repeat(40)}.incomplete`, 50], ['notes.incomplete', 7]] as const) {
      await writeFile(path.join(blobs, name), noise(1, size));
      await utimes(path.join(blobs, name), old, old);
    }
    await writeFile(path.join(blobs, `${'d'.repeat(64)}.incomplete`), 'being written now');
    const orphans = await findOrphans(cacheFolder);
    expect(orphans.map(({ file, size, kind }) => [path.basename(file), size, kind])).toEqual([
      [`${'c'.repeat(40)}.incomplete`, 50, 'unfinished, by another tool'], [`${half}.0f3a.incomplete`, 40, 'unfinished, by another tool'], [`${whole}.evalmark-part`, 20, 'left over'],
    ]);
    expect((await findOrphans(cacheFolder, { resumable: true, repository: 'org/lora' })).map(({ kind }) => kind)).toContain('unfinished');
    expect(await deleteOrphans(orphans)).toBe(110);
    expect(await listing(blobs)).toEqual([whole, `${half}.evalmark-part`, `${half}.evalmark-part.json`, `${'d'.repeat(64)}.incomplete`, 'notes.incomplete'].sort());
  });

  it('count the bytes that they hold, not the holes', async () => {
    const { cacheFolder } = await connect(await loopback({ repositories: {} }));
    const blobs = path.join(cacheFolder, 'models--org--lora', 'blobs');
    await mkdir(blobs, { recursive: true });
    const file = path.join(blobs, `${'e'.repeat(64)}.incomplete`);
    await writeFile(file, 'x');
    await truncate(file, 100_000_000);
    const old = new Date(Date.now() - 3_600_000);
    await utimes(file, old, old);
    if ((await stat(file)).blocks * 512 >= 100_000_000) return;
    expect((await findOrphans(cacheFolder))[0]?.size).toBeLessThan(1_000_000);
  });
});

describe('one queue', () => {
  const weights = { 'a.safetensors': noise(3, 2_000_000), 'b.safetensors': noise(4, 2_000_000) };

  it('pauses every download, keeps what arrived, and goes on', async () => {
    const hub = await loopback({ repositories: { 'org/one': { files: weights } }, misbehave: { slow: 4_000_000 } });
    const connection = await connect(hub);
    let paused = false;
    const seen: number[] = [];
    const running = downloadSnapshot({
      connection, repository: 'org/one', signal, connections: 2, tuning: { ...quick, stallAfter: 5_000 },
      progress: ({ completed = 0 }) => {
        seen.push(completed);
        if (!paused && completed > 500_000) {
          paused = true;
          pauseAllDownloads(true);
        }
      },
    });
    while (!paused) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const held = seen.at(-1)!;
    expect(held).toBeLessThan(4_000_000);
    pauseAllDownloads(false);
    expect(await running).toMatchObject({ ok: true, value: { received: 4_000_000 } });
    expect(hub.sentBytes()).toBe(4_000_000);
  });

  it('keeps all downloads together under one limit', async () => {
    const hub = await loopback({ repositories: { 'org/one': { files: { 'a.safetensors': weights['a.safetensors'] } }, 'org/two': { files: { 'b.safetensors': weights['b.safetensors'] } } } });
    const connection = await connect(hub);
    const started = performance.now();
    const both = await Promise.all(['org/one', 'org/two'].map((repository) => downloadSnapshot({ connection, repository, signal, bytesPerSecond: 4_000_000, tuning: quick })));
    expect(both.every(({ ok }) => ok)).toBe(true);
    // 4 MB at 4 MB/s cannot be there sooner, however fast the machine is.
    expect(performance.now() - started).toBeGreaterThan(700);
  });

  it('is left by a cancelled download at once, paused or not', async () => {
    const hub = await loopback({ repositories: { 'org/one': { files: weights } } });
    const connection = await connect(hub);
    pauseAllDownloads(true);
    try {
      const stop = new AbortController();
      const running = downloadSnapshot({ connection, repository: 'org/one', signal: stop.signal, tuning: quick });
      setTimeout(() => stop.abort(), 200);
      expect(await running).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
    } finally {
      pauseAllDownloads(false);
    }
  });
});

describe('lines for the hf tool', () => {
  it.each<[string, unknown]>([
    ['huggingface-cli login  # If needed', { kind: 'login' }],
    ['hf auth login --token $HF_TOKEN', { kind: 'login' }],
    ['huggingface-cli download Qwen/Qwen-Image-Edit-2509', { kind: 'download', repository: 'Qwen/Qwen-Image-Edit-2509', include: [], exclude: [] }],
    ['hf download a/b model.safetensors config.json --revision v1.0', { kind: 'download', repository: 'a/b', revision: 'v1.0', include: ['model.safetensors', 'config.json'], exclude: [] }],
    ['hf download a/b --include "*.json" "vae/*" --exclude=*.bin --local-dir ./models', { kind: 'download', repository: 'a/b', include: ['*.json', 'vae/*'], exclude: ['*.bin'], folder: './models' }],
    ['huggingface-cli download --local-dir out a/b --local-dir-use-symlinks False', { kind: 'download', repository: 'a/b', include: [], exclude: [], folder: 'out' }],
    ['hf download a/b --repo-type dataset', undefined],
    ['hf cache ls', undefined],
    ['huggingface-cli download <model-name>', { kind: 'download', repository: '<model-name>', include: [], exclude: [] }],
    ['hf download a/b > log.txt', undefined],
    ['hf download a/b | tee log.txt', undefined],
    ['hf download $MODEL', undefined],
    ['hf download a/b && echo done', undefined],
    ['hfx download a/b', undefined],
  ])('%s', (line, expected) => expect(hubCommandOf(line)).toEqual(expected));
});
