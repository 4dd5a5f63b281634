import { comfyLora, diffusersLora, kohyaLora, kohyaName, lightningLora, type LoraBranch } from './loraFiles';
import type { Layout, MadeTensor } from './madeTensor';
import { transformerSize } from './randomCheckpoint';
import { RepeatableNumbers } from './repeatableNumbers';
import { safetensorsFile } from './safetensorsFile';
import { transformerLayout } from './transformerLayout';

/** LoRAs for the random checkpoint by file name, one for each way of writing them, and some that are to be refused. */
export function randomLoras(): Readonly<Record<string, Buffer>> {
  return {
    'diffusers.safetensors': diffusersLora(branches('diffusers', attention, 4, 8), 'BF16'),
    'lightning.safetensors': lightningLora([...branches('lightning', attention, 8, 8), ...branches('lightning', feedForward, 4, 2)], 'F32'),
    'comfy.safetensors': comfyLora([...branches('comfy', feedForward, 4, 4), ...branches('comfy', ['attn.to_v'], 2, 6)], 'F32'),
    'kohya.safetensors': kohyaLora([...branches('kohya', [...attention, ...feedForward, ...modulations], 3, 1.5), ...outside('kohya', 2, 4)], 'F16'),
    'dora.safetensors': magnitudes('lora_magnitude_vector'),
    'dora-scale.safetensors': magnitudes('dora_scale'),
    'lokr.safetensors': kroneckerLora(),
    'flux.safetensors': diffusersLora(fluxBranches(), 'F32'),
    'not-a-number.safetensors': lightningLora(poisoned(branches('poisoned', ['attn.to_q'], 2, 2)), 'F32'),
  };
}

const attention = ['to_q', 'to_k', 'to_v', 'to_out.0', 'add_q_proj', 'add_k_proj', 'add_v_proj', 'to_add_out'].map((name) => `attn.${name}`);
const feedForward = ['img_mlp.net.0.proj', 'img_mlp.net.2', 'txt_mlp.net.0.proj', 'txt_mlp.net.2'];
const modulations = ['img_mod.1', 'txt_mod.1'];
const layout: Layout = transformerLayout(transformerSize);

/** A branch for each of the layers in every block. */
function branches(seed: string, layers: readonly string[], rank: number, alpha: number): LoraBranch[] {
  const blocks = Array.from({ length: transformerSize.layers }, (_, index) => `transformer_blocks.${index}`);
  return blocks.flatMap((block) => layers.map((layer) => branch(seed, `${block}.${layer}`, rank, alpha)));
}

/** The linear layers before, beside and after the blocks. */
function outside(seed: string, rank: number, alpha: number): LoraBranch[] {
  const modules = ['img_in', 'txt_in', 'proj_out', 'norm_out.linear', 'time_text_embed.timestep_embedder.linear_1', 'time_text_embed.timestep_embedder.linear_2'];
  return modules.map((module) => branch(seed, module, rank, alpha));
}

/** Strong enough that the output moves by more than a rounding error, weak enough that it stays in range. */
function branch(seed: string, module: string, rank: number, alpha: number): LoraBranch {
  const [outputs = 0, inputs = 0] = layout.get(`${module}.weight`) ?? [];
  const numbers = new RepeatableNumbers(`lora/${seed}/${module}`);
  const down = numbers.bells(rank * inputs, 1 / Math.sqrt(inputs));
  return { module, rank, alpha, down, up: numbers.bells(outputs * rank, 0.3 / Math.sqrt(rank)) };
}

/** DoRA: each output row of the changed weight is brought to a length of its own. PEFT and the trainers name it differently. */
function magnitudes(name: 'lora_magnitude_vector' | 'dora_scale'): Buffer {
  const tensors = branches('dora', ['attn.to_q', 'attn.to_v', 'img_mlp.net.2'], 4, 4).flatMap(({ module, rank, alpha, down, up }): MadeTensor[] => {
    const outputs = up.length / rank;
    const lengths = new RepeatableNumbers(`dora/${module}`).bells(outputs, 0.1, 1);
    const inPeft = name === 'lora_magnitude_vector';
    const at = inPeft ? `transformer.${module}` : module;
    const [downName, upName] = inPeft ? ['lora_A', 'lora_B'] : ['lora_down', 'lora_up'];
    return [
      { name: `${at}.${downName}.weight`, shape: [rank, down.length / rank], values: down },
      { name: `${at}.${upName}.weight`, shape: [outputs, rank], values: up },
      ...(inPeft
        ? [{ name: `${at}.lora_magnitude_vector.weight`, shape: [outputs], values: lengths }]
        : [{ name: `${at}.alpha`, shape: [], values: Float32Array.of(alpha) }, { name: `${at}.dora_scale`, shape: [outputs, 1], values: lengths }]),
    ];
  });
  return safetensorsFile(tensors, 'F32');
}

/** LoKr as LyCORIS saves it: the change is the Kronecker product of a small matrix and a larger one. */
function kroneckerLora(): Buffer {
  const tensors = ['attn.to_q', 'attn.to_out.0'].flatMap((layer): MadeTensor[] => {
    const module = `transformer_blocks.0.${layer}`;
    const [outputs = 0, inputs = 0] = layout.get(`${module}.weight`) ?? [];
    const numbers = new RepeatableNumbers(`lokr/${module}`);
    const name = kohyaName(module);
    return [
      { name: `${name}.alpha`, shape: [], values: Float32Array.of(1) },
      { name: `${name}.lokr_w1`, shape: [8, 8], values: numbers.bells(64, 0.3) },
      { name: `${name}.lokr_w2`, shape: [outputs / 8, inputs / 8], values: numbers.bells((outputs * inputs) / 64, 0.1) },
    ];
  });
  return safetensorsFile(tensors, 'F32');
}

/** For FLUX.1: blocks of one stream, which Qwen-Image has none of, and another width. */
function fluxBranches(): LoraBranch[] {
  const modules = ['attn.to_q', 'attn.to_k', 'attn.to_v', 'proj_mlp'].map((name) => `single_transformer_blocks.0.${name}`);
  return modules.map((module) => {
    const numbers = new RepeatableNumbers(`flux/${module}`);
    return { module, rank: 2, alpha: 2, down: numbers.bells(2 * 3072, 0.02), up: numbers.bells(2 * (module.endsWith('mlp') ? 12288 : 3072), 0.02) };
  });
}

function poisoned(clean: readonly LoraBranch[]): LoraBranch[] {
  return clean.map((each) => ({ ...each, up: each.up.map((value, index) => (index === 5 ? Number.NaN : value)) }));
}
