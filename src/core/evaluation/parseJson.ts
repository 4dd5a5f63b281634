import type { Result } from '../outcome';

/** Parsed JSON, or what is wrong with line and column: `unexpected "}" in line 3, column 5`. */
export function parseJson(text: string): Result<unknown, string> {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    return { ok: true, value: JSON.parse(source) as unknown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/end of JSON input/.test(message)) return { ok: false, failure: source.trim() === '' ? 'it is empty' : 'it ends too early' };
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? Number.NaN);
    const what = message.replace(/ in JSON at position .*$| at position .*$/, '').replace(/, ?"[\s\S]*" is not valid JSON$/, '');
    return { ok: false, failure: Number.isNaN(position) ? what : `${what} in ${place(source, position)}` };
  }
}

function place(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
