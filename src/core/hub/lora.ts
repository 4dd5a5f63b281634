import { familyOfTensors, type Family } from './loraFamily';
import type { SafetensorsHeader } from './safetensorsHeader';

/** What the keys and shapes of a weights file tell, whatever its card claims. */
export interface WeightFacts {
  readonly kind: 'lora' | 'controlnet' | 'model';
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

export function weightFacts({ tensors }: SafetensorsHeader): WeightFacts {
  const names = [...tensors.keys()];
  const downs = names.filter((name) => downMatrix.test(name));
  const ranks = downs.map((name) => Math.min(...(tensors.get(name)?.shape.slice(0, 2) ?? [0])));
  const targets = new Set(downs.map(targetOf));
  const width = widthOf(tensors);
  return {
    kind: downs.length > 0 ? 'lora' : names.some((name) => controlNames.test(name)) ? 'controlnet' : 'model',
    family: familyOfTensors(new Map([...tensors].map(([name, { shape }]) => [name, shape]))),
    ...(width === undefined ? {} : { width }),
    ...(ranks.length > 0 ? { rank: [Math.min(...ranks), Math.max(...ranks)] as const } : {}),
    targets: [...targets].filter(Boolean).sort(),
    blocks: names.reduce((most, name) => Math.max(most, Number(/(?:transformer_blocks|blocks|double_blocks|layers)[._](\d+)[._]/.exec(name)?.[1] ?? -1) + 1), 0),
  };
}

/** The module's own name; Kohya writes the whole path with underscores, so there the end of it. */
function targetOf(name: string): string {
  const last = name.replace(downMatrix, '').split('.').filter((part) => !/^\d+$/.test(part)).at(-1) ?? '';
  return /(?:to|add)_[a-z]+(?:_[a-z]+)?$/.exec(last)?.[0] ?? (last.startsWith('lora_') ? last.split('_').slice(-2).join('_') : last);
}

/** As diffusers (`lora_A`), PEFT (`lora_A.default`) and Kohya (`lora_down`) call the matrix whose smaller side is the rank. */
const downMatrix = /\.(?:lora_A(?:\.\w+)?|lora_down|lora\.down)\.weight$/;

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

/** "LoRA of rank 16 for qwen-image, 60 blocks, changes to_k, to_q". */
export function weightFactsText({ kind, family, rank, targets, blocks }: WeightFacts): string {
  const ranks = rank === undefined ? '' : ` of rank ${rank[0] === rank[1] ? rank[0] : `${rank[0]} to ${rank[1]}`}`;
  const parts = [`${kindTexts[kind]}${ranks}${family ? ` for ${family}` : ', of a family that its keys do not tell'}`];
  if (blocks > 0) parts.push(`${blocks} ${blocks === 1 ? 'block' : 'blocks'}`);
  if (targets.length > 0) parts.push(`changes ${targets.slice(0, 6).join(', ')}${targets.length > 6 ? ` and ${targets.length - 6} more` : ''}`);
  return parts.join(', ');
}
