/** An architecture that the names and shapes of its tensors betray. Qwen-Image and Qwen-Image-Edit share theirs: nothing tells them apart. */
export type Family = 'qwen-image' | 'flux' | 'flux2' | 'hunyuan-video' | 'sdxl' | 'sd1' | 'sd2' | 'sd3' | 'wan';

/** As people call them. */
export const familyText: Readonly<Record<Family, string>> = {
  'qwen-image': 'Qwen-Image',
  flux: 'FLUX.1',
  flux2: 'FLUX.2',
  'hunyuan-video': 'HunyuanVideo',
  sdxl: 'SDXL',
  sd1: 'Stable Diffusion 1',
  sd2: 'Stable Diffusion 2',
  sd3: 'Stable Diffusion 3',
  wan: 'Wan',
};

/**
 * The family of a LoRA or a model by its tensors; undefined where they fit more than one, or none that is known.
 *
 * @param shapes by tensor name, in the diffusers, the original or Kohya's spelling (dots or underscores)
 */
export function familyOfTensors(shapes: ReadonlyMap<string, readonly number[]>): Family | undefined {
  const seen = evidence(shapes);
  if (seen.has('singleBlocks')) return seen.has('hunyuanNames') ? 'hunyuan-video' : seen.has('flux2Names') ? 'flux2' : 'flux';
  if (seen.has('unetBlocks')) return unetFamily(seen);
  if (seen.has('wanAttention')) return 'wan';
  if (seen.has('qwenStreams')) return 'qwen-image';
  if (seen.has('jointBlocks')) return 'sd3';
  if (seen.has('contextNorms')) return jointFamily(seen);
  if (!seen.has('jointAttention')) return undefined;
  // Only attention layers, whose names three families share.
  if (seen.has('width1536') || seen.has('width2432')) return 'sd3';
  if (seen.has('blockBeyondSd3')) return 'qwen-image';
  return seen.has('width3072') && !seen.has('blockBeyondFlux') ? undefined : 'qwen-image';
}

/** Flux and SD3 name the layers of their double blocks alike; the width differs. */
function jointFamily(seen: ReadonlySet<Evidence>): Family | undefined {
  if (seen.has('width3072')) return 'flux';
  return seen.has('width1536') || seen.has('width2432') ? 'sd3' : undefined;
}

/** By the width of the text that cross-attention reads; SDXL alone nests more than one transformer block. */
function unetFamily(seen: ReadonlySet<Evidence>): Family | undefined {
  if (seen.has('text2048') || seen.has('nestedBlocks')) return 'sdxl';
  if (seen.has('text1024')) return 'sd2';
  return seen.has('text768') ? 'sd1' : undefined;
}

const nameEvidence = {
  singleBlocks: /single_transformer_blocks|single_blocks|double_blocks[._]\d/,
  hunyuanNames: /(?:img|txt)_mlp[._]fc\d|individual_token_refiner|double_blocks\.\d+\.(?:img|txt)_attn_(?:qkv|proj)/,
  flux2Names: /to_qkv_mlp_proj|stream_modulation/,
  unetBlocks: /(?:^|[._])(?:down_blocks|up_blocks|input_blocks|output_blocks|mid_block|middle_block)[._]/,
  nestedBlocks: /attentions[._]\d+[._]transformer_blocks[._][1-9]|(?:in|out)put_blocks[._]\d+[._]1[._]transformer_blocks[._][1-9]/,
  wanAttention: /(?:^|[._])blocks[._]\d+[._](?:self_attn|cross_attn)[._](?:q|k|v|o|k_img|v_img)[._]/,
  qwenStreams: /transformer_blocks[._]\d+[._](?:img|txt)_(?:mlp|mod)[._]/,
  jointBlocks: /joint_blocks[._]\d/,
  contextNorms: /transformer_blocks[._]\d+[._](?:norm1_context|ff_context|norm1[._]linear|ff[._]net)/,
  jointAttention: /transformer_blocks[._]\d+[._]attn[._](?:to_[qkv]|to_out|add_[qkv]_proj|to_add_out)/,
} as const;

type Width = 'width1536' | 'width2432' | 'width3072' | 'text768' | 'text1024' | 'text2048';
type Evidence = keyof typeof nameEvidence | Width | 'blockBeyondFlux' | 'blockBeyondSd3';

/** Blocks of two streams in Flux, and in the largest SD3. */
const fluxBlocks = 19;
const sd3Blocks = 38;

const patterns = Object.entries(nameEvidence) as readonly (readonly [keyof typeof nameEvidence, RegExp])[];

function evidence(shapes: ReadonlyMap<string, readonly number[]>): ReadonlySet<Evidence> {
  const seen = new Set<Evidence>();
  for (const [name, shape] of shapes) {
    for (const [kind, pattern] of patterns) if (!seen.has(kind) && pattern.test(name)) seen.add(kind);
    const block = Number(/(?:^|[._])transformer_blocks[._](\d+)[._]/.exec(name)?.[1] ?? -1);
    if (block >= fluxBlocks) seen.add('blockBeyondFlux');
    if (block >= sd3Blocks) seen.add('blockBeyondSd3');
    const width = inputWidth(name, shape);
    if (width !== undefined) seen.add(width);
  }
  return seen;
}

/** What goes into an attention layer: the columns of its own weight, or of the first matrix of its LoRA. */
function inputWidth(name: string, [, columns]: readonly number[]): Width | undefined {
  if (columns === undefined || !/\.(?:lora_A|lora_down|lora\.down)(?:\.\w+)?\.weight$|(?:to_[qkv]|add_[qkv]_proj)\.weight$/.test(name)) return undefined;
  const isText = /attn2[._]to_[kv]/.test(name);
  if (!isText && !/attn[._](?:to_[qkv]|add_[qkv]_proj)/.test(name)) return undefined;
  const width = `${isText ? 'text' : 'width'}${columns}`;
  return widths.has(width) ? (width as Width) : undefined;
}

const widths: ReadonlySet<string> = new Set<Width>(['width1536', 'width2432', 'width3072', 'text768', 'text1024', 'text2048']);
