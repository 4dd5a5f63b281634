import type { Blocks, ClosedBlock } from './blocks';
import { listContent, readBox, type Box } from './box';
import { Collector } from './collector';
import { isTaskField, readField } from './fields';
import { readHeadings, type PlanHeading } from './headings';
import { readLegend } from './legend';
import { readShellBlock } from './shellBlocks';

export interface PlanLines {
  readonly title: string | undefined;
  readonly collected: Collector;
  /** Fences that hold a graph of dependencies. */
  readonly graphs: readonly ClosedBlock[];
}

/** Reads every line once, in order. */
export function readLines(blocks: Blocks): PlanLines {
  const headings = readHeadings(blocks.headings);
  const title = headings.find(({ kind }) => kind === 'title')?.title ?? headings.find(({ level }) => level === 1)?.text;
  const reader = new LineReader(blocks, headings, new Collector(blocks, title));
  reader.readAll();
  return { title, collected: reader.collected, graphs: reader.graphs };
}

class LineReader {
  readonly graphs: ClosedBlock[] = [];

  constructor(
    private readonly blocks: Blocks,
    private readonly headings: readonly PlanHeading[],
    readonly collected: Collector,
  ) {}

  readAll(): void {
    const { starts, ends, shifts, lineCount, closed } = this.blocks;
    let nextClosed = 0;
    let nextHeading = 0;
    let line = 0;
    while (line < lineCount) {
      const block = closed[nextClosed];
      const heading = this.headings[nextHeading];
      if (block?.line === line) {
        nextClosed++;
        this.readClosed(block);
        line = block.endLine;
      } else if (heading?.line === line) {
        nextHeading++;
        this.collected.addHeading(heading);
        line = heading.endLine;
      } else {
        const start = (starts[line] ?? 0) + (shifts[line] ?? 0);
        const end = ends[line] ?? 0;
        line = start < end ? this.readText(line, start, end) : line + 1;
      }
    }
    this.collected.outline.close(lineCount);
  }

  private readClosed(block: ClosedBlock): void {
    const { collected } = this;
    collected.closeBoxes(this.blocks.columns[block.line] ?? 0);
    collected.reports.closedBlock(block);
    if (block.kind === 'fence') {
      const inGraph = /dependency graph/i.test(collected.outline.headingText);
      if (inGraph && /^(?:json\w*)?$/i.test(block.info)) this.graphs.push(block);
      const introduction = collected.above.endsWith(':') ? collected.above : undefined;
      const commands = readShellBlock(this.blocks, block, introduction);
      if (commands) collected.addBlock(commands);
    }
    collected.above = '';
    collected.reach(block.endLine);
  }

  /** Reads a line with words and says which line is next. */
  private readText(line: number, start: number, end: number): number {
    const { source, columns } = this.blocks;
    const { collected } = this;
    collected.closeBoxes(columns[line] ?? 0);
    const first = source.charCodeAt(start);
    const field = first === asterisk ? readField(source, start, end) : undefined;
    if (field && collected.takesField(field.name)) collected.addField(field, line);
    else if (mayBeginItem(first)) {
      const content = listContent(source, start, end);
      if ((content < 0 || source.charCodeAt(content) === first) && isRule(source, start, end)) return line + 1;
      const next = content < 0 ? undefined : this.readItem(line, start, end, content);
      if (next !== undefined) return next;
      if (content < 0) collected.addNote(line, start, end);
    } else collected.addNote(line, start, end);
    collected.reach(line + 1);
    return line + 1;
  }

  /** Reads a list item; the next line only where more than this one was read. */
  private readItem(line: number, start: number, end: number, content: number): number | undefined {
    const { source } = this.blocks;
    const { collected } = this;
    const first = source.charCodeAt(content);
    const box = first === bracket ? readBox(source, start, end) : undefined;
    if (box || (first === backtick && source.charCodeAt(content + 1) === bracket)) {
      const next = this.readLegendAt(line, box, end);
      if (next !== undefined) return next;
    }
    if (box) {
      collected.addStep(box, line, end);
      return undefined;
    }
    if (first === bracket && source.startsWith('[] ', content)) collected.reports.emptyBox(line);
    const field = first === asterisk ? readField(source, content, end) : undefined;
    if (field && isTaskField(field.name) && collected.takesField(field.name)) collected.addField(field, line);
    else collected.addNote(line, content, end);
    return undefined;
  }

  /** Passes over the legend that begins here, if one does. */
  private readLegendAt(line: number, box: Box | undefined, end: number): number | undefined {
    const { collected } = this;
    if (collected.openBox || (box && end - box.textStart > 60)) return undefined;
    const found = readLegend(this.blocks, line, `${collected.above}\n${collected.outline.headingText}`);
    if (!found) return undefined;
    collected.legend ??= found;
    collected.above = '';
    return found.legend.endLine;
  }
}

const asterisk = 42;
const bracket = 91;
const backtick = 96;

/** List marks and digits; `_` for rules. */
function mayBeginItem(code: number): boolean {
  return code === 45 || code === asterisk || code === 43 || code === 95 || (code >= 48 && code <= 57);
}

/** `---`, `* * *`, `___`. */
function isRule(text: string, start: number, end: number): boolean {
  const mark = text.charCodeAt(start);
  if (mark !== 45 && mark !== asterisk && mark !== 95) return false;
  let count = 0;
  for (let position = start; position < end; position++) {
    const code = text.charCodeAt(position);
    if (code === mark) count++;
    else if (code !== 32 && code !== 9) return false;
  }
  return count >= 3;
}
