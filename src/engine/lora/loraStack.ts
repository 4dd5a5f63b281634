import { totalmem } from 'node:os';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { readStored } from '../weights/readStored';
import type { StoredTensor, Weights } from '../weights/weights';
import { adapterScale } from './adapterSettings';
import { BaseModules } from './baseModules';
import { factorNumbers, factorsOf, type Factors } from './loraFactors';
import type { LoraFile } from './loraFile';
import type { LoraPart } from '../../core/hub/loraKeys';
import { matchLora, type LoraMatch, type MatchedModule } from './matchLora';
import { isFinite, type Matrix } from './matrix';

export interface LoraUse {
  readonly file: LoraFile;
  /** How strongly it acts: 1 as it was trained; negative turns it round. */
  readonly weight: number;
}

export interface StackOptions {
  readonly signal?: AbortSignal;
  /** Bytes that the factors may take in memory; half of the machine's when left out. */
  readonly memory?: number;
}

/** Any number of LoRAs as the one low-rank branch that each layer has: fed with each run, so that no model is loaded again. */
export class LoraStack {
  /** Paths of the layers that have a branch, or whose bias changes. */
  readonly targets: ReadonlySet<string>;

  constructor(
    readonly matches: readonly LoraMatch[],
    private readonly branches: ReadonlyMap<string, Factors>,
    private readonly biases: ReadonlyMap<string, Float32Array>,
  ) {
    this.targets = new Set([...branches.keys(), ...biases.keys()]);
  }

  /** A `[rank, in]` and B `[out, rank]` of a layer's branch, every scale in them; undefined where the stack leaves the layer alone. */
  inputs(modulePath: string): Factors | undefined {
    return this.branches.get(modulePath);
  }

  /** What is added to a layer's bias, `[out]`. */
  bias(modulePath: string): Float32Array | undefined {
    return this.biases.get(modulePath);
  }
}

/**
 * Reads the LoRAs' numbers and joins those of one layer along the rank: A = [A1; A2], B = [s1 B1 | s2 B2]. Refused when one
 * is for another base, holds what is no number, or when all take more memory than there is.
 *
 * @param base the weights that they change; DoRA reads from them
 */
export async function stackLoras(uses: readonly LoraUse[], base: Weights, { signal, memory = totalmem() / 2 }: StackOptions = {}): Promise<Result<LoraStack>> {
  const modules = new BaseModules(base);
  const acting = uses.filter(({ weight }) => weight !== 0);
  const matches: LoraMatch[] = [];
  for (const { file } of acting) {
    const match = matchLora(file, modules);
    if (!match.ok) return match;
    matches.push(match.value);
  }
  const bytes = matches.reduce((sum, match) => sum + stackBytes(match), 0);
  if (bytes > memory) return fail(tooLarge(matches, bytes, memory));
  const parts = new Map<string, Factors[]>();
  const biases = new Map<string, Float32Array>();
  for (const [index, { matched, file }] of matches.entries()) {
    const weight = acting[index]?.weight ?? 0;
    for (const target of matched) {
      signal?.throwIfAborted();
      const read = await readModule(target, file, weight, base);
      if (!read.ok) return read;
      const { factors, bias } = read.value;
      const { path: modulePath } = target.base;
      if (factors) parts.set(modulePath, [...(parts.get(modulePath) ?? []), factors]);
      if (bias) biases.set(modulePath, sum(biases.get(modulePath), bias));
    }
  }
  return ok(new LoraStack(matches, new Map([...parts].map(([modulePath, list]) => [modulePath, joined(list)])), biases));
}

/** Bytes of memory that a LoRA's factors take once they are read. */
export function stackBytes({ matched }: LoraMatch): number {
  return matched.reduce((sum, { module }) => sum + 4 * factorNumbers(module), 0);
}

interface ReadModule {
  readonly factors: Factors | undefined;
  readonly bias: Float32Array | undefined;
}

async function readModule({ module, base: target }: MatchedModule, file: LoraFile, weight: number, base: Weights): Promise<Result<ReadModule>> {
  const parts = new Map<LoraPart, Matrix>();
  for (const [part, tensor] of module.tensors) {
    const data = await readStored(tensor);
    if (!isFinite(data)) return fail(noNumbers(file, tensor));
    parts.set(part, { data, dims: matrixDims(tensor) });
  }
  const part = (name: LoraPart): Matrix => {
    const found = parts.get(name);
    if (!found) throw new Error(`The module ${module.name} has no ${name}.`);
    return found;
  };
  const alpha = parts.get('alpha')?.data[0];
  const alphaScale = alpha === undefined || module.rank === undefined ? 1 : alpha / module.rank;
  const setting = file.settings && module.rank !== undefined ? adapterScale(file.settings, target.path, module.rank) : 1;
  const scale = setting * weight;
  const weightOf = async () => ({ data: await base.read(`${target.path}.weight`), dims: target.shape });
  const factors = await factorsOf({ module, part, alphaScale, scale, weight: weightOf });
  return ok({ factors, bias: biasOf(parts, { scale, weight }) });
}

/** PEFT's `lora_B.bias` is scaled as the branch is, a difference of biases only by the user's weight. */
function biasOf(parts: ReadonlyMap<LoraPart, Matrix>, { scale, weight }: { readonly scale: number; readonly weight: number }): Float32Array | undefined {
  const branch = parts.get('upBias')?.data.map((value) => value * scale);
  const difference = parts.get('biasDifference')?.data.map((value) => value * weight);
  if (branch && difference) return sum(branch, difference);
  return branch ?? difference;
}

/** Vectors (magnitudes, biases) are one column. */
function matrixDims({ shape: [rows = 1, columns = 1] }: StoredTensor): readonly [number, number] {
  return [rows, columns];
}

function sum(left: Float32Array | undefined, right: Float32Array): Float32Array {
  return left ? left.map((value, index) => value + (right[index] ?? 0)) : right;
}

function joined(list: readonly Factors[]): Factors {
  const [first] = list;
  if (!first) throw new Error('A branch of no LoRA.');
  if (list.length === 1) return first;
  const columns = first.a.dims[1];
  const rows = first.b.dims[0];
  const rank = list.reduce((total, { a }) => total + a.dims[0], 0);
  const a = new Float32Array(rank * columns);
  const b = new Float32Array(rows * rank);
  let at = 0;
  for (const factors of list) {
    const own = factors.a.dims[0];
    a.set(factors.a.data, at * columns);
    for (let row = 0; row < rows; row++) b.set(factors.b.data.subarray(row * own, (row + 1) * own), row * rank + at);
    at += own;
  }
  return { a: { data: a, dims: [rank, columns] }, b: { data: b, dims: [rows, rank] } };
}

function noNumbers({ path: file }: LoraFile, { name }: StoredTensor): Failure {
  return {
    code: 'lora-broken',
    message: `${path.basename(file)} is broken: ${name.slice(0, 80)} holds infinities or no numbers (NaN), which would spoil every picture.`,
    advice: 'Download it again; if it stays so, its training failed: choose another.',
    short: 'NaN in LoRA',
  };
}

function tooLarge(matches: readonly LoraMatch[], bytes: number, memory: number): Failure {
  const names = matches.map(({ file }) => path.basename(file.path)).join(', ');
  const gigabytes = (value: number) => `${(value / 1e9).toFixed(1)} GB`;
  const full = matches.some(({ matched }) => matched.some(({ module: { method } }) => method === 'dora' || method === 'difference' || method === 'lokr'));
  return {
    code: 'lora-too-large',
    message: `${names} would take ${gigabytes(bytes)} of memory${full ? ', because DoRA, LoKr and full differences change whole matrices' : ''}; ${gigabytes(memory)} are there for LoRAs.`,
    advice: full ? 'Choose the plain LoRA of it, or a smaller rank.' : 'Use fewer LoRAs at once, or ones of a smaller rank.',
    short: `${gigabytes(bytes)} of LoRAs`.slice(0, 16),
  };
}
