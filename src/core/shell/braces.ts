/** bash's brace expansion of one word, quotes and escapes already marked as literal by `literal`; at most 10,000 words. */
export function expandBraces(word: string): readonly string[] {
  return expand(word).slice(0, maximumWords).map(unmask);
}

/** Marks braces and commas that were quoted, so that they expand to themselves. */
export function literal(text: string): string {
  return text.replace(/[{},]/g, (character) => String.fromCharCode(maskBase + character.charCodeAt(0)));
}

const maximumWords = 10_000;
const maskBase = 0xe000;

function unmask(word: string): string {
  return word.replace(/[\ue07b\ue07d\ue02c]/g, (character) => String.fromCharCode(character.charCodeAt(0) - maskBase));
}

function expand(word: string): readonly string[] {
  for (let open = word.indexOf('{'); open >= 0; open = word.indexOf('{', open + 1)) {
    const group = word[open - 1] === '$' ? undefined : groupAt(word, open);
    if (!group) continue;
    const before = word.slice(0, open);
    const rest = expand(word.slice(group.end));
    return group.alternatives.flatMap((alternative) => rest.map((tail) => before + alternative + tail)).slice(0, maximumWords);
  }
  return [word];
}

/** The alternatives of the group that opens here; `undefined` where the brace stands for itself. */
function groupAt(word: string, open: number): { readonly alternatives: readonly string[]; readonly end: number } | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < word.length; at++) {
    const character = word[at];
    if (character === '{') depth++;
    else if (character === ',' && depth === 1) {
      parts.push(word.slice(from, at));
      from = at + 1;
    } else if (character === '}' && --depth === 0) {
      const last = word.slice(from, at);
      if (parts.length > 0) return { alternatives: [...parts, last].flatMap(expand), end: at + 1 };
      const range = rangeOf(last);
      return range ? { alternatives: range, end: at + 1 } : undefined;
    }
  }
  return undefined;
}

/** `1..5`, `01..10..2`, `a..e`. */
function rangeOf(text: string): readonly string[] | undefined {
  const found = /^(?:(-?\d+)\.\.(-?\d+)|([A-Za-z])\.\.([A-Za-z]))(?:\.\.(-?\d+))?$/.exec(text);
  if (!found) return undefined;
  const [, first, last, letter, lastLetter, step] = found;
  const from = first === undefined ? (letter ?? '').charCodeAt(0) : Number(first);
  const to = last === undefined ? (lastLetter ?? '').charCodeAt(0) : Number(last);
  const stride = Math.max(1, Math.abs(Number(step ?? 1)));
  const count = Math.min(maximumWords, Math.floor(Math.abs(to - from) / stride) + 1);
  const width = [first, last].some((bound) => bound !== undefined && /^-?0\d/.test(bound)) ? Math.max(first?.length ?? 0, last?.length ?? 0) : 0;
  return Array.from({ length: count }, (_, index) => {
    const value = from + index * stride * Math.sign(to - from || 1);
    if (first === undefined) return String.fromCharCode(value);
    return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0');
  });
}
