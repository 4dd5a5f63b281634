import type { ShellBlock, Step, Task } from '../../plan/plan';
import type { Match, Rule, RuleInput } from './rule';
import { tieLines, type TiedBlock } from './shellLines';

/** Steps of a task with shell blocks: checks compare, the rest run their own lines of a block. */
export const shellRule: Rule = {
  name: 'run shell lines',
  match(input) {
    return checkMatch(input) ?? ownCommand(input) ?? blockUnder(input) ?? tiedLines(input);
  },
};

const version = /^(?:verify|check|ensure|confirm)\s+(?:the\s+)?([A-Za-z][\w.+-]*)\s+version\b.*?(\d+(?:\.\d+)+)/i;
const packages = /^(?:verify|check)\b.*\b(?:installations?|dependencies|packages)\b.*`([^`]+)`/i;
const command = /^(?:verify|check|ensure|confirm)\b.*`([^`]+)`/i;

function checkMatch({ text, task }: RuleInput): Match | undefined {
  const versionFound = version.exec(text);
  if (versionFound?.[1] && versionFound[2]) {
    const [, program, expected] = versionFound;
    return {
      action: 'check',
      arguments: { kind: 'version', program: program.toLowerCase(), expected },
      reason: `the step compares the version of ${program} with ${expected}`,
    };
  }
  const packagesFound = packages.exec(text);
  if (packagesFound?.[1]) {
    const block = task.blocks.findIndex(({ lines }) => lines.some((line) => /\bpip3? install\b/.test(line)));
    return {
      action: 'check',
      arguments: { kind: 'packages', command: packagesFound[1], ...(block >= 0 ? { block: String(block) } : {}) },
      reason: `the step compares what ${packagesFound[1]} prints with what the block installs`,
    };
  }
  const commandFound = command.exec(text)?.[1];
  if (!commandFound || !looksLikeCommand(commandFound)) return undefined;
  return { action: 'check', arguments: { kind: 'command', command: commandFound }, reason: `the step checks that ${commandFound} succeeds` };
}

function ownCommand({ text }: RuleInput): Match | undefined {
  const found = /^(?:run|execute|start|call)\s+`([^`]+)`/i.exec(text)?.[1];
  return found && looksLikeCommand(found)
    ? { action: 'shell', arguments: { command: found }, reason: 'the step holds the command itself' }
    : undefined;
}

function looksLikeCommand(text: string): boolean {
  return /^[\w./-]+(?:\s|$)/.test(text) && !/^[\w./-]+\.(?:md|json|py|png|jpe?g|txt)$/.test(text);
}

/** A block that stands directly below its step, before the next one, belongs to it alone. */
function blockUnder({ task, step }: RuleInput): Match | undefined {
  const index = task.blocks.findIndex((block) => isUnder(block, task, step));
  if (index < 0) return undefined;
  return { action: 'shell', arguments: { block: String(index) }, reason: `the block below the step, line ${(task.blocks[index]?.line ?? 0) + 1}` };
}

function isUnder(block: ShellBlock, task: Task, step: Step): boolean {
  if (block.line <= step.line) return false;
  const next = task.steps[step.ordinal + 1];
  return next ? block.line < next.line : task.steps.length > 1 && task.blocks.length > 1;
}

function tiedLines({ task, step, plan }: RuleInput): Match | undefined {
  const tied = tiedBlocks(task).find(({ stepId }) => stepId === step.id);
  if (!tied) return undefined;
  const block = task.blocks[tied.block];
  if (!block || tied.lines.length === 0 || plan.steps.length === 0) return undefined;
  const whole = tied.lines.length === block.lines.filter((line) => line.trim() !== '').length;
  return {
    action: 'shell',
    arguments: { block: String(tied.block), ...(whole ? {} : { lines: lineList(tied.lines) }) },
    reason: whole
      ? `the block in line ${block.line + 1} is the task's only one`
      : `its words fit line ${tied.lines.map((line) => block.line + line).join(', ')} of the task's block`,
  };
}

/** A task's ties are asked for once for each of its steps. */
const memory = new WeakMap<Task, readonly TiedBlock[]>();

function tiedBlocks(task: Task): readonly TiedBlock[] {
  const known = memory.get(task);
  if (known) return known;
  const made = tieLines(task);
  memory.set(task, made);
  return made;
}

/** [1, 2, 4] as "1-2,4". */
function lineList(lines: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last && last.to + 1 === line) last.to = line;
    else ranges.push({ from: line, to: line });
  }
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}
