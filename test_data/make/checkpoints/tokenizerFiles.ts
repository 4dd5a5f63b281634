import { learnBytePairs, wordPattern } from './bytePairs';
import type { KnownTokens } from './textEncoderLayout';

/** The tokenizer of a made checkpoint: its files, and what the text encoder has to know of it. */
export interface MadeTokenizer {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly known: KnownTokens;
  /** Rows of the embedding table. */
  readonly size: number;
  /** As in `tokenizer/`. */
  readonly files: Readonly<Record<string, string>>;
  /** `tokenizer.json`, which the published checkpoints have only in `processor/`. */
  readonly whole: string;
}

/**
 * Qwen2's tokenizer with its special tokens, but with words of the given texts for its whole vocabulary. The words of
 * the pipeline's instruction are among them, so that it takes 64 tokens up to the prompt, as with the real vocabulary.
 */
export function makeTokenizer(texts: readonly string[]): MadeTokenizer {
  const { vocabulary, merges } = learnBytePairs([instruction, ...texts]);
  const ids = new Map(specialTokens.map((token, index) => [token, vocabulary.size + index]));
  const id = (token: string) => ids.get(token) ?? 0;
  const added = [...ids].map(([content, at]) => ({
    id: at, content, lstrip: false, normalized: false, rstrip: false, single_word: false, special: !plainTokens.has(content),
  }));
  return {
    vocabulary,
    known: {
      endOfText: id('<|endoftext|>'), turnEnd: id('<|im_end|>'), visionStart: id('<|vision_start|>'), visionEnd: id('<|vision_end|>'),
      visionPad: id('<|vision_pad|>'), imagePad: id('<|image_pad|>'), videoPad: id('<|video_pad|>'),
    },
    size: vocabulary.size + ids.size,
    files: {
      'added_tokens.json': json(Object.fromEntries(ids)),
      'merges.txt': `#version: 0.2\n${merges.map((pair) => pair.join(' ')).join('\n')}\n`,
      'special_tokens_map.json': json({ additional_special_tokens: namedTokens, eos_token: '<|im_end|>', pad_token: '<|endoftext|>' }),
      'tokenizer_config.json': json(tokenizerConfig(added)),
      'vocab.json': JSON.stringify(Object.fromEntries(vocabulary)),
    },
    whole: json(tokenizerJson(vocabulary, merges, added)),
  };
}

/** What QwenImageEditPlusPipeline writes before the prompt. */
const instruction =
  "system\nDescribe the key features of the input image (color, shape, size, texture, objects, background), then explain how the user's text " +
  "instruction should alter or modify the image. Generate a new image that meets the user's requirements while maintaining consistency with the " +
  'original input where appropriate.\nuser\nassistant\nPicture 1: Picture 2:';

const namedTokens = [
  '<|im_start|>', '<|im_end|>', '<|object_ref_start|>', '<|object_ref_end|>', '<|box_start|>', '<|box_end|>', '<|quad_start|>', '<|quad_end|>',
  '<|vision_start|>', '<|vision_end|>', '<|vision_pad|>', '<|image_pad|>', '<|video_pad|>',
];

/** Added tokens that are ordinary text to a decoder. */
const plainTokens = new Set([
  '<tool_call>', '</tool_call>', '<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>',
]);

/** In the order of their ids, which in the real vocabulary begin at 151643. */
const specialTokens = ['<|endoftext|>', ...namedTokens, ...plainTokens];

interface AddedToken {
  readonly id: number;
  readonly content: string;
}

function tokenizerConfig(added: readonly AddedToken[]): object {
  return {
    add_bos_token: false,
    add_prefix_space: false,
    added_tokens_decoder: Object.fromEntries(added.map(({ id, ...token }) => [id, token])),
    additional_special_tokens: namedTokens,
    bos_token: null,
    clean_up_tokenization_spaces: false,
    eos_token: '<|im_end|>',
    errors: 'replace',
    extra_special_tokens: {},
    model_max_length: 131072,
    pad_token: '<|endoftext|>',
    processor_class: 'Qwen2_5_VLProcessor',
    split_special_tokens: false,
    tokenizer_class: 'Qwen2Tokenizer',
    unk_token: null,
  };
}

function tokenizerJson(vocabulary: ReadonlyMap<string, number>, merges: readonly (readonly [string, string])[], added: readonly AddedToken[]): object {
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'Split', pattern: { Regex: wordPattern }, behavior: 'Isolated', invert: false }, bytes],
    },
    post_processor: bytes,
    decoder: bytes,
    model: {
      type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false,
      byte_fallback: false, ignore_merges: false, vocab: Object.fromEntries(vocabulary), merges,
    },
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
