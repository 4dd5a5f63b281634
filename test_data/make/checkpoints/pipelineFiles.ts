import type { MadeTokenizer } from './tokenizerFiles';

/** The files of a Qwen-Image-Edit-2509 repository that hold no weights, by path. */
export function pipelineFiles(tokenizer: MadeTokenizer): Readonly<Record<string, string>> {
  const named = (folder: string, files: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
  return {
    'model_index.json': json(modelIndex),
    'scheduler/scheduler_config.json': json(schedulerConfig),
    ...named('tokenizer', tokenizer.files),
    ...named('processor', tokenizer.files),
    'processor/tokenizer.json': tokenizer.whole,
    'processor/preprocessor_config.json': json(preprocessorConfig),
  };
}

export const modelIndex = {
  _class_name: 'QwenImageEditPlusPipeline',
  _diffusers_version: '0.36.0.dev0',
  processor: ['transformers', 'Qwen2VLProcessor'],
  scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'],
  text_encoder: ['transformers', 'Qwen2_5_VLForConditionalGeneration'],
  tokenizer: ['transformers', 'Qwen2Tokenizer'],
  transformer: ['diffusers', 'QwenImageTransformer2DModel'],
  vae: ['diffusers', 'AutoencoderKLQwenImage'],
};

const schedulerConfig = {
  _class_name: 'FlowMatchEulerDiscreteScheduler',
  _diffusers_version: '0.36.0.dev0',
  base_image_seq_len: 256,
  base_shift: 0.5,
  invert_sigmas: false,
  max_image_seq_len: 8192,
  max_shift: 0.9,
  num_train_timesteps: 1000,
  shift: 1,
  shift_terminal: 0.02,
  stochastic_sampling: false,
  time_shift_type: 'exponential',
  use_beta_sigmas: false,
  use_dynamic_shifting: true,
  use_exponential_sigmas: false,
  use_karras_sigmas: false,
};

const preprocessorConfig = {
  do_convert_rgb: true,
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_processor_type: 'Qwen2VLImageProcessor',
  image_std: [0.26862954, 0.26130258, 0.27577711],
  max_pixels: 12845056,
  merge_size: 2,
  min_pixels: 3136,
  patch_size: 14,
  processor_class: 'Qwen2_5_VLProcessor',
  resample: 3,
  rescale_factor: 1 / 255,
  size: { longest_edge: 12845056, shortest_edge: 3136 },
  temporal_patch_size: 2,
};

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
