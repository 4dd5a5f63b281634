import type { PairMeasures } from './measurePair';

/**
 * What a person should look at twice, in a word or two. Shown only once an output is rated: before, it would steer the
 * score. Edits that move the camera are not held against the source's structure.
 */
export function flagsOf(measures: PairMeasures): readonly string[] {
  const { hashDistance, changedShare, aspectDrift, detailRatio, noise, sourceNoise, blockiness, clipped, sourceClipped } = measures;
  return [
    hashDistance <= 2 && changedShare < 0.02 ? 'Near copy' : '',
    Math.abs(aspectDrift) > 0.03 ? 'Other shape' : '',
    detailRatio < 0.35 ? 'Soft' : '',
    noise > sourceNoise * 2 + 3 ? 'Noisy' : '',
    blockiness > 1.5 ? 'Blocky' : '',
    clipped > sourceClipped + 0.1 ? 'Clipped' : '',
  ].filter((flag) => flag !== '');
}
