import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { downloadMeasureNetworks, networkGaps, networksOf, offerText } from '../../../../src/core/hub/measureNetworks';
import { connect, folder, loopback, noise } from './hubFixture';

const quiet = { signal: new AbortController().signal, log: { debug() {}, info() {}, warn() {}, error() {} }, progress() {} };
const valueOf = async (...asked: Parameters<typeof networksOf>) => {
  const found = await networksOf(...asked);
  if (!found.ok) throw new Error(found.failure.message);
  return found.value;
};

describe('networks that measure', () => {
  it('are offered with size and licence, and nothing is there at first', async () => {
    const found = await valueOf({}, await folder(), await folder());
    expect(found).toEqual({});
    const { offered, others } = networkGaps(found, { edits: [] });
    expect(offered.map(offerText)).toContain('Identity (SFace): 38.7 MB, Apache-2.0, opencv/face_recognition_sface');
    expect(offered.map(({ licence }) => licence).every((licence) => /^(MIT|Apache-2\.0)/.test(licence))).toBe(true);
    expect(others.join()).toContain('LPIPS');
  });

  it('are found by their names in the folder of the evaluation, which may not leave the workspace', async () => {
    const workspace = await folder();
    const cache = await folder();
    await mkdir(path.join(workspace, 'networks'));
    for (const name of ['yunet.onnx', 'face_recognition_sface_2021dec.onnx', 'clip_vision_model.onnx', 'text_model.onnx', 'tokenizer.json', 'my-lpips-alex.onnx', 'dinov2.onnx', 'notes.txt']) await writeFile(path.join(workspace, 'networks', name), '');
    const found = await valueOf({ measurements: { folder: 'networks' } }, workspace, cache);
    expect(Object.keys(found).sort()).toEqual(['clipText', 'clipTokenizer', 'clipVision', 'detector', 'perceptual', 'person', 'recognizer']);
    expect(found.perceptual).toBe(path.join(workspace, 'networks', 'my-lpips-alex.onnx'));
    expect(networkGaps(found, { edits: [] }).others.join()).toContain('"captions"');
    expect(networkGaps(found, { edits: [{ id: 'beach', kind: 'background', prompt: 'x', captions: ['a', 'b'] }] }).others).toEqual([]);
    expect((await networksOf({ measurements: { folder: '../elsewhere' } }, workspace, cache)).ok).toBe(false);
    await symlink(cache, path.join(workspace, 'out'));
    expect((await networksOf({ measurements: { folder: 'out' } }, workspace, cache)).ok).toBe(false);
  });

  it('come from the Hub into its cache, one file of a repository, and are found there', async () => {
    const hub = await loopback({ repositories: { 'onnx-community/dinov2-small': { files: { 'onnx/model.onnx': noise(1, 5000), 'onnx/model_fp16.onnx': noise(2, 4000) } } } });
    const connection = await connect(hub);
    const wanted = networkGaps({}, { edits: [] }).offered.filter(({ role }) => role === 'person');
    expect(await downloadMeasureNetworks(connection, wanted, quiet)).toEqual({ ok: true, value: undefined });
    const found = await valueOf({}, await folder(), connection.cacheFolder);
    expect(Object.keys(found)).toEqual(['person']);
    expect(found.person).toMatch(/models--onnx-community--dinov2-small.*onnx.model\.onnx$/);
  });

  it('are refused when they are other bytes than were published', async () => {
    const hub = await loopback({ repositories: { 'opencv/face_detection_yunet': { files: { 'face_detection_yunet_2023mar.onnx': noise(3, 3000) } } } });
    const wanted = networkGaps({}, { edits: [] }).offered.filter(({ role }) => role === 'detector');
    const fetched = await downloadMeasureNetworks(await connect(hub), wanted, quiet);
    expect(fetched.ok ? '' : fetched.failure.code).toBe('network-changed');
    const none = await downloadMeasureNetworks(await connect(hub), networkGaps({}, { edits: [] }).offered.filter(({ role }) => role === 'person'), quiet);
    expect(none.ok).toBe(false);
  });
});
