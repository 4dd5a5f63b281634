import type { Blocks, ClosedBlock } from './blocks';
import { readBox } from './box';
import type { LineRange, PlanDiagnostic } from './plan';

/** What a person should know about a plan's lines, in the order in which it was found. */
export class Reports {
  readonly all: PlanDiagnostic[] = [];

  constructor(private readonly blocks: Blocks) {}

  add(severity: PlanDiagnostic['severity'], code: string, message: string, line: number): void {
    this.all.push({ severity, code, message, range: lineRange(this.blocks, line) });
  }

  duplicateNumber(number: string, line: number): void {
    this.add('warning', 'duplicate-id', `The number ${number} is used a second time. Give it another one, so that links and dependencies find the right one.`, line);
  }

  emptyBox(line: number): void {
    this.add('information', 'empty-box', '`[]` is no box. Write `[ ]`, with a blank, to make it a step.', line);
  }

  /** Fences and comments without an end, boxes in indented code. */
  closedBlock(block: ClosedBlock): void {
    if (block.kind === 'code') this.boxesInCode(block);
    if (block.ended) return;
    if (block.kind === 'fence') {
      this.add('warning', 'fence-never-closed', 'This code fence is never closed and is taken to end at the next heading. Close it with the same marks.', block.line);
    } else {
      this.add('warning', 'comment-never-closed', 'This comment is never closed and is taken to end at the next heading. Close it.', block.line);
    }
  }

  private boxesInCode({ line: first, endLine }: ClosedBlock): void {
    const { source, starts, shifts, ends } = this.blocks;
    for (let line = first; line < endLine; line++) {
      const start = (starts[line] ?? 0) + (shifts[line] ?? 0);
      const end = ends[line] ?? 0;
      if (start >= end || !readBox(source, start, end)) continue;
      this.add('information', 'box-in-code', 'This box is indented like code and is no step. Indent it by less than four blanks to make it one.', line);
      return;
    }
  }
}

/** A line from its first visible character to its end. */
function lineRange(blocks: Blocks, line: number): LineRange {
  return { line, start: blocks.shifts[line] ?? 0, end: (blocks.ends[line] ?? 0) - (blocks.starts[line] ?? 0) };
}
