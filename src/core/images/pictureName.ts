import path from 'node:path';
import { fail, ok, type Result } from '../outcome';

/** `test_01.jpg` as a rule for names: what stays, and where the number goes. */
export interface NamePattern {
  readonly prefix: string;
  readonly digits: number;
  readonly suffix: string;
  /** Lower case, with the dot. */
  readonly extension: '.jpg' | '.jpeg' | '.png' | '.webp';
}

/** The last number in the name is the one that counts up. */
export function parseNamePattern(text: string): Result<NamePattern> {
  const extension = path.extname(text).toLowerCase();
  const found = /^(.*?)(\d+)(\D*)$/.exec(path.basename(text, path.extname(text)));
  if (found && isWritable(extension) && path.basename(text) === text && !text.startsWith('.')) {
    return ok({ prefix: found[1] ?? '', digits: (found[2] ?? '').length, suffix: found[3] ?? '', extension });
  }
  return fail({
    code: 'picture-pattern',
    message: `"${text}" is no pattern for picture names.`,
    advice: 'Write one with a number and the ending .jpg, .png or .webp, such as test_01.jpg.',
    short: 'name pattern',
  });
}

/** The name of the picture with this number, counted from 1. */
export function nameOf({ prefix, digits, suffix, extension }: NamePattern, number: number): string {
  return `${prefix}${String(number).padStart(digits, '0')}${suffix}${extension}`;
}

/** Its number when a name follows the pattern. */
export function numberOf(pattern: NamePattern, name: string): number | undefined {
  const { prefix, suffix, extension } = pattern;
  if (!name.startsWith(prefix) || !name.endsWith(suffix + extension)) return undefined;
  const digits = name.slice(prefix.length, name.length - suffix.length - extension.length);
  return /^\d+$/.test(digits) && nameOf(pattern, Number(digits)) === name ? Number(digits) : undefined;
}

function isWritable(extension: string): extension is NamePattern['extension'] {
  return ['.jpg', '.jpeg', '.png', '.webp'].includes(extension);
}
