import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Tokenizer } from '@huggingface/tokenizers';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { readConfig, type ConfigFields } from '../models/readConfig';

/** What structures a prompt; only the template may say them, never a user's text. */
export const structuralTokens = ['<|im_start|>', '<|im_end|>', '<|vision_start|>', '<|vision_end|>', '<|image_pad|>'] as const;
export type StructuralToken = (typeof structuralTokens)[number];

/**
 * The byte-level BPE tokenizer of the Qwen2 family, from `tokenizer.json` or from `vocab.json` and `merges.txt`.
 *
 * How text is normalised and cut into words is fixed here as in transformers' `Qwen2Tokenizer`, not read from the file: a
 * checkpoint cannot bring a regular expression that never ends.
 */
export class QwenTokenizer {
  private constructor(
    private readonly words: Tokenizer,
    private readonly structural: ReadonlyMap<StructuralToken, number>,
    /** One more than the largest id. */
    readonly size: number,
  ) {}

  /** @param folder `tokenizer/` or `processor/` of a checkpoint */
  static async open(folder: string): Promise<Result<QwenTokenizer>> {
    const found = await vocabularyIn(folder);
    if (!found.ok) return found;
    const { vocab, merges, added } = found.value;
    const flaw = flawOf(vocab, added);
    if (flaw !== undefined) return fail(unsuitable(folder, flaw));
    const { Tokenizer } = await import('@huggingface/tokenizers');
    const structural = new Map(structuralTokens.map((token) => [token, added.get(token) ?? 0]));
    const size = [...Object.values(vocab), ...structural.values()].reduce((largest, id) => Math.max(largest, id), 0) + 1;
    return ok(new QwenTokenizer(new Tokenizer(qwenRules(vocab, merges), {}), structural, size));
  }

  /** Ids of plain text: `<|im_end|>` in it is ten characters like any others. */
  encode(text: string): readonly number[] {
    return text === '' ? [] : this.words.encode(text, { add_special_tokens: false }).ids;
  }

  idOf(token: StructuralToken): number {
    const id = this.structural.get(token);
    if (id === undefined) throw new Error(`${token} was not looked for.`);
    return id;
  }
}

interface Vocabulary {
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (string | readonly string[])[];
  /** Ids of the tokens beside the vocabulary. */
  readonly added: ReadonlyMap<string, number>;
}

async function vocabularyIn(folder: string): Promise<Result<Vocabulary>> {
  const whole = path.join(folder, 'tokenizer.json');
  return (await exists(whole)) ? readConfig(whole, wholeTokenizer) : separateFiles(folder);
}

function wholeTokenizer(fields: ConfigFields): Vocabulary {
  const model = fields.object('model');
  if (model.text('type', 'BPE') !== 'BPE') throw model.refuse('its tokens are not made by byte pairs (BPE)');
  const merges = model.raw('merges');
  const added = fields.raw('added_tokens');
  if (!Array.isArray(merges) || !merges.every(isMerge)) throw model.refuse('its merges are no pairs');
  if (!Array.isArray(added)) throw model.refuse('it has no added tokens');
  return { vocab: vocabularyOf(model.raw('vocab'), model), merges, added: new Map(added.flatMap(addedToken)) };
}

async function separateFiles(folder: string): Promise<Result<Vocabulary>> {
  const vocab = await readConfig(path.join(folder, 'vocab.json'), (fields) => vocabularyOf(fields.all(), fields));
  if (!vocab.ok) return vocab;
  const added = await readConfig(path.join(folder, 'tokenizer_config.json'), (fields) => new Map(Object.entries(fields.object('added_tokens_decoder').all()).flatMap(decodedToken)));
  if (!added.ok) return added;
  const merges = await readFile(path.join(folder, 'merges.txt'), 'utf8').catch(() => undefined);
  if (merges === undefined) return fail(unsuitable(folder, 'merges.txt is not there'));
  return ok({ vocab: vocab.value, merges: merges.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version')), added: added.value });
}

function vocabularyOf(value: unknown, fields: ConfigFields): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null || !Object.values(value).every(isId)) throw fields.refuse('its vocabulary is no list of ids by token');
  return value as Readonly<Record<string, number>>;
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 10_000_000;
}

/** `"a b"` in older files, `["a", "b"]` in newer ones. */
function isMerge(value: unknown): value is string | readonly string[] {
  return typeof value === 'string' || (Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string'));
}

function addedToken(value: unknown): readonly (readonly [string, number])[] {
  const { content, id } = (value ?? {}) as { content?: unknown; id?: unknown };
  return typeof content === 'string' && isId(id) ? [[content, id]] : [];
}

function decodedToken([id, value]: readonly [string, unknown]): readonly (readonly [string, number])[] {
  const { content } = (value ?? {}) as { content?: unknown };
  return typeof content === 'string' && isId(Number(id)) ? [[content, Number(id)]] : [];
}

/** Why this vocabulary cannot tokenise every text, or write a prompt. */
function flawOf(vocab: Readonly<Record<string, number>>, added: ReadonlyMap<string, number>): string | undefined {
  const token = structuralTokens.find((name) => !added.has(name));
  if (token !== undefined) return `it does not know ${token}`;
  const bytes = byteSymbols().filter((symbol) => !Object.hasOwn(vocab, symbol)).length;
  return bytes === 0 ? undefined : `${bytes} of the 256 bytes have no token`;
}

/** GPT-2's printable stand-ins for the 256 bytes: printable ones are themselves, the others follow from U+0100. */
function byteSymbols(): readonly string[] {
  const printable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : 0x100 + others++));
}

/** transformers, `tokenization_qwen2.py`. */
const wordPattern = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

function qwenRules(vocab: Readonly<Record<string, number>>, merges: Vocabulary['merges']): object {
  return {
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: wordPattern }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false, byte_fallback: false, vocab, merges },
    // None: special tokens in a user's text are to be plain text. The template says them by their ids.
    added_tokens: [],
  };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

function unsuitable(folder: string, why: string): Failure {
  return {
    code: 'tokenizer-refused',
    message: `The tokenizer in ${path.basename(folder)} cannot be used: ${why}.`,
    advice: 'Download the model again; if it stays so, choose a checkpoint of Qwen-Image-Edit.',
    short: 'bad tokenizer',
  };
}
