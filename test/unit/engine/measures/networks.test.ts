import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Face } from '../../../../src/core/evaluation/face';
import { ClipText, ClipTokenizer } from '../../../../src/engine/measures/clipText';
import { cosine, directionCosine, personCrop, PictureEncoder, preparedFace, preparedForClip, preparedForDino } from '../../../../src/engine/measures/encoders';
import { FaceDetector } from '../../../../src/engine/measures/faceDetector';
import { alignedFace, shapeDistance, yawOf } from '../../../../src/engine/measures/faceGeometry';
import { PerceptualDistance } from '../../../../src/engine/measures/perceptualDistance';
import { planesOf } from '../../../../src/engine/measures/planes';
import type { Result } from '../../../../src/core/outcome';
import type { Picture } from '../../../../src/engine/pictures/loadPicture';
import { Golden, largestDifference } from '../golden';
import { measurePicture, networkFile } from './measurePictures';

let golden: Golden;
let folder: string;
beforeAll(async () => {
  golden = await Golden.read('measures');
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function opened<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

/** A row as OpenCV has it: box, five points, score, all in pixels. */
function rowOf({ box, landmarks, score }: Face, { width, height }: { readonly width: number; readonly height: number }): readonly number[] {
  return [box.x * width, box.y * height, box.width * width, box.height * height, ...landmarks.flatMap(({ x, y }) => [x * width, y * height]), score];
}

function faceOf(row: readonly number[], { width, height }: Picture): Face {
  const [x = 0, y = 0, w = 0, h = 0] = row;
  const point = (index: number) => ({ x: (row[4 + 2 * index] ?? 0) / width, y: (row[5 + 2 * index] ?? 0) / height });
  return { box: { x: x / width, y: y / height, width: w / width, height: h / height }, landmarks: [point(0), point(1), point(2), point(3), point(4)], score: row[14] ?? 0 };
}

describe('against OpenCV', () => {
  test.each([
    ['yunet.onnx', 200, 150, 0, 'faces'],
    ['yunet.onnx', 96, 64, 1, 'faces.96'],
    ['yunetFixed.onnx', 96, 64, 1, 'faces.96'],
  ])('%s finds in %i × %i what FaceDetectorYN finds, in its order', async (file, width, height, kind, name) => {
    const detector = opened(await FaceDetector.open(networkFile(file)));
    const found = await detector.detect(measurePicture(width, height, kind), { score: 0.8 });
    expect(found.length).toBe(golden.shape(name)[0]);
    expect(largestDifference(found.flatMap((face) => rowOf(face, { width, height })), golden.floats(name))).toBeLessThan(2e-3);
  });

  test('a picture that does not fit a fixed network is made smaller, and its faces are where they were', async () => {
    const detector = opened(await FaceDetector.open(networkFile('yunetFixed.onnx')));
    const found = await detector.detect(measurePicture(192, 100, 1), { score: 0.5 });
    expect(found.length).toBeGreaterThan(0);
    for (const { box, landmarks } of found) {
      expect(box.x + box.width / 2).toBeGreaterThan(-0.2);
      expect(box.x + box.width / 2).toBeLessThan(1.3);
      expect(landmarks).toHaveLength(5);
    }
  });

  test('faces are aligned as alignCrop does, also turned and partly outside', () => {
    const picture = measurePicture(200, 150, 0);
    const rows = golden.floats('align.rows');
    const crops = golden.bytes('align.crops');
    const size = 112 * 112 * 3;
    for (const index of [0, 1]) {
      const { pixels } = alignedFace(picture, faceOf([...rows.subarray(index * 15, index * 15 + 15)], picture));
      const differences = Array.from(pixels, (value, at) => Math.abs(value - (crops[index * size + at] ?? 0)));
      // Sawtooth edges of 255 levels: a place that is off by a thousandth of a pixel shows.
      expect(differences.filter((difference) => difference > 2).length / size).toBeLessThan(0.01);
      expect(differences.reduce((sum, difference) => sum + difference, 0) / size).toBeLessThan(0.25);
    }
  });

  test('embeddings of faces and their cosine are FaceRecognizerSF\'s', async () => {
    const picture = measurePicture(200, 150, 0);
    const rows = golden.floats('align.rows');
    const recognizer = opened(await PictureEncoder.open(networkFile('sface.onnx'), ['fc1']));
    const [one, other] = await Promise.all([0, 1].map((index) => recognizer.encode(preparedFace(picture, faceOf([...rows.subarray(index * 15, index * 15 + 15)], picture)))));
    const features = golden.floats('sface.features');
    expect(cosine(one!, features.subarray(0, 128))).toBeGreaterThan(0.9999);
    expect(cosine(other!, features.subarray(128))).toBeGreaterThan(0.9999);
    expect(cosine(one!, other!)).toBeCloseTo(golden.floats('sface.cosine')[0]!, 3);
  });
});

describe('against transformers', () => {
  test('pixels for DINO and for CLIP are those of its processors', () => {
    for (const [name, prepared] of [['dino.pixels', preparedForDino(measurePicture(400, 300, 0))], ['clip.pixels', preparedForClip(measurePicture(400, 300, 0))]] as const) {
      const planes = planesOf(prepared.picture, prepared.scale);
      const every16 = Array.from({ length: 3 * 14 * 14 }, (_, index) => planes[Math.floor(index / 196) * 224 * 224 + Math.floor((index % 196) / 14) * 16 * 224 + (index % 14) * 16]!);
      expect(largestDifference(every16, golden.floats(name))).toBeLessThan(1e-5);
    }
  });

  test('class tokens of DINO', async () => {
    const encoder = opened(await PictureEncoder.open(networkFile('dino.onnx'), ['last_hidden_state']));
    const found = await Promise.all([0, 1].map((kind) => encoder.encode(preparedForDino(measurePicture(400, 300, kind)))));
    expect(largestDifference(found.flatMap((values) => [...values]), golden.floats('dino.class'))).toBeLessThan(1e-4);
  });

  test('embeddings of CLIP for pictures and for words, and the direction between them', async () => {
    const vision = opened(await PictureEncoder.open(networkFile('clipVision.onnx'), ['image_embeds']));
    const text = opened(await ClipText.open(networkFile('clipText.onnx'), networkFile('clip/vocab.json')));
    const [source, output] = await Promise.all([0, 1].map((kind) => vision.encode(preparedForClip(measurePicture(400, 300, kind)))));
    const texts = golden.said('texts') as readonly string[];
    const [before, after] = await Promise.all([0, 1].map((index) => text.encode(texts[index]!)));
    expect(largestDifference([...source!, ...output!], golden.floats('clip.images'))).toBeLessThan(1e-4);
    expect(largestDifference([...before!, ...after!], golden.floats('clip.words'))).toBeLessThan(1e-4);
    expect(directionCosine(source!, output!, before!, after!)).toBeCloseTo(golden.floats('clip.direction')[0]!, 4);
  });

  test('tokens of CLIP: lower case, blanks, digits, other scripts, nothing, too much', async () => {
    const tokenizer = opened(await ClipTokenizer.open(networkFile('clip/vocab.json')));
    for (const [index, text] of (golden.said('texts') as readonly string[]).entries()) expect(tokenizer.encode(text), text).toEqual(golden.integers(`clip.ids.${index}`));
  });

  test('a special token in a caption is words like others', async () => {
    const tokenizer = opened(await ClipTokenizer.open(networkFile('clip/vocab.json')));
    const ids = tokenizer.encode('<|endoftext|> word');
    expect(ids.slice(0, -1)).not.toContain(ids.at(-1));
  });
});

describe('against the lpips package', () => {
  test('the distance, and that of what an edit left alone', async () => {
    const distance = opened(await PerceptualDistance.open(networkFile('lpips.onnx')));
    const [source, output] = [measurePicture(160, 128, 0), measurePicture(160, 128, 1)];
    expect(await distance.between(source, output)).toBeCloseTo(golden.floats('lpips.whole')[0]!, 5);
    const before = Uint8Array.from(output.pixels);
    expect(await distance.between(source, output, { columns: 2, rows: 1, kept: '8' })).toBeCloseTo(golden.floats('lpips.left')[0]!, 5);
    expect(output.pixels).toEqual(before);
    expect(await distance.between(source, source)).toBe(0);
    expect(await distance.between(source, output, { columns: 1, rows: 1, kept: '0' })).toBeUndefined();
  });
});

describe('geometry of a face', () => {
  const picture = measurePicture(100, 100, 0);
  const front = faceOf([30, 30, 40, 50, 40, 45, 60, 45, 50, 56, 43, 66, 57, 66, 1], picture);
  const moved = (change: (x: number, y: number) => readonly [number, number]): Face => ({ ...front, landmarks: front.landmarks.map(({ x, y }) => { const [toX, toY] = change(x, y); return { x: toX, y: toY }; }) as unknown as Face['landmarks'] });

  test('a front looks ahead, a nose beside the middle does not, and tilting the head is no turning', () => {
    expect(yawOf(front, picture)).toBeCloseTo(0, 6);
    const right = moved((x, y) => [x === 0.5 ? 0.57 : x, y]);
    expect(yawOf(right, picture)).toBeCloseTo((Math.atan(0.7 / 0.9) * 180) / Math.PI, 4);
    const tilted = moved((x, y) => [0.5 + (x - 0.5) * Math.cos(0.4) - (y - 0.5) * Math.sin(0.4), 0.5 + (x - 0.5) * Math.sin(0.4) + (y - 0.5) * Math.cos(0.4)]);
    expect(yawOf(tilted, picture)).toBeCloseTo(0, 6);
  });

  test('size, place and tilt do not change a shape, another nose does', () => {
    const similar = moved((x, y) => [0.2 + 0.5 * x - 0.1 * y, 0.1 + 0.1 * x + 0.5 * y]);
    expect(shapeDistance(front, picture, similar, picture)).toBeCloseTo(0, 9);
    expect(shapeDistance(front, picture, moved((x, y) => [x, y === 0.56 ? 0.6 : y]), picture)).toBeGreaterThan(0.05);
  });

  test('a person is cut out around the face, which is grey', () => {
    const crop = personCrop(measurePicture(300, 400, 0), faceOf([130, 60, 40, 50, 140, 80, 160, 80, 150, 90, 143, 100, 157, 100, 1], measurePicture(300, 400, 0)));
    expect([crop.width, crop.height]).toEqual([300, 300]);
    const [x, y] = [150, 60 + 25 - 23];
    expect([...crop.pixels.subarray((y * 300 + x) * 3, (y * 300 + x) * 3 + 3)]).toEqual([124, 116, 104]);
  });
});

test('files that are another network, or none, are refused with what to do', async () => {
  const none = path.join(folder, 'none.onnx');
  await writeFile(none, 'not a network');
  for (const result of [
    await FaceDetector.open(none), await FaceDetector.open(networkFile('sface.onnx')), await PictureEncoder.open(networkFile('lpips.onnx'), []), await PerceptualDistance.open(networkFile('dino.onnx')),
    await ClipText.open(networkFile('dino.onnx'), networkFile('clip/vocab.json')), await ClipText.open(networkFile('clipText.onnx'), path.join(folder, 'vocab.json')),
  ]) {
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.failure.advice).not.toBe('');
  }
});
