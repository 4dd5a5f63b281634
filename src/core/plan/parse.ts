import { readBlocks, type Blocks } from './blocks';
import type { Collector } from './collector';
import { counts } from './counts';
import { rulesInCycles } from './cycles';
import { decodePlan, type DecodedPlan } from './decode';
import { readDependencies } from './dependencies';
import { readGates } from './gates';
import { readLines, type PlanLines } from './lineReader';
import { meaningOf } from './marks';
import type { Dialect, DependencyRule, Phase, Plan } from './plan';
import { References } from './references';
import { readWaves } from './waves';

/**
 * Reads a plan in whatever notation it is written. Never fails: what cannot be understood is left out or said in the
 * plan's diagnostics. Lines and columns are those of an editor (a byte order mark takes no column).
 */
export function parsePlan(source: Uint8Array | string): Plan {
  return planOfText(decodePlan(source));
}

/** As `parsePlan`, for a text that has been decoded already. */
export function planOfText({ text, diagnostic }: DecodedPlan): Plan {
  const blocks = readBlocks(text);
  const { title, collected, graphs } = readLines(blocks);
  const { outline, reports, legend, steps } = collected;
  if (diagnostic) reports.all.push(diagnostic);
  const dialect = dialectOf(collected.traces);
  for (const step of steps) {
    const meaning = meaningOf(step.mark, dialect, legend?.meanings);
    step.state = meaning ?? 'todo';
    if (meaning === undefined) reports.all.push(unknownMark(step));
  }
  const phases = knownPhases(outline);
  const references = new References(outline.drafts, collected.stepNumbers, phases);
  const dependencies = [
    ...readDependencies(collected.statements, references, reports),
    ...graphs.flatMap((fence) => readWaves(blocks, fence, references, reports)),
    ...(dialect === 'speckit' ? phaseOrder(phases) : []),
  ];
  reportCycles(dependencies, blocks, collected);
  if (!diagnostic) reportNothing(text, collected);
  const tasks = phases.flatMap((phase) => phase.tasks);
  return {
    title,
    dialect,
    phases,
    tasks,
    steps,
    dependencies,
    gates: readGates(collected.gateLines, references, reports),
    legend: legend?.legend,
    parallelizable: collected.parallelizable,
    criticalPath: collected.criticalPath,
    fields: outline.fields.sort((one, other) => one.line - other.line),
    diagnostics: reports.all,
    counts: counts({ phases, tasks, steps }),
  };
}

/** The notation with the most traces; only what is ambiguous depends on it. */
function dialectOf(traces: Collector['traces']): Dialect {
  const order = ['evalmark', 'speckit', 'kiro', 'openspec'] as const;
  const most = order.reduce((best, dialect) => (traces[dialect] > traces[best] ? dialect : best));
  return traces[most] > 0 ? most : 'plain';
}

/** Without headings that only repeat the number of a phase and have no task. */
function knownPhases({ phases }: PlanLines['collected']['outline']): readonly Phase[] {
  const numbers = new Set(phases.filter(({ tasks }) => tasks.length > 0).map(({ id }) => id));
  const known = phases.filter(({ id, tasks }) => tasks.length > 0 || !numbers.has(id.replace(/-\d+$/, '')));
  known.forEach((phase, index) => {
    const next = known[index + 1];
    if (next && next.line < phase.endLine) phase.endLine = next.line;
  });
  return known;
}

/** Spec Kit's phases are done one after the other. */
function phaseOrder(phases: readonly Phase[]): readonly DependencyRule[] {
  const filled = phases.filter(({ tasks }) => tasks.length > 0);
  const ids = filled.map(({ tasks }) => tasks.map(({ id }) => id));
  return filled.slice(1).map((phase, index) => ({
    text: `Phase ${phase.id} depends on Phase ${filled[index]?.id}`,
    line: phase.line,
    after: ids[index + 1] ?? [],
    before: ids[index] ?? [],
  }));
}

function reportCycles(rules: readonly DependencyRule[], blocks: Blocks, { reports }: Collector): void {
  for (const { rule, tasks: [after, before] } of rulesInCycles(rules)) {
    const message =
      after === before
        ? `Task ${after} waits for itself. Take this dependency out.`
        : `Task ${after} and task ${before} wait for each other. Take one of these dependencies out.`;
    reports.add('error', 'dependency-cycle', message, Math.min(rule.line, blocks.lineCount - 1));
  }
}

function unknownMark({ mark, markRange }: Collector['steps'][number]) {
  return {
    severity: 'warning',
    code: 'unknown-mark',
    message: `The mark [${mark}] has no meaning here and is read as open. Use [ ], [x], or explain it in a legend ("Mark tasks as:").`,
    range: markRange,
  } as const;
}

function reportNothing(text: string, { steps, reports }: Collector): void {
  if (text.trim() === '') reports.add('information', 'empty-plan', 'This plan is empty. Write steps as "- [ ] what to do".', 0);
  else if (steps.length === 0) reports.add('warning', 'no-steps', 'This plan has no steps. Write them as "- [ ] what to do".', 0);
}
