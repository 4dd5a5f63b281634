import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { EditRequest } from '../../src/core/evaluation/inference';
import { EngineClient } from '../../src/engine/client';
import { writeMidSizeCheckpoint } from './midSizeCheckpoint';
import { meets } from './report';

/** What one implementation took for the same edits; seconds and bytes. */
interface Figures {
  /** From asking for the first edit, with nothing loaded, to the end of its first step. */
  readonly toFirstStep: number;
  readonly step: number;
  readonly peakBytes: number;
  /** Until the next edit can sample with another LoRA. */
  readonly swap: number;
}

interface Job {
  readonly checkpoint: string;
  readonly picture: string;
  readonly loras: readonly string[];
  readonly side: number;
  readonly steps: number;
}

/**
 * Edits with Evalmark's engine as the extension runs it, and with diffusers where EVALMARK_REFERENCE_PYTHON names a
 * Python that has it: same checkpoint (four blocks of random weights), picture, size and precision (float32).
 * EVALMARK_BENCH_HEADS=24 makes the blocks as wide as the published ones, which takes 16 GB and many minutes.
 *
 * @returns whether all targets are met
 */
export async function benchEngine(): Promise<boolean> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-bench-'));
  try {
    const heads = Number(process.env.EVALMARK_BENCH_HEADS ?? 6);
    const made = await writeMidSizeCheckpoint(path.join(folder, 'checkpoint'), heads);
    console.log(`Four transformer blocks of width ${heads * 128}, ${(made.bytes / 1e6).toFixed(0)} MB in bfloat16, 512x512 from 512x512, on the CPU`);
    const job: Job = { ...made, picture: path.join(folder, 'picture.png'), side: 512, steps: 4 };
    await sharp({ create: { width: 512, height: 512, channels: 3, background: '#b0855f', noise: { type: 'gaussian', mean: 128, sigma: 40 } } }).png().toFile(job.picture);
    const own = await engineFigures(job, folder);
    const isSwapCheap = meets('LoRA swap', own.swap * 1000, 'a step', own.step * 1000, 0.05);
    return [isSwapCheap, ...(await compared(job, own))].every((isMet) => isMet);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function engineFigures({ checkpoint, picture, loras, side, steps }: Job, folder: string): Promise<Figures> {
  const entry = path.join(path.dirname(fileURLToPath(import.meta.url)), 'engine.cjs');
  const client = new EngineClient(entry, { debug() {}, info() {}, warn() {}, error: (message) => console.error(message) }, { cacheFolder: path.join(folder, 'cache') });
  try {
    const request: EditRequest = {
      model: { path: checkpoint, loras: [], otherLoras: loras }, pictures: [picture], prompt: 'Turn the camera to the left', seed: 7, steps, guidance: 1,
      width: side, height: side, referenceResolution: side, engine: { device: 'cpu', precision: 'float32' }, output: path.join(folder, 'output.png'),
    };
    const began = performance.now();
    let toFirstStep = Number.NaN;
    const edit = async (lora: string | undefined) => {
      const model = { ...request.model, loras: lora === undefined ? [] : [{ path: lora, scale: 1 }] };
      const result = await client.edit({ ...request, model }, {
        signal: new AbortController().signal,
        progress: ({ stage, step }) => {
          if (stage === 'sampling' && step === 1 && Number.isNaN(toFirstStep)) toFirstStep = (performance.now() - began) / 1000;
        },
      });
      if (!result.ok) throw new Error(`${result.failure.message} ${result.failure.detail ?? ''}`);
      return { peakBytes: result.value.memory.peakBytes, stages: result.value.record?.stages ?? {} };
    };
    const edits = [await edit(undefined), await edit(loras[0]), await edit(loras[1])];
    const last = edits[2]?.stages ?? {};
    if ((last['text'] ?? 0) + (last['source'] ?? 0) > 0.05) console.log(`Prompt and picture were encoded again: ${JSON.stringify(last)}`);
    return {
      toFirstStep,
      step: Math.min(...edits.map(({ stages }) => stages['sampling'] ?? Number.NaN)) / steps,
      peakBytes: Math.max(...edits.map(({ peakBytes }) => peakBytes)),
      swap: (last['loras'] ?? 0) + (last['loading'] ?? 0) + (last['modulation'] ?? 0),
    };
  } finally {
    await client.dispose();
  }
}

async function compared(job: Job, own: Figures): Promise<readonly boolean[]> {
  const python = process.env.EVALMARK_REFERENCE_PYTHON;
  if (python === undefined) {
    console.log('Not compared with diffusers: set EVALMARK_REFERENCE_PYTHON to a Python that has test/reference/requirements.txt.');
    return [];
  }
  const file = path.join(path.dirname(job.picture), 'job.json');
  await writeFile(file, JSON.stringify(job));
  const { stdout } = await promisify(execFile)(python, [path.join('test', 'reference', 'bench_edit.py'), file], { maxBuffer: 1e8 });
  const reference = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Figures;
  console.log(`diffusers swaps a LoRA in ${reference.swap.toFixed(2)} s, Evalmark in ${own.swap.toFixed(2)} s`);
  return [
    meets('a step', own.step * 1000, 'diffusers', reference.step * 1000, 1),
    meets('load to first step', own.toFirstStep * 1000, 'diffusers', reference.toFirstStep * 1000, 0.5),
    meets('peak memory', own.peakBytes / 1e6, 'diffusers', reference.peakBytes / 1e6, 1, 'MB'),
  ];
}
