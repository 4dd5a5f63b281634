import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Tokenizer } from '@huggingface/tokenizers';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { readConfig, type ConfigFields } from '../models/readConfig';
import { Network } from './network';

/** CLIP's side for words. */
export class ClipText {
  private constructor(
    private readonly network: Network,
    private readonly words: ClipTokenizer,
  ) {}

  static async open(file: string, tokenizer: string): Promise<Result<ClipText>> {
    const words = await ClipTokenizer.open(tokenizer);
    if (!words.ok) return words;
    const opened = await Network.open(file);
    if (!opened.ok) return opened;
    const known = opened.value.inputs.every(({ name }) => name === 'input_ids' || name === 'attention_mask');
    if (!known || opened.value.inputs.length === 0) return fail(opened.value.refuse('it does not take the tokens of a text'));
    return ok(new ClipText(opened.value, words.value));
  }

  async encode(text: string): Promise<Float32Array> {
    const ids = this.words.encode(text);
    const { inputs } = this.network;
    // Some exports are fixed to the full length; the text ends at its first end token, so that more of them say nothing.
    const length = inputs.map(({ shape }) => shape[1]).find((size) => typeof size === 'number' && size > 0) ?? ids.length;
    const dims = [1, Number(length)];
    const row = (fill: (index: number) => number): BigInt64Array => BigInt64Array.from({ length: Number(length) }, (_, index) => BigInt(fill(index)));
    const tokens = { data: row((index) => ids[index] ?? ids.at(-1) ?? 0), dims };
    const mask = { data: row((index) => (index < ids.length ? 1 : 0)), dims };
    const outputs = await this.network.run(Object.fromEntries(inputs.map(({ name }) => [name, name === 'input_ids' ? tokens : mask])));
    const embedding = outputs['text_embeds'] ?? Object.values(outputs).find((output) => output.dims.length === 2);
    return embedding?.data.slice() ?? new Float32Array();
  }
}

/** CLIP's byte-level BPE over lower-case words. How text is cut is fixed here as in transformers, not read from the file. */
export class ClipTokenizer {
  private constructor(
    private readonly words: Tokenizer,
    private readonly start: number,
    private readonly end: number,
  ) {}

  /** @param file `tokenizer.json`, or `vocab.json` with `merges.txt` beside it */
  static async open(file: string): Promise<Result<ClipTokenizer>> {
    const found = await vocabularyOf(file);
    if (!found.ok) return found;
    const { vocab, merges } = found.value;
    const [start, end] = [vocab[startToken], vocab[endToken]];
    if (start === undefined || end === undefined) return fail(unsuitable(file, `it does not know ${startToken} and ${endToken}`));
    const { Tokenizer } = await import('@huggingface/tokenizers');
    return ok(new ClipTokenizer(new Tokenizer(rules(vocab, merges), {}), start, end));
  }

  /** With start and end, at most 77: what the network knows. */
  encode(text: string): readonly number[] {
    const ids = text.trim() === '' ? [] : this.words.encode(text, { add_special_tokens: false }).ids;
    return [this.start, ...ids.slice(0, longest - 2), this.end];
  }
}

const longest = 77;
const [startToken, endToken] = ['<|startoftext|>', '<|endoftext|>'];

interface Vocabulary {
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly unknown[];
}

async function vocabularyOf(file: string): Promise<Result<Vocabulary>> {
  if (path.basename(file) === 'tokenizer.json') return readConfig(file, (fields) => ({ vocab: idsOf(fields.object('model').raw('vocab'), fields), merges: listOf(fields.object('model').raw('merges'), fields) }));
  const vocab = await readConfig(file, (fields) => idsOf(fields.all(), fields));
  if (!vocab.ok) return vocab;
  const merges = await readFile(path.join(path.dirname(file), 'merges.txt'), 'utf8').catch(() => undefined);
  if (merges === undefined) return fail(unsuitable(file, 'merges.txt is not beside it'));
  return ok({ vocab: vocab.value, merges: merges.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version')) });
}

function idsOf(value: unknown, fields: ConfigFields): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null || !Object.values(value).every((id) => Number.isSafeInteger(id) && Number(id) >= 0)) throw fields.refuse('its vocabulary is no list of ids by token');
  return value as Readonly<Record<string, number>>;
}

function listOf(value: unknown, fields: ConfigFields): readonly unknown[] {
  if (!Array.isArray(value)) throw fields.refuse('its merges are no pairs');
  return value;
}

/** transformers, `tokenization_clip.py`. */
const wordPattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`;

function rules(vocab: Readonly<Record<string, number>>, merges: readonly unknown[]): object {
  return {
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: String.raw`\s+` }, content: ' ' }, { type: 'Lowercase' }] },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: wordPattern }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    model: { type: 'BPE', dropout: null, unk_token: endToken, continuing_subword_prefix: '', end_of_word_suffix: '</w>', fuse_unk: false, byte_fallback: false, vocab, merges },
    added_tokens: [],
  };
}

function unsuitable(file: string, why: string): Failure {
  return { code: 'tokenizer-refused', message: `${path.basename(file)} cannot be used: ${why}.`, advice: 'Download the tokenizer of the same CLIP model.', short: 'bad tokenizer' };
}
