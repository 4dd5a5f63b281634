export type ScriptPart = 'loading' | 'prompts' | 'vram' | 'errors' | 'lora' | 'loraPrompts';

export interface Lacking {
  readonly what: string;
  readonly hint: string;
}

/** What a script lacks of a part that the plan asks for; `undefined` for a part that is not known. Comments do not count. */
export function lacking(source: string, part: ScriptPart): readonly Lacking[] | undefined {
  const code = withoutComments(source);
  return parts[part]?.filter(({ signs }) => !signs.test(code));
}

type Sign = Lacking & { readonly signs: RegExp };

const parts: Readonly<Partial<Record<string, readonly Sign[]>>> = {
  loading: [
    { what: 'model loading', hint: 'such as DiffusionPipeline.from_pretrained(…)', signs: /\bfrom_pretrained\s*\(|\bfrom_single_file\s*\(/ },
    { what: '4-bit quantization', hint: 'such as load_in_4bit=True in a BitsAndBytesConfig', signs: /load_in_4bit|bitsandbytes_4bit|\bnf4\b|\bint4\b|\bnunchaku\b|\bgguf\b/i },
  ],
  prompts: [
    { what: 'prompts', hint: 'a list of prompts, or those of evaluation.json', signs: /\bprompts?\b["'\]]*\s*[:=,)\]]/i },
    { what: 'loop over several edits', hint: 'for edit in …', signs: /\bfor\b[^\n]*\b(?:prompts?|edits?|variations?)\b/i },
  ],
  vram: [
    {
      what: 'VRAM monitoring',
      hint: 'such as torch.cuda.max_memory_allocated()',
      signs: /max_memory_(?:allocated|reserved)|memory_(?:allocated|reserved)\s*\(|mem_get_info|nvidia-smi|pynvml|nvmlDevice/,
    },
  ],
  errors: [{ what: 'error handling', hint: 'try and except around each edit', signs: /^\s*try\s*:[\s\S]*?^\s*except\b/m }],
  lora: [{ what: 'LoRA loading', hint: 'such as pipeline.load_lora_weights(…)', signs: /load_lora_(?:weights|adapter)|load_attn_procs|PeftModel\.from_pretrained|load_adapter\s*\(/ }],
  loraPrompts: [
    {
      what: 'LoRA-specific prompts',
      hint: 'edits with "models" in evaluation.json, or prompts chosen by the LoRA',
      signs: /["']models["']\s*(?:not\s+)?in\b|\bin\s+edit\[["']models["']\]|lora\w*[_ ]?(?:specific)?[_ ]?prompts?|prompts?\w*[_ ]?(?:for|of|by)[_ ]?\w*lora|(?:angle|specialty|trigger)_?prompts?/i,
    },
  ],
};

/** A `#` inside a string is rare enough before a word that is looked for. */
function withoutComments(source: string): string {
  return source
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '$1'))
    .join('\n');
}
