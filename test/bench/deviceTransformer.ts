import path from 'node:path';
import { qwenImageTransformerConfig } from '../../src/engine/models/qwenImageTransformer/config';
import { lowRankTargets } from '../../src/engine/graph/loraTargets';
import { QwenImageTransformer, type LayerChanges } from '../../src/engine/models/qwenImageTransformer/qwenImageTransformer';
import { readConfig } from '../../src/engine/models/readConfig';
import type { QuantisedPrecision } from '../../src/engine/weights/quantisePlan';
import { quantisedWeights } from '../../src/engine/weights/quantisedWeights';
import { openSafetensors } from '../../src/engine/weights/safetensors';
import type { Device } from '../../src/engine/graph/graphSession';
import { cosine, deviceMebibytes, must } from './deviceFigures';

// node dist/deviceTransformer.mjs FOLDER [--device cuda] [--bits int4] [--lora 16] [--cache FOLDER] [--pack-only]
// Times the transformer of a folder that test/reference/device_transformer.py made, and holds its answer beside diffusers'.

const [folder = '.', ...options] = process.argv.slice(2);
const option = (name: string): string | undefined => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined);
const device = (option('--device') ?? 'cuda') as Device;
const bits = option('--bits') as QuantisedPrecision | undefined;
const rank = Number(option('--lora') ?? 0);
const loraModules = ['attn.to_q', 'attn.to_k', 'attn.to_v', 'attn.to_out.0', 'attn.add_q_proj', 'attn.add_k_proj', 'attn.add_v_proj', 'attn.to_add_out'];
const steps = 8;

const figures: Record<string, unknown> = { what: `evalmark ${bits ?? 'bf16'}${rank > 0 ? `, LoRA of rank ${rank}` : ''}`, device };
const config = must(await readConfig(path.join(folder, 'config.json'), qwenImageTransformerConfig));
figures.layers = config.layers;
const shards = must(await openSafetensors(folder));
let packing = 0;
const weights = bits === undefined ? shards : await timed(async () => must(await quantisedWeights(shards, bits, { folder: option('--cache') ?? path.join(folder, 'cache') })), (seconds) => (packing = seconds));
if (packing > 0) figures.packSeconds = round(packing);
if (options.includes('--pack-only')) {
  console.log(JSON.stringify(figures));
  process.exit(0);
}

const targets = lowRankTargets(rank > 0 ? Array.from({ length: config.layers }, (_, block) => loraModules.map((name) => `transformer_blocks.${block}.${name}`)).flat() : []);
const transformer = await timed(
  async () => must(await QwenImageTransformer.open(weights, config, { device, precision: 'bfloat16', loraTargets: targets })),
  (seconds) => (figures.loadSeconds = round(seconds)),
);
figures.residentMebibytes = await deviceMebibytes();

const inputs = must(await openSafetensors(path.join(folder, 'inputs.safetensors')));
const [latents, prompt, [sigma = 1]] = [await inputs.read('latents'), await inputs.read('prompt'), await inputs.read('sigma')];
const modulation = await timed(() => transformer.modulation(sigma), (seconds) => (figures.modulationSeconds = round(seconds)));
const request = { latents, prompt, modulation, imageShapes: [[1, 64, 64], [1, 64, 64]] as const };

let output = new Float32Array();
figures.stepSeconds = await medianStep(undefined);
if (rank > 0) {
  figures.loraStepSeconds = await medianStep(randomLora(rank));
  figures.firstStepAfterSwapSeconds = (await stepTimes(randomLora(rank), 1))[0];
  await stepTimes(undefined, 1);
}
figures.peakMebibytes = await deviceMebibytes();
const expected = await openSafetensors(path.join(folder, 'output.safetensors'));
if (expected.ok) figures.cosineToDiffusers = cosine(output, await expected.value.read('output'));
console.log(JSON.stringify(figures));
await transformer.dispose();
process.exit(0);

async function medianStep(loras: LayerChanges | undefined): Promise<number> {
  const [first = 0, ...rest] = await stepTimes(loras, steps);
  if (loras === undefined) figures.firstStepSeconds = first;
  return rest.sort((a, b) => a - b)[Math.floor(rest.length / 2)] ?? 0;
}

async function stepTimes(loras: LayerChanges | undefined, count: number): Promise<number[]> {
  const seconds: number[] = [];
  for (let step = 0; step < count; step++) {
    output = new Float32Array(await timed(() => transformer.predict({ ...request, ...(loras ? { loras } : {}) }), (taken) => seconds.push(round(taken, 4))));
  }
  return seconds;
}

function randomLora(of: number): LayerChanges {
  const known = new Map<string, ReturnType<LayerChanges['change']>>();
  return {
    change: (modulePath) => {
      if (!targets.has(modulePath)) return undefined;
      const width = config.width;
      const made = known.get(modulePath) ?? { lowRank: { a: { data: numbers(of * width), dims: [of, width] }, b: { data: numbers(width * of), dims: [width, of] } } };
      known.set(modulePath, made);
      return made;
    },
  };
}

function numbers(count: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: count }, () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5) / 50);
}

async function timed<Value>(work: () => Promise<Value>, took: (seconds: number) => void): Promise<Value> {
  const began = performance.now();
  const value = await work();
  took((performance.now() - began) / 1000);
  return value;
}

function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
