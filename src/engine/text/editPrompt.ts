import { fail, ok, type Failure, type Result } from '../../core/outcome';
import type { QwenTokenizer, StructuralToken } from './qwenTokenizer';

/** A prompt as Qwen-Image-Edit-2509 was trained on it: instruction, pictures, the user's text. */
export interface EditPrompt {
  readonly ids: readonly number[];
  /** Where the pictures' own tokens go, in order. */
  readonly pictures: readonly TokenSpan[];
}

export interface TokenSpan {
  readonly start: number;
  readonly length: number;
}

/** Tokens of the instruction, of which the transformer sees no embeddings (`prompt_template_encode_start_idx`). */
export const instructionTokens = 64;

/** As many as diffusers lets a prompt have (`tokenizer_max_length`). */
export const maximumPromptTokens = 1024;

/** Longer texts are refused unread: a token of the vocabulary seldom stands for more than 16 characters. */
const maximumCharacters = maximumPromptTokens * 16;

/**
 * Writes the prompt around a user's text (diffusers, `pipeline_qwenimage_edit_plus.py`). Structure is said by token ids and
 * the text is encoded by itself, so that nothing a user writes can end the turn or open another picture.
 *
 * @param pictureTokens how many tokens each picture takes, in order
 */
export function editPrompt(tokenizer: QwenTokenizer, text: string, pictureTokens: readonly number[]): Result<EditPrompt> {
  if (text.length > maximumCharacters) return fail(tooLong(`${text.length.toLocaleString('en')} characters`));
  const length = tokenizer.encode(text).length;
  if (length > maximumPromptTokens) return fail(tooLong(`${length.toLocaleString('en')} tokens`));
  const ids: number[] = [];
  const pictures: TokenSpan[] = [];
  for (const part of partsOf(text, pictureTokens)) {
    if (typeof part === 'string') ids.push(...tokenizer.encode(part));
    else {
      if (part.token === '<|image_pad|>') pictures.push({ start: ids.length, length: part.count });
      for (let index = 0; index < part.count; index++) ids.push(tokenizer.idOf(part.token));
    }
  }
  return ok({ ids, pictures });
}

const instruction =
  'Describe the key features of the input image (color, shape, size, texture, objects, background), then explain how the ' +
  "user's text instruction should alter or modify the image. Generate a new image that meets the user's requirements while " +
  'maintaining consistency with the original input where appropriate.';

type Part = string | { readonly token: StructuralToken; readonly count: number };

/** Texts and structural tokens in turn. Texts that meet are one, because words may be joined across the seam. */
function partsOf(text: string, pictureTokens: readonly number[]): readonly Part[] {
  const said = (token: StructuralToken, count = 1): Part => ({ token, count });
  const before = pictureTokens.flatMap((count, index) => [`Picture ${index + 1}: `, said('<|vision_start|>'), said('<|image_pad|>', count), said('<|vision_end|>')]);
  return joined([
    ...[said('<|im_start|>'), `system\n${instruction}`, said('<|im_end|>'), '\n'],
    ...[said('<|im_start|>'), 'user\n', ...before, text, said('<|im_end|>'), '\n'],
    ...[said('<|im_start|>'), 'assistant\n'],
  ]);
}

function joined(parts: readonly Part[]): readonly Part[] {
  return parts.reduce<Part[]>((done, part) => {
    const last = done.at(-1);
    if (typeof part === 'string' && typeof last === 'string') done[done.length - 1] = last + part;
    else done.push(part);
    return done;
  }, []);
}

function tooLong(length: string): Failure {
  return {
    code: 'prompt-too-long',
    message: `The prompt has ${length}; the model takes at most ${maximumPromptTokens.toLocaleString('en')} tokens, about 4,000 characters.`,
    advice: 'Shorten the prompt.',
    short: 'prompt too long',
  };
}
