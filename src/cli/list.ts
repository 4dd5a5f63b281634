import { linkPlan } from '../core/actions/link';
import { openPlan } from './openPlan';
import type { CliArguments } from './arguments';
import { stateSign } from './signs';

/** `evalmark list PLAN`: the plan as a tree, or as one JSON object. */
export async function list(args: CliArguments): Promise<number> {
  const opened = await openPlan(args);
  if (!opened.ok) return opened.exitCode;
  const { plan } = opened;
  const links = linkPlan(plan);
  if (args.json) {
    const steps = plan.steps.map((step) => ({
      id: step.id,
      line: step.line + 1,
      text: step.text,
      state: step.state,
      action: links.get(step.id)?.action ?? 'manual',
      task: step.taskId,
      phase: step.phaseId,
    }));
    const diagnostics = plan.diagnostics.map(({ severity, code, message, range }) => ({ severity, code, message, line: range.line + 1 }));
    process.stdout.write(`${JSON.stringify({ title: plan.title, counts: plan.counts, steps, diagnostics }, undefined, 2)}\n`);
    return 0;
  }
  for (const phase of plan.phases) {
    process.stdout.write(`${phase.title}\n`);
    for (const task of phase.tasks) {
      const done = task.steps.filter(({ state }) => state === 'done').length;
      process.stdout.write(`  ${task.title}  ${done}/${task.steps.length}\n`);
      for (const step of task.steps) {
        process.stdout.write(`    ${stateSign(step.state)} ${step.text}  [${links.get(step.id)?.action ?? 'manual'}]  line:${step.line + 1}\n`);
      }
    }
  }
  for (const { message, range } of plan.diagnostics) process.stderr.write(`line ${range.line + 1}: ${message}\n`);
  const { phases, tasks, steps, done } = plan.counts;
  process.stdout.write(`\n${phases} phases, ${tasks} tasks, ${steps} steps, ${done} done\n`);
  return 0;
}
