/** What a tensor of a LoRA file is to its module. Names of methods: LoRA, LoHa (`hada`), LoKr (`lokr`), a full difference. */
export type LoraPart = (typeof partPatterns)[number][0];

/** How the program that wrote the file spells its keys. */
export type LoraSpelling = 'diffusers' | 'diffsynth' | 'peft' | 'comfyui' | 'kohya' | 'plain';

export interface LoraKey {
  /** The module as the file names it, without the program's prefix; Kohya joins the path with `_`. */
  readonly module: string;
  readonly part: LoraPart;
  readonly spelling: LoraSpelling;
}

/** Undefined where the key belongs to no method that is known, or to a text encoder. */
export function parseLoraKey(key: string): LoraKey | undefined {
  for (const [part, ending] of partPatterns) {
    const found = ending.exec(key);
    if (!found) continue;
    const { module, spelling } = withoutPrefix(key.slice(0, found.index));
    if (module === undefined || module === '') return undefined;
    return { module, part, spelling: /\.lora_[AB]\.\w+\.weight$/.test(key) ? 'diffsynth' : spelling };
  }
  return undefined;
}

/** What a key without a known ending belongs to; undefined when it tells nothing. */
export function foreignMethod(key: string): string | undefined {
  return foreignMethods.find(([pattern]) => pattern.test(key))?.[1];
}

export function isTextEncoderKey(key: string): boolean {
  return /^(?:base_model\.model\.)?(?:text_encoder(?:_\d)?[._]|lora_te\d?_|te\d?[._]|conditioner[._]|text_model[._])/.test(key);
}

/** Longest first where one ends with another. `lora_A.default` is how PEFT names an adapter while it trains. */
const partPatterns = [
  ['down', /\.(?:lora_A(?:\.\w+)?|lora_down|lora\.down|lora_linear_layer\.down)\.weight$/],
  ['up', /\.(?:lora_B(?:\.\w+)?|lora_up|lora\.up|lora_linear_layer\.up)\.weight$/],
  ['upBias', /\.lora_B(?:\.\w+)?\.bias$/],
  ['alpha', /\.alpha$/],
  ['magnitude', /\.lora_magnitude_vector(?:\.\w+)?(?:\.weight)?$/],
  ['doraScale', /\.dora_scale$/],
  ['difference', /\.diff$/],
  ['biasDifference', /\.diff_b$/],
  ['hada_w1_a', /\.hada_w1_a$/],
  ['hada_w1_b', /\.hada_w1_b$/],
  ['hada_w2_a', /\.hada_w2_a$/],
  ['hada_w2_b', /\.hada_w2_b$/],
  ['lokr_w1', /\.lokr_w1$/],
  ['lokr_w1_a', /\.lokr_w1_a$/],
  ['lokr_w1_b', /\.lokr_w1_b$/],
  ['lokr_w2', /\.lokr_w2$/],
  ['lokr_w2_a', /\.lokr_w2_a$/],
  ['lokr_w2_b', /\.lokr_w2_b$/],
] as const;

const foreignMethods: readonly (readonly [RegExp, string])[] = [
  [/\.(?:hada_t\d|lokr_t2|lora_mid\.weight)$/, 'a Tucker decomposition, which only convolutions have'],
  [/\.oft_(?:blocks|diag|R)|\.oft_[rs]\b/, 'OFT'],
  [/\.boft_/, 'BOFT'],
  [/\.(?:a1|a2|b1|b2)\.weight$/, 'GLoRA'],
  [/\.on_input$/, 'IA3'],
  [/\.(?:w_norm|b_norm)$/, 'changed norms'],
  [/\.set_weight$/, 'replaced weights'],
  [/\.vera_lambda|\.lora_diag|\.ln_tuning|\.randlora_/, 'a PEFT method other than LoRA'],
  [/\.reshape_weight$/, 'widened input layers'],
];

const prefixes: readonly (readonly [string, LoraSpelling])[] = [
  ['base_model.model.', 'peft'],
  ['model.diffusion_model.', 'comfyui'],
  ['diffusion_model.', 'comfyui'],
  ['transformer.', 'diffusers'],
  ['unet.', 'diffusers'],
  ['lora_unet_', 'kohya'],
  ['lora_transformer_', 'kohya'],
  ['lycoris_', 'kohya'],
];

function withoutPrefix(name: string): { readonly module: string | undefined; readonly spelling: LoraSpelling } {
  if (isTextEncoderKey(name)) return { module: undefined, spelling: 'plain' };
  let module = name;
  let spelling: LoraSpelling | undefined;
  for (const [prefix, ofPrefix] of prefixes) {
    if (!module.startsWith(prefix)) continue;
    module = module.slice(prefix.length);
    spelling ??= ofPrefix;
  }
  return { module, spelling: spelling ?? 'plain' };
}
