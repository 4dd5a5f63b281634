/** What stands behind a box, or a heading's words, taken apart. */
export interface StepText {
  /** `2.4`, `T012`, `CHK001`; undefined when the text begins with words. */
  readonly number: string | undefined;
  /** `[P]`: may run beside others. */
  readonly parallel: boolean;
  /** The words without number, tags and the emphasis around the number. */
  readonly words: string;
}

/** `T012 [P] [US1] Create the model` → number `T012`, parallel, words "Create the model". */
export function readStepText(text: string): StepText {
  const first = text.charCodeAt(0);
  if (!mayBeginNumber(first)) return { number: undefined, parallel: false, words: text };
  const found = numberPattern.exec(text);
  const number = found ? (found[1] ?? found[2] ?? found[3]) : undefined;
  let rest = found ? text.slice(found[0].length) : text;
  if (found && /^(?:\*\*|__|`)/.test(text)) rest = rest.replace(/^(?:\*\*|__|`)\s*/, '');
  let parallel = false;
  for (let tag = tagPattern.exec(rest); tag; tag = tagPattern.exec(rest)) {
    if (tag[1] === 'P') parallel = true;
    rest = rest.slice(tag[0].length);
  }
  return { number, parallel, words: rest };
}

/** Whether a number has parts (`1.1`) or a prefix (`T012`), so that it names one thing in the whole plan. */
export function isFullNumber(number: string): boolean {
  return /[.A-Za-z]/.test(number);
}

/** The text up to a remark that was appended as ` - REMARK`: what a step goes by however often it is judged. */
export function withoutRemark(text: string): string {
  const remark = text.indexOf(' - ');
  return remark > 0 ? text.slice(0, remark) : text;
}

/**
 * `Task 2.4:`; `T012`, `CHK001`, `TASK-7`; `1.`, `1.1`, `1.1.`; each optionally within emphasis. A bare `5` is an
 * amount, and `T4` without a colon a graphics card.
 */
const numberPattern =
  /^(?:\*\*|__|`)?(?:Task\s+(\d+(?:\.\d+)*[a-z]?)\s*[:.)\u2013\u2014-]+|(T\d{2,6}|T\d(?=[:.)])|CHK\d{1,6}|TASK-?\d{1,6})(?![\w/-])[:.)]?|(\d{1,6}(?:\.\d{1,6}){1,8}|\d{1,6}(?=[.)](?:\s|$)))[.):]?(?=\s|$|\*|_|`))(?:\*\*|__|`)?[:.)]?\s*/;

const tagPattern = /^\[([A-Z][A-Za-z0-9]{0,5})\]\s+/;

/** Digits, `T`, `C`, emphasis, a bracket. */
function mayBeginNumber(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 84 || code === 67 || code === 42 || code === 95 || code === 96 || code === 91;
}
