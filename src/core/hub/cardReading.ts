import { purposesOfCard, type PurposeQuote } from './cardPurpose';

/** What a card says in its own words. All of it comes from a stranger and is only ever shown as text. */
export interface CardReading {
  /** Its first whole sentence. */
  readonly does?: string;
  readonly purposes: readonly PurposeQuote[];
  readonly triggers: readonly string[];
  /** Example prompts, as quoted in the text and in the widget of the front matter. */
  readonly prompts: readonly string[];
  /** Addresses of its pictures as written: relative to the repository, or absolute. */
  readonly pictures: readonly string[];
  /** Why one picture is not enough: "a light map as the second picture". */
  readonly secondInput?: string;
}

/** @param markdown README.md as it lies on the Hub, front matter included */
export function readCardText(markdown: string): CardReading {
  const { front, body, bodyLine } = splitCard(markdown);
  const lines = body.split(/\r?\n/);
  const text = lines.filter((line) => !/^\s*(?:```|\||#|<|!\[)/.test(line));
  const does = text.map(plain).find((line) => line.length >= 12 && /\s/.test(line));
  const second = lines.map((line) => secondInput.exec(line)?.[0]).find((found) => found !== undefined);
  return {
    ...(does ? { does: firstSentence(does) } : {}),
    purposes: purposesOfCard(lines, bodyLine),
    triggers: distinct([...frontValues(front, 'instance_prompt'), ...triggersOf(lines)]).filter((trigger) => trigger.length <= 80).slice(0, 10),
    prompts: distinct([...widgetPrompts(front), ...promptsOf(body)]).slice(0, 20),
    pictures: distinct(picturesOf(`${front}\n${body}`)).slice(0, 40),
    ...(second ? { secondInput: plain(second) } : {}),
  };
}

/** The front matter is YAML between `---` lines; `bodyLine` is the 1-based line on which the text begins. */
export function splitCard(markdown: string): { readonly front: string; readonly body: string; readonly bodyLine: number } {
  const found = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(markdown);
  if (!found) return { front: '', body: markdown, bodyLine: 1 };
  return { front: found[1] ?? '', body: markdown.slice(found[0].length), bodyLine: found[0].split('\n').length };
}

const secondInput = /\b(?:(?:a |the )?(?:light|depth|pose|brightness|luminance) map\b|second (?:image|picture|input)|two (?:input )?(?:images|pictures)|(?:image|picture|figure) 2\b)[^.\n]{0,60}/i;

function triggersOf(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const [, said = ''] = /\btrigger(?:ed)?(?:[- ](?:words?|phrases?|prompts?))?(?:\s+(?:is|are|by|with))?\s*[:：]?\s*(.+)/i.exec(line) ?? [];
    const quoted = [...said.matchAll(quotes)].map((match) => plain(match.slice(1).find((part) => part !== undefined) ?? ''));
    if (quoted.length > 0) return quoted;
    const bare = /\btrigger[- ]words?\s*[:：]\s*\**\s*([\w-]{2,40})\s*$/i.exec(line)?.[1];
    return bare && !/^(?:none|no|not|required)$/i.test(bare) ? [bare] : [];
  }).filter(Boolean);
}

/** `code`, "quotes", “quotes”, 「quotes」. */
const quotes = /`([^`\n]{2,300})`|"([^"\n]{2,300})"|“([^”\n]{2,300})”|「([^」\n]{2,300})」/g;

/** In quotes behind a word that announces a prompt, or on a line of its own behind such a word. */
function promptsOf(body: string): readonly string[] {
  const found: string[] = [];
  for (const line of body.split(/\r?\n/)) {
    const announced = /\b(?:prompts?|instructions?|examples?|try)\b[^"“「`]{0,40}?[:：=]?\s*(?=["“「`]|.)/i.exec(line);
    if (!announced) continue;
    const rest = line.slice(announced.index);
    const quoted = [...rest.matchAll(quotes)].map((match) => match.slice(1).find((part) => part !== undefined) ?? '');
    const bare = quoted.length === 0 ? /\bprompts?\**\s*[:：]\s*\**\s*(.{8,300})$/i.exec(line)?.[1] : undefined;
    found.push(...quoted, ...(bare ? [bare] : []));
  }
  return found.map(plain).filter(isPrompt);
}

/** Words that a person would write to an editor; not a file name, a flag or a line of code. */
function isPrompt(text: string): boolean {
  return text.length >= 8 && (/\s/.test(text) || /[\u3040-\u9fff]/.test(text)) && !/[={}<>\\]|^--|\.(?:safetensors|py|json|png|jpe?g)\b|https?:|\w\(/.test(text);
}

/** `- text: …` of `widget:` in the front matter; the few shapes of YAML that the Hub's own editor writes. */
function widgetPrompts(front: string): readonly string[] {
  const widget = /^widget:\s*\r?\n((?:[ \t-].*(?:\r?\n|$))*)/m.exec(front)?.[1] ?? '';
  return [...widget.matchAll(/^[ \t-]*text:[ \t]*(?:>-?|\|-?)?[ \t]*(\r?\n)?[ \t]*(.+)$/gm)].map(([, , text = '']) => plain(unquoted(text))).filter((text) => text.length >= 2 && text !== '-');
}

function frontValues(front: string, key: string): readonly string[] {
  const value = new RegExp(`^${key}:[ \\t]*(.+)$`, 'm').exec(front)?.[1];
  const text = value === undefined ? '' : plain(unquoted(value));
  return text === '' || text === 'null' ? [] : [text];
}

function picturesOf(text: string): readonly string[] {
  const inMarkdown = [...text.matchAll(/!\[[^\]]*\]\(\s*<?([^)\s>]+)/g)].map(([, address = '']) => address);
  const inHtml = [...text.matchAll(/<img\b[^>]*?\bsrc\s*=\s*["']?([^"'\s>]+)/gi)].map(([, address = '']) => address);
  const inWidget = [...text.matchAll(/^[ \t]+url:[ \t]*(\S+)/gm)].map(([, address = '']) => unquoted(address));
  return [...inMarkdown, ...inHtml, ...inWidget].filter((address) => /\.(?:png|jpe?g|webp|gif|avif)(?:[?#]|$)/i.test(address) || /^https:/i.test(address));
}

function plain(text: string): string {
  return text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]*>/g, '').replace(/[\u0000-\u001f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, ' ').replace(/^[\s>*+-]+|[*`]{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)/g, '').replace(/\s+/g, ' ').trim();
}

function firstSentence(text: string): string {
  const sentence = /^.{12,}?[.!?。](?=\s|$)/.exec(text)?.[0] ?? text;
  return sentence.length > 140 ? `${sentence.slice(0, 139)}…` : sentence;
}

function unquoted(text: string): string {
  return text.trim().replace(/^(['"])(.*)\1$/, '$2');
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
