import { totalmem } from 'node:os';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { readStored } from '../weights/readStored';
import type { StoredTensor, Weights } from '../weights/weights';
import type { LayerChange, LowRankFactors } from '../graph/loraBranch';
import { stackedTargets, type LoraTargets } from '../graph/loraTargets';
import { adapterScale } from './adapterSettings';
import { BaseModules } from './baseModules';
import { directionNorms, type NormAxis } from './directionNorms';
import { changeNumbers, changeOf, formOf } from './layerChange';
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

/** Any number of LoRAs as the one branch that each layer has: fed with each run, so that no model is loaded again. */
export class LoraStack {
  constructor(
    readonly matches: readonly LoraMatch[],
    private readonly changes: ReadonlyMap<string, LayerChange>,
    /** The layers that have a branch, or whose bias changes. */
    readonly targets: LoraTargets,
  ) {}

  /** Undefined where the stack leaves the layer alone. */
  change(modulePath: string): LayerChange | undefined {
    return this.changes.get(modulePath);
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
  const targets = stackedTargets(...matches.map(targetsOf));
  const twofold = [...targets].find(([, { rowGain, columnGain }]) => rowGain && columnGain);
  if (twofold) return fail(twoAxes(twofold[0]));
  const changes = new Map<string, LayerChange[]>();
  for (const [index, { matched, file }] of matches.entries()) {
    for (const target of matched) {
      signal?.throwIfAborted();
      const read = await readModule(target, file, acting[index]?.weight ?? 0, base);
      if (!read.ok) return read;
      changes.set(target.base.path, [...(changes.get(target.base.path) ?? []), read.value]);
    }
  }
  return ok(new LoraStack(matches, new Map([...changes].map(([modulePath, list]) => [modulePath, joined(list)])), targets));
}

/** The layers that a LoRA changes, and how. */
export function targetsOf({ matched }: LoraMatch): LoraTargets {
  return new Map(matched.map(({ base, module }) => [base.path, formOf(module)]));
}

/** Bytes of memory that a LoRA's factors take once they are read. */
export function stackBytes({ matched }: LoraMatch): number {
  return matched.reduce((sum, { module }) => sum + 4 * changeNumbers(module), 0);
}

async function readModule({ module, base: target }: MatchedModule, file: LoraFile, weight: number, base: Weights): Promise<Result<LayerChange>> {
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
  const norms = (a: Matrix, b: Matrix, axis: NormAxis) => directionNorms(base, target, [a, b], axis);
  const change = await changeOf({ module, part, alphaScale, scale, directionNorms: norms });
  return ok({ ...change, bias: biasOf(parts, { scale, weight }) });
}

/** PEFT's `lora_B.bias` is scaled as the branch is, a difference of biases only by the user's weight. */
function biasOf(parts: ReadonlyMap<LoraPart, Matrix>, { scale, weight }: { readonly scale: number; readonly weight: number }): Float32Array | undefined {
  const branch = parts.get('upBias')?.data.map((value) => value * scale);
  const difference = parts.get('biasDifference')?.data.map((value) => value * weight);
  return branch && difference ? sum([branch, difference]) : (branch ?? difference);
}

/** Vectors (magnitudes, biases) are one column. */
function matrixDims({ shape: [rows = 1, columns = 1] }: StoredTensor): readonly [number, number] {
  return [rows, columns];
}

function joined(list: readonly LayerChange[]): LayerChange {
  const [only, ...more] = list;
  if (only && more.length === 0) return only;
  return {
    lowRank: joinedFactors(list.flatMap(({ lowRank }) => lowRank ?? [])),
    bias: sum(list.flatMap(({ bias }) => (bias ? [bias] : []))),
    rowGain: joinedGains(list.flatMap(({ rowGain }) => (rowGain ? [rowGain] : []))),
    columnGain: joinedGains(list.flatMap(({ columnGain }) => (columnGain ? [columnGain] : []))),
    kronecker: list.flatMap(({ kronecker = [] }) => kronecker),
    hadamard: list.flatMap(({ hadamard = [] }) => hadamard),
  };
}

function sum(list: readonly Float32Array[]): Float32Array | undefined {
  const [first, ...others] = list;
  return others.reduce((total, values) => total?.map((value, index) => value + (values[index] ?? 0)), first);
}

/** Each LoRA is added to the base by itself, so what their gains add to 1 is summed. */
function joinedGains(list: readonly Float32Array[]): Float32Array | undefined {
  return sum(list)?.map((value) => value - (list.length - 1));
}

function joinedFactors(list: readonly LowRankFactors[]): LowRankFactors | undefined {
  const [first] = list;
  if (!first || list.length === 1) return first;
  const [, columns = 0] = first.a.dims;
  const [rows = 0] = first.b.dims;
  const rank = list.reduce((total, { a }) => total + (a.dims[0] ?? 0), 0);
  const a = new Float32Array(rank * columns);
  const b = new Float32Array(rows * rank);
  let at = 0;
  for (const factors of list) {
    const [own = 0] = factors.a.dims;
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
  const full = matches.some(({ matched }) => matched.some(({ module: { method } }) => method === 'difference'));
  return {
    code: 'lora-too-large',
    message: `${names} would take ${gigabytes(bytes)} of memory${full ? ', because it holds whole matrices and not products of small ones' : ''}; ${gigabytes(memory)} are there for LoRAs.`,
    advice: full ? 'Choose a LoRA that was extracted from it, or have it merged into a base model.' : 'Use fewer LoRAs at once, or ones of a smaller rank.',
    short: `${gigabytes(bytes)} of LoRAs`.slice(0, 16),
  };
}

function twoAxes(modulePath: string): Failure {
  return {
    code: 'lora-method',
    message: `Two DoRAs cannot be put on top of each other: one rescales the outputs of ${modulePath}, the other its inputs.`,
    advice: 'Use them one at a time.',
    short: 'DoRAs clash',
  };
}
