import type { PlanDiagnostic } from './plan';

export interface DecodedPlan {
  /** Without a byte order mark, as an editor shows it. Empty for what is no text. */
  readonly text: string;
  readonly diagnostic: PlanDiagnostic | undefined;
  /** Whether the bytes are text that Evalmark may edit. */
  readonly isText: boolean;
}

/** The text of a plan's bytes. Invalid UTF-8 is shown with replacement characters; what is no text comes back empty. */
export function decodePlan(source: Uint8Array | string): DecodedPlan {
  if (typeof source === 'string') {
    if (source.includes('\0')) return notText('binary', 'This file holds NUL characters and is no text.', 'Open the plan itself.');
    return { text: source.startsWith('\uFEFF') ? source.slice(1) : source, diagnostic: undefined, isText: true };
  }
  if (isUtf16(source)) return notText('utf-16', 'This file is encoded in UTF-16.', 'Save it as UTF-8.');
  if (source.includes(0)) return notText('binary', 'This file holds NUL bytes and is no text.', 'Open the plan itself.');
  try {
    return { text: strict.decode(source), diagnostic: undefined, isText: true };
  } catch {
    return {
      text: lenient.decode(source),
      diagnostic: diagnostic('warning', 'not-utf8', 'Some bytes of this file are no UTF-8; they are kept as they are. Save the file as UTF-8 to see them right.'),
      isText: true,
    };
  }
}

/** Whether bytes begin with the mark that UTF-8 files may begin with. */
export function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

const strict = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder('utf-8');

/** By byte order mark, or by every other byte of the beginning being zero. */
function isUtf16(bytes: Uint8Array): boolean {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return true;
  const length = Math.min(bytes.length & ~1, 64);
  if (length < 4) return false;
  const zeros = [0, 0];
  for (let index = 0; index < length; index++) if (bytes[index] === 0) zeros[index & 1] = (zeros[index & 1] ?? 0) + 1;
  return zeros.some((count, side) => count >= length / 2 - 2 && zeros[1 - side] === 0);
}

function notText(code: string, message: string, advice: string): DecodedPlan {
  return { text: '', diagnostic: diagnostic('error', code, `${message} ${advice}`), isText: false };
}

function diagnostic(severity: PlanDiagnostic['severity'], code: string, message: string): PlanDiagnostic {
  return { severity, code, message, range: { line: 0, start: 0, end: 0 } };
}
