import MarkdownIt from 'markdown-it';
import type { StateBlock } from 'markdown-it';
import { codeRule, deepRule, headingRule, markdownFound, paragraphRule, type MarkdownFound } from './blockRules';
import { fenceRule } from './fenceRule';
import { hiddenRule } from './hiddenRule';

/** A Markdown text as lines, with what its block structure says about them. */
export interface Blocks {
  /** The text with `\n` line ends; columns within a line are those of the file. */
  readonly source: string;
  readonly lineCount: number;
  /** Offset of each line's first character, and of its end without the line end. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Blanks before each line's first visible character, in characters and in columns (tabs reach to the next fourth). */
  readonly shifts: readonly number[];
  readonly columns: readonly number[];
  /** Headings at the root (none from within lists), in file order. */
  readonly headings: readonly Heading[];
  /** Lines that hold no steps, fields or notes, in file order, never overlapping. */
  readonly closed: readonly ClosedBlock[];
}

export interface Heading {
  readonly line: number;
  /** First line after it: the next one, or the one after its underline. */
  readonly endLine: number;
  /** 1-6. */
  readonly level: number;
  readonly text: string;
}

export interface ClosedBlock {
  readonly kind: 'fence' | 'comment' | 'raw' | 'code' | 'front matter';
  readonly line: number;
  /** First line after it, its closing line included. */
  readonly endLine: number;
  /** False when the end that it should have is missing. */
  readonly ended: boolean;
  /** Of a fence: what stands behind the opening marks. */
  readonly info: string;
  /** Of a fence: columns before the opening marks. */
  readonly indent: number;
}

/** markdown-it's block pass, narrowed to what plans need; without inline parsing, in time linear in the text. */
export function readBlocks(text: string): Blocks {
  const source = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  const found = markdownFound();
  const state = new markdown.block.State(source, markdown, { ...found }, []);
  state.push = withoutToken(state);
  const first = skipFrontMatter(state, found);
  markdown.block.tokenize(state, first, state.lineMax);
  return {
    source,
    lineCount: state.lineMax,
    starts: state.bMarks,
    ends: state.eMarks,
    shifts: state.tShift,
    columns: state.sCount,
    headings: found.headings,
    closed: found.closed,
  };
}

const markdown = planMarkdown();

/**
 * Tables, quotes, link references and HTML other than comments are left out: no step can hide in them, and what their
 * lines say is read from the lines.
 */
function planMarkdown() {
  const parser = new MarkdownIt();
  const { ruler } = parser.block;
  ruler.enableOnly(['code', 'fence', 'hr', 'list', 'html_block', 'heading', 'paragraph']);
  const interrupts = { alt: ['paragraph', 'list'] };
  ruler.at('code', codeRule);
  ruler.at('fence', fenceRule, interrupts);
  ruler.at('html_block', hiddenRule, { alt: ['paragraph'] });
  ruler.at('heading', headingRule, { alt: ['paragraph'] });
  ruler.at('paragraph', paragraphRule);
  ruler.before('code', 'deep', deepRule);
  return parser;
}

/** The rules collect what they find themselves; tokens that nobody reads would only cost time and memory. */
function withoutToken(state: StateBlock): StateBlock['push'] {
  const token = new state.Token('', '', 0);
  return (_type, _tag, nesting) => {
    state.level += nesting;
    return token;
  };
}

/** YAML between two `---` at the very beginning is no heading and no rule. */
function skipFrontMatter(state: StateBlock, found: MarkdownFound): number {
  if (state.lineMax < 2 || !isFrontMatterFence(state, 0)) return 0;
  const last = Math.min(state.lineMax, 200);
  for (let line = 1; line < last; line++) {
    if (state.src.charCodeAt(state.bMarks[line] ?? 0) === 35) return 0;
    if (!isFrontMatterFence(state, line)) continue;
    found.closed.push({ kind: 'front matter', line: 0, endLine: line + 1, ended: true, info: '', indent: 0 });
    return line + 1;
  }
  return 0;
}

function isFrontMatterFence(state: StateBlock, line: number): boolean {
  const start = state.bMarks[line] ?? 0;
  return (state.eMarks[line] ?? 0) - start < 20 && state.src.slice(start, state.eMarks[line]).trimEnd() === '---';
}
