import { describe, expect, it } from 'vitest';
import { guided } from '../../../../src/engine/pipelines/qwenImageEditPlus/guidance';
import { packLatents, unpackLatents } from '../../../../src/engine/pipelines/qwenImageEditPlus/packing';
import { pictureOf, planesOf } from '../../../../src/engine/pipelines/qwenImageEditPlus/pixels';
import { outputSize, sizeOfArea } from '../../../../src/engine/pipelines/qwenImageEditPlus/sizes';
import { roundHalfEven } from '../../../../src/engine/pictures/roundHalfEven';

describe('sizes', () => {
  /** From diffusers, `calculate_dimensions(1024 * 1024, w / h)` and `calculate_dimensions(384 * 384, w / h)`. */
  it.each([
    [1, 1, [1024, 1024], [384, 384]],
    [16, 9, [1376, 768], [512, 288]],
    [4, 3, [1184, 896], [448, 320]],
    [3, 4, [896, 1184], [320, 448]],
  ])('%d:%d', (width, height, latents, prompt) => {
    expect(sizeOfArea(1024 ** 2, width, height)).toEqual(latents);
    expect(sizeOfArea(384 ** 2, width, height)).toEqual(prompt);
  });

  it('rounds halves to the even side', () => {
    expect([0.5, 1.5, 2.5, 3.5, 2.4999, 2.5001].map(roundHalfEven)).toEqual([0, 2, 2, 4, 2, 3]);
  });

  it('is what was asked for, cut down to whole tokens; one side alone keeps the rule for the other', () => {
    const picture = { width: 1600, height: 900 };
    expect(outputSize({}, picture, 16)).toEqual([1376, 768]);
    expect(outputSize({ width: 519, height: 500 }, picture, 16)).toEqual([512, 496]);
    expect(outputSize({ width: 512 }, picture, 16)).toEqual([512, 768]);
    expect(outputSize({ width: 3, height: 3 }, picture, 16)).toEqual([16, 16]);
  });
});

describe('packing', () => {
  it('makes tokens of 2 x 2 and turns them back', () => {
    const planes = { channels: 2, height: 4, width: 6, values: Float32Array.from({ length: 48 }, (_, index) => index) };
    const tokens = packLatents(planes);
    // Second token of the first row: columns 2 and 3 of rows 0 and 1, channel by channel.
    expect([...tokens.subarray(8, 16)]).toEqual([2, 3, 8, 9, 26, 27, 32, 33]);
    expect(unpackLatents(tokens, { channels: 2, height: 4, width: 6 })).toEqual(planes);
  });
});

describe('guidance', () => {
  it('goes away from the negative prompt and keeps the length of each token', () => {
    const positive = Float32Array.of(3, 4, 1, 0);
    const negative = Float32Array.of(3, 0, 1, 0);
    const result = guided(positive, negative, 2, 2);
    const length = Math.hypot(3, 8);
    expect([...result]).toEqual([15 / length, 40 / length, 1, 0].map((value) => expect.closeTo(value, 5)));
  });
});

describe('pixels', () => {
  it('come back as they were', () => {
    const picture = { width: 16, height: 16, pixels: Uint8Array.from({ length: 768 }, (_, index) => index % 256) };
    expect(pictureOf(planesOf(picture))).toEqual(picture);
  });

  it('that are no numbers are told', () => {
    expect(pictureOf({ channels: 3, width: 1, height: 1, values: Float32Array.of(0, NaN, 0) })).toBeUndefined();
    expect(pictureOf({ channels: 3, width: 1, height: 1, values: Float32Array.of(-9, 0, 9) })?.pixels).toEqual(Uint8Array.of(0, 128, 255));
  });
});
