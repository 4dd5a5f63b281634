/** A box as it stands in a line; positions are offsets in the text. */
export interface Box {
  readonly mark: string;
  readonly markStart: number;
  readonly optional: boolean;
  /** Where the text behind the box begins. */
  readonly textStart: number;
  /** From the list mark to the bracket: what lies at least this far to the right belongs to the box. */
  readonly contentOffset: number;
}

/**
 * Reads `- [x] text`: a list mark, blanks, one grapheme in brackets, optionally `*`, then a blank or the end. `start` is the
 * line's first visible character, `end` its end.
 */
export function readBox(text: string, start: number, end: number): Box | undefined {
  const bracket = listContent(text, start, end);
  if (bracket < 0 || text.charCodeAt(bracket) !== 91) return undefined;
  const mark = readMark(text, bracket + 1, end);
  if (mark === undefined) return undefined;
  let after = bracket + mark.length + 2;
  const optional = after < end && text.charCodeAt(after) === 42;
  if (optional) after++;
  if (after < end && !isBlank(text.charCodeAt(after))) return undefined;
  while (after < end && isBlank(text.charCodeAt(after))) after++;
  return { mark, markStart: bracket + 1, optional, textStart: after, contentOffset: bracket - start };
}

/** Where the content of a list item begins whose mark stands at `start`; -1 when there is no list mark. */
export function listContent(text: string, start: number, end: number): number {
  let position = start;
  const first = text.charCodeAt(position);
  if (first === 45 || first === 42 || first === 43) position++;
  else {
    while (position < end && position - start < 9 && isDigit(text.charCodeAt(position))) position++;
    if (position === start) return -1;
    const close = text.charCodeAt(position);
    if (position >= end || (close !== 46 && close !== 41)) return -1;
    position++;
  }
  if (position >= end || !isBlank(text.charCodeAt(position))) return -1;
  while (position < end && isBlank(text.charCodeAt(position))) position++;
  return position;
}

function readMark(text: string, start: number, end: number): string | undefined {
  if (start + 1 >= end) return undefined;
  const first = text.charCodeAt(start);
  if (first === 93) return undefined;
  if (text.charCodeAt(start + 1) === 93) return isSurrogate(first) ? undefined : text.charAt(start);
  if (first < 128 && text.charCodeAt(start + 1) < 0x300) return undefined;
  const close = text.slice(start, Math.min(end, start + longestGrapheme)).indexOf(']');
  if (close <= 0) return undefined;
  const mark = text.slice(start, start + close);
  const [grapheme] = graphemes.segment(mark);
  return grapheme?.segment === mark && !/\p{Cs}/u.test(mark) ? mark : undefined;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Families of emoji come to about 25 code units; whatever is longer is no mark. */
const longestGrapheme = 40;

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isSurrogate(code: number): boolean {
  return (code & 0xf800) === 0xd800;
}
