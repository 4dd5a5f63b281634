import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import type { EngineSettings } from '../../src/core/evaluation/evaluation';
import type { EditRequest } from '../../src/core/evaluation/inference';
import { EngineClient } from '../../src/engine/client';
import { must } from './deviceFigures';

// node dist/deviceEdit.mjs CHECKPOINT [--device cuda] [--bits int4] [--side 1024] [--steps 4] [--guidance 4] [--memory GIGABYTES] [--cache FOLDER] [--against cpu]
// Edits with the engine as the extension runs it, from the checkpoint to the picture: twice, then with another prompt, seed and picture.
// --memory acts as if the device had no more; --against makes the last edit again on another device and compares the pictures.

const [checkpoint = '.', ...options] = process.argv.slice(2);
const option = (name: string, otherwise: string): string => (options.includes(name) ? (options[options.indexOf(name) + 1] ?? otherwise) : otherwise);
const [side, steps, guidance] = [Number(option('--side', '1024')), Number(option('--steps', '4')), Number(option('--guidance', '4'))];
const bits = option('--bits', '');
const memory = Number(option('--memory', '0'));

const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-device-'));
try {
  const first = await pattern('first.png', '#b0855f');
  const second = await pattern('second.png', '#5f85b0');
  const request: Omit<EditRequest, 'engine' | 'output'> = {
    model: { path: path.resolve(checkpoint), loras: [] }, pictures: [first], prompt: 'Turn the camera to the left and make the light warmer', negativePrompt: ' ',
    seed: 7, steps, guidance, width: side, height: side, referenceResolution: side,
  };
  const other = { ...request, pictures: [second, first], prompt: 'Picture 1 in the light of picture 2', seed: 8 };
  const edited = await edits(option('--device', 'cuda') as EngineSettings['device'], [request, request, other]);
  const against = option('--against', '');
  if (against !== '') {
    const repeated = await edits(against as EngineSettings['device'], [other]);
    console.log(JSON.stringify({ what: `difference to ${against}`, ...(await difference(edited.at(-1) ?? '', repeated.at(-1) ?? '')) }));
  }
} finally {
  await rm(folder, { recursive: true });
}
process.exit(0);

async function edits(device: EngineSettings['device'], requests: readonly Omit<EditRequest, 'engine' | 'output'>[]): Promise<readonly string[]> {
  const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), 'engine.cjs');
  const settings = { cacheFolder: path.join(option('--cache', folder), 'cache'), ...(memory > 0 ? { memoryBytes: memory * 1e9 } : {}) };
  const client = new EngineClient(entry, { debug() {}, info() {}, warn: (message) => console.error(message), error: (message) => console.error(message) }, settings);
  const engine: EngineSettings = { device, precision: (bits === '' ? 'auto' : bits) as EngineSettings['precision'] };
  try {
    const outputs: string[] = [];
    for (const [index, request] of requests.entries()) {
      const output = path.join(folder, `${device}-${index}.png`);
      const began = performance.now();
      const { record, memory, warnings, precision, device: used } = must(await client.edit({ ...request, engine, output }, { signal: new AbortController().signal, progress: () => undefined }));
      const seconds = Number(((performance.now() - began) / 1000).toFixed(2));
      console.log(JSON.stringify({ what: `edit ${index + 1} on ${used}`, seconds, stages: record?.stages, precision, attention: record?.attention, memory, warnings }));
      outputs.push(output);
    }
    return outputs;
  } finally {
    await client.dispose();
  }
}

async function pattern(name: string, background: string): Promise<string> {
  const file = path.join(folder, name);
  await sharp({ create: { width: side, height: side, channels: 3, background, noise: { type: 'gaussian', mean: 128, sigma: 40 } } }).blur(8).png().toFile(file);
  return file;
}

/** In steps of 255, over all channels. */
async function difference(left: string, right: string): Promise<{ readonly largest: number; readonly mean: number }> {
  const [a, b] = await Promise.all([left, right].map((file) => sharp(file).removeAlpha().raw().toBuffer())) as [Buffer, Buffer];
  let [largest, sum] = [0, 0];
  for (const [index, value] of a.entries()) {
    const apart = Math.abs(value - (b[index] ?? 0));
    largest = Math.max(largest, apart);
    sum += apart;
  }
  return { largest, mean: Number((sum / a.length).toFixed(4)) };
}
