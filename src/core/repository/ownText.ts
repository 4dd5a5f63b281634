import { findSections, type Section } from '../report/sectionText';
import { alignKeys } from '../report/alignKeys';

/** Which part of a changed text is Evalmark's. */
export type OwnText =
  /** Every change is. */
  | { readonly kind: 'whole' }
  /** None is. */
  | { readonly kind: 'none' }
  /** The old text with Evalmark's changes and no others. */
  | { readonly kind: 'part'; readonly text: string }
  /** A person's changes and Evalmark's cannot be told apart. */
  | { readonly kind: 'mixed' };

/**
 * Tells Evalmark's changes from a person's by where they stand: managed sections that nobody edited by hand, with the
 * headings made for them, and in a plan the marks, Status and Progress lines, and remarks behind steps.
 * @param before `undefined` for a file that is new
 */
export function ownText(before: string | undefined, now: string, plan: boolean): OwnText {
  if (before === now) return { kind: 'none' };
  const [old, next] = [linesOf(before ?? '', plan), linesOf(now, plan)];
  if (!old || !next) return { kind: 'mixed' };
  const text = merged(old, next, plan);
  if (text === undefined) return { kind: 'mixed' };
  if (text === now) return { kind: 'whole' };
  // A new file with words of a person cannot be committed in part: what of it is left would make no sense alone.
  if (before === undefined) return { kind: 'mixed' };
  if (text === before) return { kind: 'none' };
  return isSettled(text, now, plan) ? { kind: 'part', text } : { kind: 'mixed' };
}

interface TextLine {
  readonly text: string;
  readonly lineEnd: string;
  /** What it is compared by: equal for lines that only Evalmark changes. */
  readonly key: string;
  /** The section that it belongs to. */
  readonly section: Section | undefined;
}

/** `undefined` when the sections are damaged, so that nobody knows whose lines are whose. */
function linesOf(text: string, plan: boolean): readonly TextLine[] | undefined {
  const found = findSections(text);
  if (!found.ok) return undefined;
  const lines: TextLine[] = [];
  let start = 0;
  for (const match of text.matchAll(/\r\n?|\n|$/g)) {
    if (match.index === text.length && start === text.length && match[0] === '') break;
    const content = text.slice(start, match.index);
    const section = found.value.find((candidate) => start >= candidate.start && start < candidate.end);
    lines.push({ text: content, lineEnd: match[0], key: section ? keyInSection(content, section) : plan ? keyInPlan(content) : content, section });
    start = match.index + match[0].length;
    if (match[0] === '') break;
  }
  return lines;
}

/** Notes that the runner keeps in a plan have no hash. */
function isOurs({ hash, edited }: Section, plan: boolean): boolean {
  return !edited || (plan && hash === undefined);
}

function keyInSection(text: string, { name }: Section): string {
  return `§${name} ${/^\s*<!-- evalmark:begin /.test(text) ? 'begin' : text}`;
}

const box = /^(\s*(?:>\s*)*(?:[-*+]|\d+[.)])\s+)\[[^[\]]{1,8}\](?=\*?(?:\s|$))/;
const ownField = /^(\s*(?:[-*+]\s+)?)\*\*(Status|[^*]*\bProgress)(?::\*\*|\*\*:)/i;

/** Steps without their mark, and fields that Evalmark writes without their value. */
function keyInPlan(text: string): string {
  const field = ownField.exec(text);
  if (field) return `field ${field[2] ?? ''}`;
  return text.replace(box, '$1[ ]').trimEnd();
}

function merged(old: readonly TextLine[], next: readonly TextLine[], plan: boolean): string | undefined {
  const pairs = alignKeys(old.map(({ key }) => key), next.map(({ key }) => key));
  if (!pairs) return undefined;
  const written = new Set(next.flatMap(({ section }) => (section && isOurs(section, plan) ? [section.name] : [])));
  const known = new Set(old.flatMap(({ section }) => section?.name ?? []));
  const out: TextLine[] = [];
  let [row, column] = [0, 0];
  for (const [oldEnd, nextEnd] of [...pairs, [old.length, next.length] as const]) {
    const removed = old.slice(row, oldEnd);
    const added = next.slice(column, nextEnd);
    const remarks = plan ? remarked(removed, added) : new Map<TextLine, TextLine>();
    out.push(...removed.flatMap((line) => (line.section && written.has(line.section.name) ? [] : [remarks.get(line) ?? line])));
    out.push(...added.filter((line, index) => isOwnAddition(line, index, added, { plan, known })));
    const [kept, current] = [old[oldEnd], next[nextEnd]];
    if (kept && current) out.push(currentLine(kept, current, plan));
    [row, column] = [oldEnd + 1, nextEnd + 1];
  }
  return textOf(out);
}

/** Aligned lines differ only in what Evalmark writes, or in their line end; the last line of a text has none. */
function currentLine(kept: TextLine, current: TextLine, plan: boolean): TextLine {
  const own = current.section ? isOurs(current.section, plan) : plan && current.text !== kept.text;
  return own ? current : kept.lineEnd === '' ? { ...kept, lineEnd: current.lineEnd } : kept;
}

function isOwnAddition(line: TextLine, index: number, added: readonly TextLine[], { plan, known }: { readonly plan: boolean; readonly known: ReadonlySet<string> }): boolean {
  if (line.section) return isOurs(line.section, plan);
  if (plan && ownField.test(line.text)) return true;
  const isNew = ({ section }: TextLine): boolean => section !== undefined && isOurs(section, plan) && !known.has(section.name);
  const behind = added.slice(index + 1).find(({ text }) => text.trim() !== '');
  if (/^#{1,6}\s/.test(line.text)) return behind !== undefined && (isNew(behind) || (/^#{1,6}\s/.test(behind.text) && isOwnAddition(behind, added.indexOf(behind), added, { plan, known })));
  if (line.text.trim() !== '') return false;
  const ahead = added.slice(0, index).findLast(({ text }) => text.trim() !== '');
  return [ahead, behind].some((near) => near !== undefined && (isNew(near) || (plan && ownField.test(near.text)) || (near === behind && isOwnAddition(near, added.indexOf(near), added, { plan, known }))));
}

/** `- [ ] owner/name` that became `- [✓] owner/name - VALIDATED (reason)`. */
function remarked(removed: readonly TextLine[], added: readonly TextLine[]): ReadonlyMap<TextLine, TextLine> {
  const pairs = new Map<TextLine, TextLine>();
  for (const line of removed) {
    if (!box.test(line.text)) continue;
    const now = added.find(({ key }) => key.startsWith(`${line.key} - `));
    if (now) pairs.set(line, now);
  }
  return pairs;
}

/** Lines that got a successor need a line end; the last one keeps its own. */
function textOf(lines: readonly TextLine[]): string {
  const usual = lines.find(({ lineEnd }) => lineEnd !== '')?.lineEnd ?? '\n';
  return lines.map(({ text, lineEnd }, index) => text + (lineEnd === '' && index < lines.length - 1 ? usual : lineEnd)).join('');
}

/** The last word: in what would be committed nothing of Evalmark's is missing, and its sections are whole. */
function isSettled(text: string, now: string, plan: boolean): boolean {
  const [candidate, current] = [findSections(text), findSections(now)];
  if (!candidate.ok || !current.ok) return false;
  const whole = current.value.every((section) => !isOurs(section, plan) || candidate.value.some(({ name, body }) => name === section.name && body === section.body));
  const [old, next] = [linesOf(text, plan), linesOf(now, plan)];
  return whole && old !== undefined && next !== undefined && merged(old, next, plan) === text;
}
