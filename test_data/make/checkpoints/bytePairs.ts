/** A byte-level byte-pair vocabulary in the form of `vocab.json` and `merges.txt`. */
export interface BytePairs {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** The two parts of each merge, the earliest learned first. */
  readonly merges: readonly (readonly [string, string])[];
}

/**
 * Learns merges until every word of the texts is one token. The pair that is most frequent over the distinct words is
 * merged first; of two as frequent, the one that sorts first, so that the same texts always make the same tokenizer.
 */
export function learnBytePairs(texts: readonly string[]): BytePairs {
  const words = [...new Set(texts.flatMap((text) => splitWords(text)))].map((word) => byteLetters(word));
  const merges: [string, string][] = [];
  for (let pair = mostFrequentPair(words); pair !== undefined; pair = mostFrequentPair(words)) {
    merges.push(pair);
    for (const parts of words) mergeIn(parts, pair);
  }
  const tokens = new Set([...byteAlphabet, ...merges.map(([left, right]) => left + right)]);
  return { merges, vocabulary: new Map([...tokens].map((token, id) => [token, id])) };
}

/** How Qwen2 splits text before the merges, from its published tokenizer.json. */
export const wordPattern = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

function splitWords(text: string): string[] {
  // Engines before 2024 have no `(?i:…)`.
  return text.match(new RegExp(wordPattern.replace(/\(\?i:[^)]*\)/, "'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])"), 'gu')) ?? [];
}

/** GPT-2's letters for the 256 bytes: printable ones stand for themselves, the others are moved up to U+0100. */
const byteAlphabet: readonly string[] = (() => {
  let moved = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCodePoint(printable ? byte : 0x100 + moved++);
  });
})();

function byteLetters(word: string): string[] {
  return [...Buffer.from(word, 'utf8')].map((byte) => byteAlphabet[byte] ?? '');
}

function mostFrequentPair(words: readonly (readonly string[])[]): [string, string] | undefined {
  const counts = new Map<string, number>();
  for (const parts of words) {
    for (let index = 1; index < parts.length; index++) {
      const key = `${parts[index - 1] ?? ''} ${parts[index] ?? ''}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  let best: string | undefined;
  for (const [key, count] of counts) {
    const leading = best === undefined ? 0 : (counts.get(best) ?? 0);
    if (best === undefined || count > leading || (count === leading && key < best)) best = key;
  }
  const [left, right] = best?.split(' ') ?? [];
  return left === undefined || right === undefined ? undefined : [left, right];
}

function mergeIn(parts: string[], [left, right]: readonly [string, string]): void {
  for (let index = 1; index < parts.length; index++) {
    if (parts[index - 1] === left && parts[index] === right) parts.splice(index - 1, 2, left + right);
  }
}
