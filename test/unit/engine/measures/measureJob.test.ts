import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MeasureNetworks, NetworkMeasureRequest } from '../../../../src/core/evaluation/networkMeasures';
import { EngineClient } from '../../../../src/engine/client';
import { FaceDetector } from '../../../../src/engine/measures/faceDetector';
import { temporaryFolder } from '../../actionContext';
import { bundleEngine, type EngineBundle } from '../engineBundle';
import { measurePicture, networkFile } from './measurePictures';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const quiet = new AbortController().signal;

let bundle: EngineBundle;
let folder: string;
let engine: EngineClient;
beforeAll(async () => {
  bundle = await bundleEngine();
  folder = await mkdtemp(temporaryFolder);
  engine = new EngineClient(bundle.entry, silent);
  for (const kind of [0, 1]) {
    const { pixels, width, height } = measurePicture(200, 150, kind);
    await sharp(pixels, { raw: { width, height, channels: 3 } }).png().toFile(path.join(folder, `${kind}.png`));
  }
});
afterAll(async () => {
  await engine.dispose();
  await bundle.remove();
  await rm(folder, { recursive: true });
});

const all: MeasureNetworks = {
  detector: networkFile('yunet.onnx'), recognizer: networkFile('sface.onnx'), person: networkFile('dino.onnx'), clipVision: networkFile('clipVision.onnx'), clipText: networkFile('clipText.onnx'),
  clipTokenizer: networkFile('clip/vocab.json'), perceptual: networkFile('lpips.onnx'),
};

function request(networks: MeasureNetworks, changes: Partial<NetworkMeasureRequest> = {}): NetworkMeasureRequest {
  return { networks, source: path.join(folder, '0.png'), output: path.join(folder, '1.png'), ...changes };
}

async function measured(asked: NetworkMeasureRequest) {
  const result = await engine.measure(asked, quiet);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

test('every network measures in the child, and faces come with it', async () => {
  const { measures, faces, skipped } = await measured(request(all, { captions: ['a woman', 'a woman on a beach'], kept: { columns: 2, rows: 1, kept: '8' } }));
  expect(skipped).toEqual([]);
  for (const name of ['identity', 'yaw', 'faceShape', 'person', 'clipImage', 'clipDirection', 'perceptual'] as const) expect(measures[name], name).toSatisfy(Number.isFinite);
  const detector = await FaceDetector.open(networkFile('yunet.onnx'));
  if (!detector.ok) throw new Error(detector.failure.message);
  expect(faces?.source).toEqual(await detector.value.detect(measurePicture(200, 150, 0)));
  expect(faces?.output.length).toBeGreaterThan(0);
});

test('an output that is its source is the same person, the same picture, and went nowhere', async () => {
  const { measures } = await measured(request(all, { output: path.join(folder, '0.png'), captions: ['a', 'b'] }));
  for (const name of ['identity', 'person', 'clipImage'] as const) expect(measures[name], name).toBeCloseTo(1, 6);
  expect(measures.faceShape).toBeCloseTo(0, 6);
  expect([measures.perceptual, measures.clipDirection]).toEqual([0, 0]);
});

test('each is optional: what is missing or no such network costs only its own figures, and is told', async () => {
  expect(await measured(request({}))).toEqual({ measures: {}, skipped: [] });
  const broken = path.join(folder, 'broken.onnx');
  await writeFile(broken, 'not a network');
  const { measures, skipped } = await measured(request({ ...all, recognizer: broken, perceptual: networkFile('dino.onnx') }));
  expect(Object.keys(measures).sort()).toEqual(['clipImage', 'faceShape', 'person', 'yaw']);
  expect(skipped).toHaveLength(2);
  expect(skipped[0]).toMatch(/^broken\.onnx cannot measure: .* Download it again/);
});

test('a picture that cannot be read, a request of another shape, and a cancelled one are failures', async () => {
  const failure = async (asked: NetworkMeasureRequest, signal = quiet) => {
    const result = await engine.measure(asked, signal);
    return result.ok ? undefined : result.failure.code;
  };
  expect(await failure(request(all, { output: path.join(folder, 'none.png') }))).toBe('picture-missing');
  expect(await failure({ ...request(all), networks: { detector: 'relative.onnx' } })).toBe('request-invalid');
  expect(await failure(request(all), AbortSignal.abort())).toBe('cancelled');
});
