import { Journal } from '../core/runner/journal';
import type { CliArguments } from './arguments';
import { journalFile, pathsOf } from './compose';
import { openPlan } from './openPlan';

/** `evalmark status PLAN`: how far each phase is, what comes next, what failed and why. */
export async function status(args: CliArguments): Promise<number> {
  const opened = await openPlan(args);
  if (!opened.ok) return opened.exitCode;
  const { plan } = opened;
  const journal = await new Journal(journalFile(pathsOf(args))).read(() => false);
  const next = plan.steps.find(({ state }) => state === 'todo');
  const troubled = plan.steps.flatMap((step) => {
    const run = journal.steps.get(step.id);
    if (step.state === 'failed') return [{ step, reason: run?.kind === 'failed' ? `${run.failure.message} ${run.failure.advice}` : 'failed' }];
    if (step.state === 'doing' && run?.kind === 'interrupted') return [{ step, reason: `interrupted; its run began ${run.since}` }];
    return [];
  });
  if (args.json) {
    const phases = plan.phases.map((phase) => ({ id: phase.id, title: phase.title, ...countsOf(phase.tasks) }));
    const problems = troubled.map(({ step, reason }) => ({ id: step.id, line: step.line + 1, text: step.text, reason }));
    process.stdout.write(`${JSON.stringify({ counts: plan.counts, phases, next: next?.id, problems }, undefined, 2)}\n`);
    return 0;
  }
  for (const phase of plan.phases) {
    const { done, steps } = countsOf(phase.tasks);
    process.stdout.write(`${`${done}/${steps}`.padStart(8)}  ${phase.title}\n`);
  }
  process.stdout.write(`${`${plan.counts.done}/${plan.counts.steps}`.padStart(8)}  in all\n`);
  if (next) process.stdout.write(`\nNext: ${next.text} (Task ${next.taskId}, line ${next.line + 1})\n`);
  for (const { step, reason } of troubled) process.stdout.write(`${step.state === 'failed' ? '✗' : '→'} ${step.text}: ${reason}\n`);
  return 0;
}

function countsOf(tasks: readonly { readonly steps: readonly { readonly state: string }[] }[]): { readonly done: number; readonly steps: number } {
  const steps = tasks.flatMap((task) => task.steps);
  return { done: steps.filter(({ state }) => state === 'done').length, steps: steps.length };
}
