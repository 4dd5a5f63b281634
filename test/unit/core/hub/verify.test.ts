import { copyFile, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { downloadSnapshot } from '../../../../src/core/hub/download';
import { verifySnapshot, weightsProblem } from '../../../../src/core/hub/verify';
import { connect, folder, loopback, noise, quick, safetensors } from './hubFixture';

const files = {
  'README.md': '# Model',
  'model.onnx': noise(7, 40_000),
  'lora.safetensors': safetensors({ 'a.lora_A.weight': [4, 40] }),
};
const signal = new AbortController().signal;

async function downloaded() {
  const hub = await loopback({ repositories: { 'org/model': { files } } });
  const connection = await connect(hub);
  const result = await downloadSnapshot({ connection, repository: 'org/model', signal, tuning: quick });
  if (!result.ok) throw new Error(result.failure.message);
  const { folder: snapshot } = result.value.snapshot;
  /** Changes one file of the snapshot and not the blob behind it. */
  const damage = async (name: string, content: Buffer | string) => {
    await unlink(path.join(snapshot, name));
    await writeFile(path.join(snapshot, name), content);
  };
  const verify = async (more = {}) => verifySnapshot({ connection: { ...connection, ...more }, repository: 'org/model', signal });
  return { hub, snapshot, damage, verify, connection };
}

describe('verification', () => {
  it('passes what was downloaded, also offline', async () => {
    const { hub, verify } = await downloaded();
    expect(await verify()).toMatchObject({ ok: true, value: { files: 3, problems: [] } });
    await hub.dispose();
    expect(await verify({ offline: true })).toMatchObject({ ok: true, value: { files: 3, problems: [] } });
  });

  it('names each damaged file and what is wrong with it', async () => {
    const { damage, verify, snapshot } = await downloaded();
    const wrong = Buffer.from(files['model.onnx']);
    wrong[100] = 255 - (wrong[100] ?? 0);
    await damage('model.onnx', wrong);
    await damage('lora.safetensors', files['lora.safetensors'].subarray(0, 90));
    await rm(path.join(snapshot, 'README.md'));
    const result = await verify();
    expect(result.ok && result.value.problems).toEqual([
      { path: 'README.md', what: 'is missing' },
      { path: 'lora.safetensors', what: `has 90 bytes instead of ${files['lora.safetensors'].length}` },
      { path: 'model.onnx', what: 'has another checksum than the Hub names' },
    ]);
  });

  it('asks about the files that were fetched on purpose, not about the rest', async () => {
    const hub = await loopback({ repositories: { 'org/model': { files } } });
    const connection = await connect(hub);
    await downloadSnapshot({ connection, repository: 'org/model', include: ['*.onnx'], signal, tuning: quick });
    expect(await verifySnapshot({ connection, repository: 'org/model', signal })).toMatchObject({ ok: true, value: { files: 1, problems: [] } });
  });

  it('finds a pointer, a web page and a broken header in weights', async () => {
    const place = await folder();
    const at = async (name: string, content: string | Buffer) => {
      await writeFile(path.join(place, name), content);
      return weightsProblem(path.join(place, name));
    };
    expect(await at('a.safetensors', 'version https://git-lfs.github.com/spec/v1\n')).toContain('pointer');
    expect(await at('b.onnx', '<!DOCTYPE html><html>')).toBe('is a web page');
    expect(await at('c.safetensors', noise(1, 500))).toContain('cannot be read');
    expect(await at('d.safetensors', files['lora.safetensors'])).toBeUndefined();
    expect(await at('e.txt', '<html>')).toBeUndefined();
  });

  it('says when nothing is there', async () => {
    const hub = await loopback({ repositories: {} });
    expect(await verifySnapshot({ connection: await connect(hub), repository: 'org/model', signal })).toMatchObject({ ok: false, failure: { code: 'not-downloaded' } });
  });

  it('trusts content that a Python tool left without links', async () => {
    const { snapshot, verify } = await downloaded();
    const file = path.join(snapshot, 'model.onnx');
    await copyFile(file, `${file}.copy`);
    await unlink(file);
    await writeFile(file, await readFile(`${file}.copy`));
    await rm(`${file}.copy`);
    expect(await verify()).toMatchObject({ ok: true, value: { problems: [] } });
  });
});
