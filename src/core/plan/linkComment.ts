import type { LinkOverride } from './plan';

interface LinkCommentAt extends Omit<LinkOverride, 'range'> {
  /** Offsets within the text that was searched, from `<!--` to behind `-->`. */
  readonly start: number;
  readonly end: number;
}

/** The `<!-- evalmark: ACTION key=value … -->` at the end of a step's line. */
export function readLinkComment(text: string): LinkCommentAt | undefined {
  if (!text.endsWith('-->')) return undefined;
  const start = text.lastIndexOf('<!--');
  if (start < 0) return undefined;
  if (text.length - start > longestComment) return undefined;
  const content = /^<!--\s*evalmark:\s*([^\s"=]+)\s*(.*?)\s*-->$/s.exec(text.slice(start));
  const action = content?.[1];
  if (action === undefined) return undefined;
  const args: Record<string, string> = {};
  for (const [, key, quoted, plain] of (content?.[2] ?? '').matchAll(/([\w.-]+)=(?:("(?:[^"\\]|\\.)*")|(\S*))/g)) {
    if (key !== undefined && key !== '__proto__') args[key] = quoted === undefined ? (plain ?? '') : unquote(quoted);
  }
  return { action, arguments: args, start, end: text.length };
}

/** The comment that makes a link permanent; values with blanks, quotes or anything that could end a comment are quoted. */
export function linkCommentText(action: string, args: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(args).map(([key, value]) => `${key}=${/^[^\s"<>\\]+$/.test(value) && !value.includes('--') ? value : quote(value)}`);
  return `<!-- evalmark: ${[action, ...pairs].join(' ')} -->`;
}

function quote(value: string): string {
  return JSON.stringify(value).replace(/[<>]|-(?=-)/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function unquote(value: string): string {
  try {
    return String(JSON.parse(value));
  } catch {
    return value.slice(1, -1);
  }
}

const longestComment = 4000;
