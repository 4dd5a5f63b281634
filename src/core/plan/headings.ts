import type { Heading } from './blocks';

/** What a heading is for a plan. */
export interface PlanHeading {
  readonly line: number;
  readonly endLine: number;
  readonly level: number;
  readonly kind: 'title' | 'phase' | 'task' | 'other';
  /** `1`, `2.4`; undefined where the heading has none. */
  readonly number: string | undefined;
  /** The words without "Phase 1:", "Task 2.4:", "1." */
  readonly title: string;
  readonly text: string;
}

/** The first heading is the title when it is of level 1 and nothing else. */
export function readHeadings(headings: readonly Heading[]): readonly PlanHeading[] {
  const onlyOne = headings.filter(({ level }) => level === 1).length === 1;
  return headings.map((heading, index) => {
    const read = readHeading(heading);
    const isTitle = index === 0 && heading.level === 1 && read.kind === 'other' && (onlyOne || read.number === undefined);
    return isTitle ? { ...read, kind: 'title', title: heading.text } : read;
  });
}

function readHeading({ line, endLine, level, text }: Heading): PlanHeading {
  const plain = text.slice(0, 1000).replace(/^[^\p{L}\p{N}]+/u, '').replace(/^([^*]*)\*\*/, '$1');
  const task = /^task\s+([A-Z]{0,5}-?\d+(?:\.\d+)*[a-z]?)(?![\w.])\s*(?:[:.)\u2013\u2014-]+\s*)?(.*)$/i.exec(plain);
  if (task) return heading('task', task[1], task[2]);
  const phase = /^phase\s+(\d+(?:\.\d+)*[a-z]?)(?![\w.])\s*(?:[:.\u2013\u2014-]+\s*)?(.*)$/i.exec(plain) ?? /^phase\s+([A-Z]{1,4})\s*[:.\u2013\u2014-]+\s*(.*)$/i.exec(plain);
  if (phase && !aboutPhase.test(phase[2] ?? '')) return heading('phase', phase[1], phase[2]);
  const numbered = /^(\d+(?:\.\d+)*)(?:[.):]\s*|\s+)(\S.*)$/.exec(plain);
  if (numbered) return heading('other', numbered[1], numbered[2]);
  return heading('other', undefined, plain);

  function heading(kind: PlanHeading['kind'], number: string | undefined, title: string | undefined): PlanHeading {
    return { line, endLine, level, kind, number, title: title?.trim() || text, text };
  }
}

/** "Phase 1 Progress" speaks of a phase and does not begin one. */
const aboutPhase = /^(?:progress|status|summary|dependencies|results|notes)$/i;
