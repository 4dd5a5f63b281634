import { familyOfTensors, familyText, type Family } from './loraFamily';
import { isTextEncoderKey, parseLoraKey, type LoraKey, type LoraPart } from './loraKeys';
import type { SafetensorsHeader } from './safetensorsHeader';

/** What the keys and shapes of a weights file tell, whatever its card claims. */
export interface WeightFacts {
  readonly kind: 'lora' | 'controlnet' | 'model';
  /** How a LoRA changes its modules where it is not the usual way; undefined for a mixture too. */
  readonly method?: LoraMethod;
  /** The architecture whose names the keys bear; undefined when none is recognised. */
  readonly family: Family | undefined;
  /** Smallest and largest rank of a LoRA's matrices. */
  readonly rank?: readonly [number, number];
  /** Last names of the modules that a LoRA changes: `to_q`, `to_k`. */
  readonly targets: readonly string[];
  /** Highest block number plus one. */
  readonly blocks: number;
  /** Features that go into an attention layer; undefined when no such layer is there. */
  readonly width?: number;
}

export type LoraMethod = 'DoRA' | 'LoHa' | 'LoKr' | 'full difference';

export function weightFacts({ tensors }: SafetensorsHeader): WeightFacts {
  const names = [...tensors.keys()];
  const keys = loraKeys(names);
  const ranks = [...keys].filter(([, { part }]) => rankParts.has(part)).map(([name]) => Math.min(...(tensors.get(name)?.shape.slice(0, 2) ?? [0])));
  const targets = new Set([...keys.values()].map(({ module }) => targetOf(module)));
  const width = widthOf(tensors);
  const method = methodOf(keys);
  return {
    kind: keys.size > 0 || names.some((name) => isTextEncoderKey(name) && /lora_(?:down|A)\b/.test(name)) ? 'lora' : names.some((name) => controlNames.test(name)) ? 'controlnet' : 'model',
    ...(method === undefined ? {} : { method }),
    family: familyOfTensors(new Map([...tensors].map(([name, { shape }]) => [name, shape]))),
    ...(width === undefined ? {} : { width }),
    ...(ranks.length > 0 ? { rank: [Math.min(...ranks), Math.max(...ranks)] as const } : {}),
    targets: [...targets].filter(Boolean).sort(),
    blocks: names.reduce((most, name) => Math.max(most, Number(/(?:transformer_blocks|blocks|double_blocks|layers)[._](\d+)[._]/.exec(name)?.[1] ?? -1) + 1), 0),
  };
}

/** The keys that belong to a LoRA; none where only alphas or biases look like one. */
function loraKeys(names: readonly string[]): ReadonlyMap<string, LoraKey> {
  const keys = new Map(names.flatMap((name) => {
    const key = parseLoraKey(name);
    return key ? [[name, key] as const] : [];
  }));
  return [...keys.values()].some(({ part }) => !['alpha', 'upBias', 'biasDifference'].includes(part)) ? keys : new Map();
}

/** Matrices whose smaller side is the rank. */
const rankParts: ReadonlySet<LoraPart> = new Set<LoraPart>(['down', 'hada_w1_b', 'lokr_w2_b']);

function methodOf(keys: ReadonlyMap<string, LoraKey>): LoraMethod | undefined {
  const parts = new Set([...keys.values()].map(({ part }) => part));
  const found = methods.filter(([, pattern]) => [...parts].some((part) => pattern.test(part))).map(([method]) => method);
  const isPlain = parts.has('down') && !found.includes('DoRA');
  return found.length === 1 && !isPlain ? found[0] : undefined;
}

const methods: readonly (readonly [LoraMethod, RegExp])[] = [
  ['DoRA', /^(?:magnitude|doraScale)$/],
  ['LoHa', /^hada_/],
  ['LoKr', /^lokr_/],
  ['full difference', /^difference$/],
];

/** The module's own name; Kohya writes the whole path with underscores, so there the end of it. */
function targetOf(module: string): string {
  const last = module.split('.').filter((part) => !/^\d+$/.test(part)).at(-1) ?? '';
  const bare = last.replace(/(?:_\d+)+$/, '');
  return /(?:to|add)_[a-z]+(?:_[a-z]+)?$/.exec(bare)?.[0] ?? (bare.includes('blocks_') ? bare.split('_').slice(-2).join('_') : bare);
}

/** What only a ControlNet has: blocks that end in layers of zeros, and an embedding of the control picture. */
const controlNames = /(?:^|\.)(?:controlnet_|control_model\.|zero_conv|input_hint_block)/;

/** The second side of a query's first matrix: what the LoRA (or the model) multiplies with. */
function widthOf(tensors: SafetensorsHeader['tensors']): number | undefined {
  for (const [name, { shape }] of tensors) {
    if (/(?:attn\d?[._]to_q|attn_qkv|attn[._]qkv|self_attn[._]q|add_q_proj)(?:\.lora_A(?:\.\w+)?|\.lora_down|\.lora\.down)?\.weight$/.test(name) && shape.length === 2) return shape[1];
  }
  return undefined;
}

/** The family of a base model by its name; undefined when it is none of those that can be told by their keys. */
export function familyOfBase(repository: string): Family | undefined {
  const name = repository.slice(repository.indexOf('/') + 1).toLowerCase();
  if (/qwen-?image/.test(name)) return 'qwen-image';
  if (/flux/.test(name)) return /flux[.-]?2/.test(name) ? 'flux2' : 'flux';
  if (/sdxl|stable-diffusion-xl/.test(name)) return 'sdxl';
  if (/stable-diffusion-3|sd3/.test(name)) return 'sd3';
  return /^wan/.test(name) ? 'wan' : undefined;
}

const kindTexts = { lora: 'LoRA', controlnet: 'ControlNet', model: 'Model' } as const;

/** "LoRA of rank 16 for Qwen-Image, 60 blocks, changes to_k, to_q". */
export function weightFactsText({ kind, method, family, rank, targets, blocks }: WeightFacts): string {
  const ranks = rank === undefined ? '' : ` of rank ${rank[0] === rank[1] ? rank[0] : `${rank[0]} to ${rank[1]}`}`;
  const parts = [`${method ?? kindTexts[kind]}${ranks}${family ? ` for ${familyText[family]}` : ', of a family that its keys do not tell'}`];
  if (blocks > 0) parts.push(`${blocks} ${blocks === 1 ? 'block' : 'blocks'}`);
  if (targets.length > 0) parts.push(`changes ${targets.slice(0, 6).join(', ')}${targets.length > 6 ? ` and ${targets.length - 6} more` : ''}`);
  return parts.join(', ');
}
