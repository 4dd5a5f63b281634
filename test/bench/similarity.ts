/** SSIM of megapixels against the two implementations that people use, on the same pictures. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ssim as ssimJs } from 'ssim.js';
import { greyPlane, structuralSimilarity } from '../../src/core/images/comparison/structuralSimilarity';
import { meets } from './report';

const side = 1024;
const rounds = 9;

export function benchSimilarity(): boolean {
  const [first, second] = pictures();
  const own = (): number => structuralSimilarity(greyPlane(first, side, side), greyPlane(second, side, side));
  const ours = processorMilliseconds(own);
  const theirs = processorMilliseconds(() => ssimJs(imageData(first), imageData(second)).mssim);
  const isQuick = meets('SSIM of 1024²', ours, "ssim.js as it is set out of the box, which shrinks pictures first", theirs, 1);
  const python = process.env['EVALMARK_PYTHON'];
  if (python === undefined) {
    console.log('SSIM was NOT held against scikit-image: set EVALMARK_PYTHON to a Python that has it.');
    return isQuick;
  }
  const { milliseconds, value } = scikitImage(python, first, second);
  console.log(`scikit-image says ${value.toFixed(6)}, this ${own().toFixed(6)}`);
  return meets('SSIM of 1024²', ours, 'scikit-image', milliseconds, 1.5) && Math.abs(value - own()) < 5e-5 && isQuick;
}

/** Of the processor, the middle of several rounds after one that warms up: what else the machine does counts for nothing. */
function processorMilliseconds(run: () => unknown): number {
  const times = Array.from({ length: rounds + 1 }, () => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return times.slice(1).sort((left, right) => left - right)[Math.floor(rounds / 2)] ?? Number.NaN;
}

/** A pattern, and the same with noise. */
function pictures(): readonly [Uint8Array, Uint8Array] {
  const first = Uint8Array.from({ length: side * side * 3 }, (_, index) => ((index * 7) >> 4) & 255);
  let state = 1;
  const second = first.map((value) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.min(255, Math.max(0, value + ((state >>> 16) % 41) - 20));
  });
  return [first, second];
}

function imageData(rgb: Uint8Array): ImageData {
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let pixel = 0; pixel < side * side; pixel++) for (let channel = 0; channel < 3; channel++) data[pixel * 4 + channel] = rgb[pixel * 3 + channel] ?? 0;
  return { data, width: side, height: side, colorSpace: 'srgb' };
}

function scikitImage(python: string, first: Uint8Array, second: Uint8Array): { readonly milliseconds: number; readonly value: number } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'evalmark-'));
  try {
    writeFileSync(path.join(folder, 'pair.raw'), Buffer.concat([first, second]));
    const script = `
import sys, time, numpy as np
from skimage.color import rgb2gray
from skimage.metrics import structural_similarity
a, b = np.fromfile(sys.argv[1], np.uint8).reshape(2, ${side}, ${side}, 3)
def run(): return structural_similarity(rgb2gray(a) * 255, rgb2gray(b) * 255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255)
times = []
for _ in range(${rounds + 1}):
    start = time.process_time(); value = run(); times.append(time.process_time() - start)
print(sorted(times[1:])[${Math.floor(rounds / 2)}] * 1000, value)`;
    const [milliseconds = Number.NaN, value = Number.NaN] = execFileSync(python, ['-c', script, path.join(folder, 'pair.raw')], { encoding: 'utf8' }).trim().split(' ').map(Number);
    return { milliseconds, value };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
