import type { MadeTensor } from './madeTensor';
import { safetensorsFile, type MadeType } from './safetensorsFile';

/** A low-rank change of one linear layer: its weight moves by `alpha / rank` times `up` times `down`. */
export interface LoraBranch {
  /** Path of the layer in the checkpoint, without `.weight`. */
  readonly module: string;
  readonly rank: number;
  readonly alpha: number;
  /** `[rank, inputs]`. */
  readonly down: Float32Array;
  /** `[outputs, rank]`. */
  readonly up: Float32Array;
}

/** As diffusers saves adapters: no `.alpha` tensors, the settings as JSON in the header. All branches share a rank and an alpha. */
export function diffusersLora(branches: readonly LoraBranch[], type: MadeType): Buffer {
  const [first] = branches;
  const settings = { r: first?.rank ?? 0, lora_alpha: first?.alpha ?? 0, target_modules: branches.map(({ module }) => module), lora_bias: false, use_dora: false, use_rslora: false };
  const prefixed = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`transformer.${key}`, value]));
  const tensors = branches.flatMap((branch) => factors(`transformer.${branch.module}`, branch, 'lora_A', 'lora_B'));
  return safetensorsFile(tensors, type, { format: 'pt', lora_adapter_metadata: JSON.stringify(prefixed) });
}

/** As the lightx2v distillations and many trainers save: bare paths, `lora_down`, `lora_up` and an `.alpha` for each. */
export function lightningLora(branches: readonly LoraBranch[], type: MadeType): Buffer {
  return safetensorsFile(branches.flatMap((branch) => [...factors(branch.module, branch, 'lora_down', 'lora_up'), alphaOf(branch.module, branch)]), type);
}

/** As ComfyUI and ai-toolkit save: `diffusion_model.` before the path. */
export function comfyLora(branches: readonly LoraBranch[], type: MadeType): Buffer {
  const tensors = branches.flatMap((branch) => {
    const name = `diffusion_model.${branch.module}`;
    return [...factors(name, branch, 'lora_A', 'lora_B'), ...(branch.alpha === branch.rank ? [] : [alphaOf(name, branch)])];
  });
  return safetensorsFile(tensors, type);
}

/** As Kohya's and musubi's trainers save: the path joined with `_`. */
export function kohyaLora(branches: readonly LoraBranch[], type: MadeType): Buffer {
  const tensors = branches.flatMap((branch) => {
    const name = kohyaName(branch.module);
    return [...factors(name, branch, 'lora_down', 'lora_up'), alphaOf(name, branch)];
  });
  return safetensorsFile(tensors, type, { format: 'pt', ss_network_module: 'networks.lora_qwen_image', ss_base_model_version: 'qwen_image' });
}

export function kohyaName(module: string): string {
  return `lora_unet_${module.replaceAll('.', '_')}`;
}

function factors(name: string, { rank, down, up }: LoraBranch, downName: string, upName: string): MadeTensor[] {
  return [
    { name: `${name}.${downName}.weight`, shape: [rank, down.length / rank], values: down },
    { name: `${name}.${upName}.weight`, shape: [up.length / rank, rank], values: up },
  ];
}

function alphaOf(name: string, { alpha }: LoraBranch): MadeTensor {
  return { name: `${name}.alpha`, shape: [], values: Float32Array.of(alpha) };
}
