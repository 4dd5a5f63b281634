import { CodeLens, EventEmitter, languages, Range, window, type CodeLensProvider, type Event, type TextDocument } from 'vscode';
import { actionInfo } from '../../core/actions/actionInfo';
import type { Phase, Step, Task } from '../../core/plan/plan';
import { commandId, type CommandId } from '../commands/commandId';
import { targetOf, type Target } from '../commands/target';
import { Lifetime } from '../lifetime';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';
import type { GroupStatus, PlanStatus } from '../status/planStatus';
import { clock, duration, progressParts, remaining, stepDescription } from '../status/wording';
import { Throttle } from '../throttle';

/** Lines above phases and tasks, and above the step at the cursor: run or stop, how far it is, the log. */
export class CodeLenses implements CodeLensProvider {
  private readonly lifetime = new Lifetime();
  private readonly changed = new EventEmitter<void>();
  private readonly redraw = this.lifetime.add(new Throttle(500, () => this.changed.fire()));
  private cursor: { readonly uri: string; readonly line: number } | undefined;

  constructor(private readonly plans: PlanSet) {
    this.lifetime.add(this.changed);
    this.lifetime.add(plans.onDidChange(() => this.redraw.ask()));
    this.lifetime.add(languages.registerCodeLensProvider({ language: 'markdown' }, this));
    this.lifetime.add(
      window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
        const uri = textEditor.document.uri.toString();
        const line = selections[0]?.active.line ?? 0;
        if (!plans.of(textEditor.document.uri) || (this.cursor?.uri === uri && this.cursor.line === line)) return;
        this.cursor = { uri, line };
        this.redraw.ask();
      }),
    );
  }

  get onDidChangeCodeLenses(): Event<void> {
    return this.changed.event;
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const host = this.plans.of(document.uri);
    const status = host?.status;
    if (!host || !status) return [];
    const atCursor = this.cursor?.uri === document.uri.toString() ? status.plan.steps.find(({ line }) => line === this.cursor?.line) : undefined;
    return [
      ...status.plan.phases.flatMap((phase) => phaseLenses(host, status, phase)),
      ...status.plan.tasks.flatMap((task) => taskLenses(host, status, task)),
      ...(atCursor ? stepLenses(host, status, atCursor) : []),
    ];
  }

  dispose(): void {
    this.lifetime.dispose();
  }
}

function phaseLenses(host: PlanHost, status: PlanStatus, phase: Phase): CodeLens[] {
  const group = status.phases.get(phase.id);
  // An unnamed list has phase and task on one line; the task's line says enough.
  if (!group || group.total === 0 || phase.tasks.some(({ line }) => line === phase.line)) return [];
  return groupLenses(phase.line, 'phase', group, targetOf(host, 'phase', phase.id), undefined, undefined);
}

function taskLenses(host: PlanHost, status: PlanStatus, task: Task): CodeLens[] {
  const group = status.tasks.get(task.id);
  if (!group || group.total === 0 || (task.steps[0]?.line === task.line && group.total === 1)) return [];
  const failedAt = task.steps.map(({ id }) => status.steps.get(id)?.run).find((run) => run?.kind === 'failed')?.at;
  const blocker = group.blockedBy === undefined || !host.task(group.blockedBy) ? undefined : targetOf(host, 'task', group.blockedBy);
  return groupLenses(task.line, 'task', group, targetOf(host, 'task', task.id), remaining(task.estimate, group), failedAt, blocker);
}

function groupLenses(line: number, kind: 'phase' | 'task', group: GroupStatus, target: Target, left: string | undefined, failedAt: string | undefined, blocker?: Target): CodeLens[] {
  const progress = `${group.done} of ${group.total}`;
  const log = lens(line, 'Show Log', commandId.showLog, target);
  if (group.running + group.queued > 0) {
    const time = group.secondsLeft === undefined ? left : duration(group.secondsLeft);
    return [lens(line, words(`$(debug-stop)\u00a0Stop ${kind}`, progress, time && `${time} left`), commandId.stop, target), log];
  }
  switch (group.state) {
    case 'done':
      return [lens(line, `$(pass)\u00a0${progress} done`, commandId.showLog, target)];
    case 'failed':
      return [lens(line, words(`$(debug-restart)\u00a0Run ${kind} again`, progress, failedAt === undefined ? `${group.failed} failed` : `failed ${clock(failedAt)}`), commandId.run, target), log];
    case 'blocked':
      return [
        lens(line, words(`$(circle-slash)\u00a0Blocked by ${blockerName(group.blockedBy)}`, progress, left), commandId.run, target),
        ...(blocker ? [lens(line, 'Show Blocker', commandId.reveal, blocker)] : []),
      ];
    default:
      return [lens(line, words(`$(play)\u00a0${group.done > 0 ? 'Continue' : 'Run'} ${kind}`, progress, left && `${left} left`), commandId.run, target), log];
  }
}

function stepLenses(host: PlanHost, status: PlanStatus, step: Step): CodeLens[] {
  const known = status.steps.get(step.id);
  const link = status.links.get(step.id);
  if (!known) return [];
  const target = targetOf(host, 'step', step.id);
  const description = stepDescription(step, known, link);
  const change = lens(step.line, 'Change Linked Action…', commandId.changeAction, target);
  if (known.question !== undefined) return [lens(step.line, `$(person)\u00a0Answer: ${known.question}`, commandId.answer, target), lens(step.line, '$(debug-stop)\u00a0Stop', commandId.stop, target)];
  if (known.run?.kind === 'running') {
    const [, ...pace] = progressParts({ ...known.run.progress, message: '' });
    return [
      lens(step.line, '$(debug-stop)\u00a0Stop', commandId.stop, target),
      host.runner.paused
        ? lens(step.line, words('$(debug-continue)\u00a0Go on', description), commandId.resumeRuns, target)
        : lens(step.line, words('$(debug-pause)\u00a0Pause', description, ...pace), commandId.pauseRuns, target),
      lens(step.line, 'Show Log', commandId.showLog, target),
    ];
  }
  if (known.state === 'failed') {
    const disk = known.run?.kind === 'failed' && known.run.failure.code === 'disk-space';
    return [lens(step.line, '$(debug-restart)\u00a0Run again', commandId.run, target), disk ? lens(step.line, 'Change cache folder…', commandId.openSettings, 'evalmark.cache.folder') : change];
  }
  const action = link ? actionInfo(link.action).label : '';
  return [lens(step.line, words(known.state === 'done' ? '$(debug-restart)\u00a0Run again' : known.state === 'interrupted' ? '$(debug-continue)\u00a0Resume' : '$(play)\u00a0Run step', action), commandId.run, target), change];
}

function blockerName(by: string | undefined): string {
  if (by === undefined) return 'other tasks';
  return /^\d/.test(by) ? `Task ${by}` : by;
}

function lens(line: number, title: string, command: CommandId, argument: unknown): CodeLens {
  return new CodeLens(new Range(line, 0, line, 0), { title, command, arguments: [argument] });
}

function words(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}
