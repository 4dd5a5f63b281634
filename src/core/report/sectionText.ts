import { createHash } from 'node:crypto';
import MarkdownIt from 'markdown-it';
import { fail, ok, type Failure, type Result } from '../outcome';

/** A managed section as it stands in a document. Offsets are UTF-16 code units of the document's text. */
export interface Section {
  readonly name: string;
  /** Of the text that was last written; undefined when a person wrote the markers. */
  readonly hash: string | undefined;
  /** Hash of a hand edit that a person chose to keep. */
  readonly kept: string | undefined;
  /** 0-based line of the begin marker. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** What stands between the markers, with `\n` line ends and without blank lines around it. */
  readonly body: string;
  /** True when what stands there is not what was last written. */
  readonly edited: boolean;
}

export interface SectionRequest {
  readonly name: string;
  readonly markdown: string;
  /** Heading under which the section is created; made at the end of the document when it is not there. */
  readonly heading?: string | undefined;
  /** Name of a section behind which this one is created, when that one is there. */
  readonly after?: string | undefined;
  /** Names in the order in which sections stand, whichever is written first; `option-*` stands for all that begin so. */
  readonly order?: readonly string[] | undefined;
  /** First heading of a document that is still empty. */
  readonly title?: string | undefined;
}

/** Every managed section of a document; a failure names the line when markers are damaged or doubled. */
export function findSections(text: string): Result<readonly Section[]> {
  const lines = readLines(text);
  const sections: Section[] = [];
  let open: Marker | undefined;
  for (const marker of markersOf(text, lines)) {
    if (marker.kind === 'damaged') return fail(damaged(marker, 'is damaged'));
    if (marker.kind === 'begin') {
      if (open) return fail(damaged(open, `has no end before line ${marker.line + 1}`));
      if (sections.some(({ name }) => name === marker.name)) return fail(damaged(marker, 'begins the same section a second time', 'section-doubled'));
      open = marker;
    } else {
      if (!open) return fail(damaged(marker, 'has no begin'));
      if (open.name !== marker.name) return fail(damaged(marker, `ends "${marker.name}" although "${open.name}" is open`));
      sections.push(sectionBetween(text, lines, open, marker));
      open = undefined;
    }
  }
  return open ? fail(damaged(open, 'has no end')) : ok(sections);
}

/**
 * The document with the section written: replaced where it stands, else under the heading of that name, else at the
 * end. Everything outside the markers keeps its bytes, line ends included.
 */
export function replaceSection(text: string, request: SectionRequest): Result<string> {
  const found = findSections(text);
  if (!found.ok) return found;
  const eol = lineEndOf(text);
  const body = bodyOf(request.markdown);
  const block = blockOf(request.name, body).replaceAll('\n', eol);
  const present = found.value.find(({ name }) => name === request.name);
  const next = present ? text.slice(0, present.start) + block + text.slice(present.end) : insertSection(text, block, eol, request, found.value);
  return verified(next, request.name, body);
}

/** The document with a note in the marker that the person keeps the section's hand edit; its text stays. */
export function keepSection(text: string, section: Section): string {
  const markerEnd = text.slice(section.start).search(/\r\n?|\n/) + section.start;
  return text.slice(0, section.start) + beginMarker(section.name, section.hash, hashOf(section.body)) + text.slice(markerEnd);
}

/** Hash of a section's text, the same for every line-end style. */
export function hashOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16);
}

/** What a section will hold for this markdown: `\n` line ends, no blank lines around, no markers of ours inside. */
export function bodyOf(markdown: string): string {
  return trimBlankLines(markdown.replace(/\r\n?/g, '\n')).replace(/<!--(\s*evalmark:(?:begin|end)\b)/gi, '&lt;!--$1');
}

interface Line {
  readonly start: number;
  /** Without the line end. */
  readonly end: number;
  readonly text: string;
}

interface Marker {
  readonly kind: 'begin' | 'end' | 'damaged';
  readonly name: string;
  readonly hash: string | undefined;
  readonly kept: string | undefined;
  readonly line: number;
}

const beginPattern = /^ {0,3}<!-- evalmark:begin ([\w.-]+)(?: hash=([0-9a-f]+))?(?: kept=([0-9a-f]+))? -->[ \t]*$/;
const endPattern = /^ {0,3}<!-- evalmark:end ([\w.-]+) -->[ \t]*$/;
const anyMarker = /<!--\s*evalmark:(?:begin|end)\b/i;

const markdown = new MarkdownIt('commonmark');
markdown.core.ruler.enableOnly(['normalize', 'block']);

function markersOf(text: string, lines: readonly Line[]): readonly Marker[] {
  if (!anyMarker.test(text)) return [];
  const code = codeLines(text);
  return lines.flatMap(({ text: line }, index) => (code.has(index) || !anyMarker.test(line) ? [] : (markerAt(line, index) ?? [])));
}

/** Markers that are quoted in running text (`<!-- evalmark:begin x -->` in backticks) are no markers. */
function markerAt(line: string, index: number): Marker | undefined {
  const begin = beginPattern.exec(line);
  if (begin) return { kind: 'begin', name: begin[1] ?? '', hash: begin[2], kept: begin[3], line: index };
  const end = endPattern.exec(line);
  if (end) return { kind: 'end', name: end[1] ?? '', hash: undefined, kept: undefined, line: index };
  if (!/^\s*<!--/.test(line)) return undefined;
  return { kind: 'damaged', name: '', hash: undefined, kept: undefined, line: index };
}

function codeLines(text: string): ReadonlySet<number> {
  const lines = new Set<number>();
  for (const { type, map } of blocksOf(text)) {
    if ((type !== 'fence' && type !== 'code_block') || !map) continue;
    for (let line = map[0]; line < map[1]; line++) lines.add(line);
  }
  return lines;
}

function blocksOf(text: string) {
  return markdown.parse(text.replace(/^\uFEFF/, ''), {});
}

function sectionBetween(text: string, lines: readonly Line[], begin: Marker, end: Marker): Section {
  const body = trimBlankLines(
    lines
      .slice(begin.line + 1, end.line)
      .map((line) => line.text)
      .join('\n'),
  );
  const edited = begin.hash === undefined ? body !== '' : hashOf(body) !== begin.hash;
  const { name, hash, kept, line } = begin;
  return { name, hash, kept, line, start: lines[begin.line]?.start ?? 0, end: lines[end.line]?.end ?? text.length, body, edited };
}

function insertSection(text: string, block: string, eol: string, request: SectionRequest, sections: readonly Section[]): string {
  const before = sections.find(({ name }) => name === request.after);
  const at = before?.end ?? (request.heading === undefined ? undefined : endOfHeading(text, request.heading, sections));
  if (at !== undefined) {
    const rest = text.slice(at);
    const after = rest === '' ? '' : /^(?:\r\n?|\n)[ \t]*(?:\r\n?|\n|$)/.test(rest) ? '' : eol;
    return text.slice(0, at) + eol + eol + block + after + rest;
  }
  const heading = request.heading === undefined ? '' : `## ${request.heading}${eol}${eol}`;
  const place = request.order && placeInOrder(text, request.name, request.order, sections);
  if (place !== undefined) return text.slice(0, place) + heading + block + eol + eol + text.slice(place);
  if (text.replace(/^\uFEFF/, '').trim() === '') {
    const title = request.title === undefined ? '' : `# ${request.title}${eol}${eol}`;
    return text + title + heading + block + eol;
  }
  const ended = /[\r\n]$/.test(text);
  const gap = /(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)$/.test(text) ? '' : ended ? eol : eol + eol;
  return text + gap + heading + block + (ended ? eol : '');
}

/** Offset behind the heading of this name that lies in no section of ours. */
function endOfHeading(text: string, heading: string, sections: readonly Section[]): number | undefined {
  const lines = readLines(text);
  const blocks = blocksOf(text);
  for (const [index, { type, map, level }] of blocks.entries()) {
    if (type !== 'heading_open' || level !== 0 || !map || headingKey(blocks[index + 1]?.content ?? '') !== headingKey(heading)) continue;
    const end = lines[map[1] - 1]?.end;
    if (end !== undefined && !sections.some((section) => end > section.start && end < section.end)) return end;
  }
  return undefined;
}

/**
 * Where a section belongs among those that are there: before the heading that follows its predecessor (what a person wrote
 * below that stays below it), else before its successor; `undefined` for the end of the document.
 */
function placeInOrder(text: string, name: string, order: readonly string[], sections: readonly Section[]): number | undefined {
  const keyOf = (of: string): string | undefined => {
    const rank = order.findIndex((entry) => entry === of || (entry.endsWith('*') && of.startsWith(entry.slice(0, -1))));
    return rank === -1 ? undefined : `${String(rank).padStart(4, '0')} ${of}`;
  };
  const own = keyOf(name);
  if (own === undefined) return undefined;
  const placed = sections.flatMap((section) => {
    const key = keyOf(section.name);
    return key === undefined ? [] : [{ section, key }];
  });
  const headings = headingStarts(text, sections);
  const before = placed.filter(({ key }) => key < own).sort((left, right) => left.section.end - right.section.end).at(-1);
  if (before) return headings.find((start) => start > before.section.end);
  const behind = placed.sort((left, right) => left.section.start - right.section.start)[0];
  return behind && headings.findLast((start) => start < behind.section.start && text.slice(start, behind.section.start).trim().split(/\r\n?|\n/).length === 1);
}

/** Offsets of headings of the first two levels that lie in no section of ours, the document's own title left out. */
function headingStarts(text: string, sections: readonly Section[]): readonly number[] {
  const lines = readLines(text);
  return blocksOf(text).flatMap(({ type, map, level, tag }) => {
    const start = map ? lines[map[0]]?.start : undefined;
    if (type !== 'heading_open' || level !== 0 || tag !== 'h2' || start === undefined) return [];
    return sections.some((section) => start > section.start && start < section.end) ? [] : [start];
  });
}

function headingKey(heading: string): string {
  return heading
    .replace(/[*_`]/g, '')
    .replace(/^\s*\d+(?:\.\d+)*[.)]?\s+/, '')
    .replace(/:?\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

/** The last word before anything is written: what a reader of the new text finds is what was to be written. */
function verified(text: string, name: string, body: string): Result<string> {
  const found = findSections(text);
  const section = found.ok ? found.value.find((candidate) => candidate.name === name) : undefined;
  if (section?.body === body && !section.edited) return ok(text);
  return fail({
    code: 'section-swallowed',
    message: `The section "${name}" cannot be written: a code block of the document, or of its own text, is never closed.`,
    advice: 'Close the code block (a line of ```), then run the step again.',
    short: 'open code block',
    ...(found.ok ? {} : { detail: found.failure.message }),
  });
}

function blockOf(name: string, body: string): string {
  const marker = beginMarker(name, hashOf(body), undefined);
  return body === '' ? `${marker}\n<!-- evalmark:end ${name} -->` : `${marker}\n\n${body}\n\n<!-- evalmark:end ${name} -->`;
}

function beginMarker(name: string, hash: string | undefined, kept: string | undefined): string {
  return `<!-- evalmark:begin ${name}${hash === undefined ? '' : ` hash=${hash}`}${kept === undefined ? '' : ` kept=${kept}`} -->`;
}

function damaged({ line, name }: Marker, what: string, code = 'section-damaged'): Failure {
  return {
    code,
    message: `Line ${line + 1}: the marker of the section${name ? ` "${name}"` : ''} ${what}.`,
    advice: 'Repair or remove the evalmark:begin and evalmark:end lines around it. Nothing was written.',
    short: `marker, line ${line + 1}`,
  };
}

function lineEndOf(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n';
}

function readLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (const match of text.matchAll(/\r\n?|\n/g)) {
    lines.push({ start, end: match.index, text: text.slice(start, match.index) });
    start = match.index + match[0].length;
  }
  lines.push({ start, end: text.length, text: text.slice(start) });
  return lines;
}

function trimBlankLines(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').replace(/(?:\n[ \t]*)+$/, '').replace(/^[ \t]+$/, '');
}
