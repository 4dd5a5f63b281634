import path from 'node:path';
import { familyOfTensors, type Family } from '../../core/hub/loraFamily';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { readSafetensorsHeader, type SafetensorsHeader } from '../weights/safetensorsHeader';
import type { StoredTensor } from '../weights/weights';
import { adapterSettings, configuredSettings, type AdapterSettings } from './adapterSettings';
import { foreignMethod, isTextEncoderKey, parseLoraKey, type LoraPart, type LoraSpelling } from '../../core/hub/loraKeys';

/** What the header of a LoRA file tells; no number of it is read yet. */
export interface LoraFile {
  readonly path: string;
  /** How most of its keys are spelled. */
  readonly spelling: LoraSpelling;
  /** Undefined where the names fit more than one family, or none that is known. */
  readonly family: Family | undefined;
  readonly modules: readonly LoraModule[];
  /** Smallest and largest rank; undefined when nothing in it has one. */
  readonly rank: readonly [number, number] | undefined;
  /** Keys for a text encoder, which are left out, as diffusers does. */
  readonly textEncoderKeys: readonly string[];
  /** From the metadata that diffusers writes since 0.34, or from PEFT's adapter_config.json where PEFT wrote the file. */
  readonly settings: AdapterSettings | undefined;
}

/** How a module's weight is changed. A bias may change beside each of them, or alone. */
export type LoraMethod = 'lora' | 'dora' | 'loha' | 'lokr' | 'difference' | 'bias';

export interface LoraModule {
  /** As the file names it, without prefix. */
  readonly name: string;
  readonly method: LoraMethod;
  /** Rank of its smaller factors; undefined where its method has none. */
  readonly rank: number | undefined;
  /** `[out, in]` of the weight that it changes; undefined when only the bias changes. */
  readonly shape: readonly [number, number] | undefined;
  readonly tensors: ReadonlyMap<LoraPart, StoredTensor>;
}

/** Reads what a LoRA is from its header alone. Whether it fits a base is the question of `matchLora`. */
export async function readLora(file: string): Promise<Result<LoraFile>> {
  const header = await readSafetensorsHeader(file);
  if (!header.ok) return header;
  const described = describeLora(header.value, file);
  if (!described.ok || described.value.spelling !== 'peft' || described.value.settings) return described;
  const settings = await configuredSettings(path.dirname(file));
  return settings === 'unreadable' ? fail(brokenSettings(path.basename(file), 'adapter_config.json is not what PEFT writes')) : ok({ ...described.value, settings });
}

function describeLora({ tensors, metadata }: SafetensorsHeader, file: string): Result<LoraFile> {
  const name = path.basename(file);
  const sorted = sortKeys(tensors);
  if (sorted.modules.size === 0) return fail(noLora(name, sorted.stray));
  if (sorted.stray.length > 0) return fail(foreignKeys(name, sorted.stray));
  const modules: LoraModule[] = [];
  for (const [moduleName, parts] of sorted.modules) {
    const module = moduleOf(moduleName, parts);
    if (typeof module === 'string') return fail(brokenModule(name, moduleName, module));
    modules.push(module);
  }
  const settings = adapterSettings(metadata);
  if (settings === 'unreadable') return fail(brokenSettings(name, 'lora_adapter_metadata is not what diffusers writes'));
  const ranks = modules.flatMap(({ rank }) => rank ?? []);
  return ok({
    path: file,
    spelling: mostly(sorted.spellings),
    family: familyOfTensors(new Map([...tensors].map(([key, { shape }]) => [key, shape]))),
    modules,
    rank: ranks.length > 0 ? [Math.min(...ranks), Math.max(...ranks)] : undefined,
    textEncoderKeys: sorted.textEncoder,
    settings,
  });
}

interface SortedKeys {
  readonly modules: ReadonlyMap<string, ReadonlyMap<LoraPart, StoredTensor>>;
  readonly spellings: ReadonlyMap<LoraSpelling, number>;
  readonly textEncoder: readonly string[];
  /** Keys whose meaning is not known: leaving them out would change the picture without a word. */
  readonly stray: readonly string[];
}

function sortKeys(tensors: ReadonlyMap<string, StoredTensor>): SortedKeys {
  const modules = new Map<string, Map<LoraPart, StoredTensor>>();
  const spellings = new Map<LoraSpelling, number>();
  const textEncoder: string[] = [];
  const stray: string[] = [];
  for (const [key, tensor] of tensors) {
    if (isTextEncoderKey(key)) {
      textEncoder.push(key);
      continue;
    }
    const parsed = parseLoraKey(key);
    const parts = parsed && (modules.get(parsed.module) ?? new Map<LoraPart, StoredTensor>());
    if (!parsed || !parts || parts.has(parsed.part)) {
      stray.push(key);
      continue;
    }
    modules.set(parsed.module, parts.set(parsed.part, tensor));
    spellings.set(parsed.spelling, (spellings.get(parsed.spelling) ?? 0) + 1);
  }
  return { modules, spellings, textEncoder, stray };
}

/** The module, or what is wrong with it. */
function moduleOf(name: string, tensors: ReadonlyMap<LoraPart, StoredTensor>): LoraModule | string {
  const method = methodOf(tensors);
  if (method === undefined) return `it lacks one of its matrices (it has ${[...tensors.keys()].join(', ')})`;
  if (method !== 'dora' && (tensors.has('doraScale') || tensors.has('magnitude'))) return 'it is a DoRA of something else than a LoRA, which Evalmark cannot compute';
  const shapes = new Map([...tensors].map(([part, { shape }]) => [part, matrixShape(shape)]));
  const at = (part: LoraPart, axis: 0 | 1): number => shapes.get(part)?.[axis] ?? NaN;
  const shape = weightShape(method, at, shapes);
  const rank = rankOf(method, at, shapes);
  const sides = [...(shape ?? []), rank ?? 1];
  if (!sides.every((side) => Number.isSafeInteger(side) && side > 0)) return 'its matrices do not fit each other';
  return { name, method, rank, shape, tensors };
}

type PartShapes = ReadonlyMap<LoraPart, readonly [number, number] | undefined>;
type SideOf = (part: LoraPart, axis: 0 | 1) => number;

function methodOf(tensors: ReadonlyMap<LoraPart, StoredTensor>): LoraMethod | undefined {
  const has = (...parts: readonly LoraPart[]) => parts.every((part) => tensors.has(part));
  const kron = (side: 'lokr_w1' | 'lokr_w2') => has(side) || has(`${side}_a`, `${side}_b`);
  if (has('down') || has('up')) return has('down', 'up') ? (has('magnitude') || has('doraScale') ? 'dora' : 'lora') : undefined;
  if ([...tensors.keys()].some((part) => part.startsWith('hada_'))) return has('hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b') ? 'loha' : undefined;
  if ([...tensors.keys()].some((part) => part.startsWith('lokr_'))) return kron('lokr_w1') && kron('lokr_w2') ? 'lokr' : undefined;
  if (has('difference')) return 'difference';
  return has('biasDifference') ? 'bias' : undefined;
}

function weightShape(method: LoraMethod, at: SideOf, shapes: PartShapes): readonly [number, number] | undefined {
  switch (method) {
    case 'lora':
    case 'dora':
      return at('down', 0) === at('up', 1) ? [at('up', 0), at('down', 1)] : [NaN, NaN];
    case 'loha': {
      const fits = at('hada_w1_a', 1) === at('hada_w1_b', 0) && at('hada_w2_a', 1) === at('hada_w2_b', 0);
      return fits && at('hada_w1_a', 0) === at('hada_w2_a', 0) && at('hada_w1_b', 1) === at('hada_w2_b', 1) ? [at('hada_w1_a', 0), at('hada_w1_b', 1)] : [NaN, NaN];
    }
    case 'lokr': {
      const first = kronShape('lokr_w1', at, shapes);
      const second = kronShape('lokr_w2', at, shapes);
      return [first[0] * second[0], first[1] * second[1]];
    }
    case 'difference':
      return [at('difference', 0), at('difference', 1)];
    case 'bias':
      return undefined;
  }
}

function kronShape(side: 'lokr_w1' | 'lokr_w2', at: SideOf, shapes: PartShapes): readonly [number, number] {
  if (shapes.has(side)) return [at(side, 0), at(side, 1)];
  return at(`${side}_a`, 1) === at(`${side}_b`, 0) ? [at(`${side}_a`, 0), at(`${side}_b`, 1)] : [NaN, NaN];
}

function rankOf(method: LoraMethod, at: SideOf, shapes: PartShapes): number | undefined {
  if (method === 'lora' || method === 'dora') return at('down', 0);
  if (method === 'loha') return at('hada_w1_b', 0);
  if (method !== 'lokr') return undefined;
  if (shapes.has('lokr_w2_b')) return at('lokr_w2_b', 0);
  return shapes.has('lokr_w1_b') ? at('lokr_w1_b', 0) : undefined;
}

/** Trainers write a Linear's matrix as a 1x1 convolution too; undefined for what is no matrix. */
function matrixShape([rows, columns, ...rest]: readonly number[]): readonly [number, number] | undefined {
  return rows !== undefined && columns !== undefined && rest.every((side) => side === 1) ? [rows, columns] : undefined;
}

function mostly(counts: ReadonlyMap<LoraSpelling, number>): LoraSpelling {
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? 'plain';
}

function noLora(name: string, keys: readonly string[]): Failure {
  const method = keys.map(foreignMethod).find((found) => found !== undefined);
  if (method !== undefined) return foreignKeys(name, keys);
  return {
    code: 'lora-none',
    message: `${name} is no LoRA: none of its ${keys.length} tensors changes a layer${keys[0] === undefined ? '' : ` (the first is ${keys[0].slice(0, 80)})`}.`,
    advice: 'Choose the LoRA’s own .safetensors file; a whole model goes in the base model’s place.',
    short: 'no LoRA',
  };
}

function foreignKeys(name: string, keys: readonly string[]): Failure {
  const method = keys.map(foreignMethod).find((found) => found !== undefined);
  const count = `${keys.length} of its tensors, ${(keys[0] ?? '').slice(0, 80)} first,`;
  return {
    code: 'lora-method',
    message: `${name} cannot be applied whole: ${count} ${method === undefined ? 'have no meaning that Evalmark knows' : `hold ${method}`}.`,
    advice: 'Choose a LoRA, DoRA, LoHa or LoKr of it, or have it merged into a base model.',
    short: method === undefined ? 'unknown keys' : 'unknown method',
  };
}

function brokenSettings(name: string, why: string): Failure {
  return { code: 'lora-broken', message: `How strongly ${name} acts cannot be told: ${why}.`, advice: 'Download it again; if it stays so, tell its author.', short: 'broken LoRA' };
}

function brokenModule(name: string, module: string, why: string): Failure {
  return {
    code: 'lora-broken',
    message: `${name} is broken at ${module.slice(0, 80)}: ${why}.`,
    advice: 'Download it again; if it stays so, tell its author.',
    short: 'broken LoRA',
  };
}
