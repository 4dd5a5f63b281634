import { Diagnostic, DiagnosticSeverity, languages, Range, type DiagnosticCollection } from 'vscode';
import { linkProblems } from '../../core/actions/linkProblems';
import type { Failure } from '../../core/outcome';
import type { LineRange, PlanDiagnostic, Step } from '../../core/plan/plan';
import { Lifetime } from '../lifetime';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';
import type { StepStatus } from '../status/planStatus';
import { plainText } from '../status/wording';
import { Throttle } from '../throttle';
import { ClaimWatch } from './claimWatch';

export const problemSource = 'Evalmark';

/** What is wrong, in the Problems panel: with the plan itself, its links, and steps that failed, were interrupted or promise what is not there. */
export class Problems {
  private readonly lifetime = new Lifetime();
  private readonly collection: DiagnosticCollection = this.lifetime.add(languages.createDiagnosticCollection('evalmark'));
  private readonly redraw = this.lifetime.add(new Throttle(200, () => this.draw()));
  private readonly claims: ClaimWatch;

  constructor(private readonly plans: PlanSet) {
    this.claims = this.lifetime.add(new ClaimWatch(plans, () => this.redraw.ask()));
    this.lifetime.add(plans.onDidChange(({ change }) => change.kind === 'plan' && this.redraw.ask()));
    this.draw();
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private draw(): void {
    this.collection.clear();
    for (const host of this.plans.all) this.collection.set(host.uri, diagnosticsOf(host, this.claims.of(host)));
  }
}

function diagnosticsOf({ plan, status, failure }: PlanHost, claims: ReadonlyMap<string, Failure>): Diagnostic[] {
  if (failure) return [diagnostic({ line: 0, start: 0, end: 0 }, `${failure.message} ${failure.advice}`, DiagnosticSeverity.Error, failure.code)];
  if (!plan || !status) return [];
  return [
    ...[...plan.diagnostics, ...linkProblems(plan)].map(({ range, message, severity, code }) => diagnostic(range, message, severities[severity], code)),
    ...plan.steps.flatMap((step) => problemOf(step, status.steps.get(step.id), claims.get(step.id)) ?? []),
  ];
}

function problemOf(step: Step, status: StepStatus | undefined, claim: Failure | undefined): Diagnostic | undefined {
  // From the mark to the end of the text: line ends are not known here, and the editor cuts what is too long.
  const range = { line: step.line, start: Math.max(0, step.markRange.start - 1), end: step.markRange.end + 2 + step.text.length };
  if (status?.state === 'failed') {
    const failure = status.run?.kind === 'failed' ? status.run.failure : undefined;
    const message = failure ? `${failure.message} ${failure.advice}` : 'This step is marked as failed. Run it again, or mark it as to do.';
    return diagnostic(range, message, DiagnosticSeverity.Error, failure?.code ?? 'step-failed');
  }
  if (status?.state === 'interrupted') {
    return diagnostic(range, `“${plainText(step.text)}” was interrupted when its window closed. Resume or reset it.`, DiagnosticSeverity.Warning, 'interrupted');
  }
  if (step.state !== 'done' || status?.state !== 'done') return undefined;
  if (claim) return diagnostic(range, `${claim.message} ${claim.advice}`, DiagnosticSeverity.Warning, claim.code);
  if (status.run?.kind !== 'failed') return undefined;
  const { message } = status.run.failure;
  return diagnostic(range, `This step is ticked, but its last run failed: ${message} Run it again, or mark it as to do.`, DiagnosticSeverity.Warning, 'claim-failed');
}

function diagnostic({ line, start, end }: LineRange, message: string, severity: DiagnosticSeverity, code: string): Diagnostic {
  const problem = new Diagnostic(new Range(line, start, line, end), message, severity);
  problem.source = problemSource;
  problem.code = code;
  return problem;
}

const severities: Readonly<Record<PlanDiagnostic['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
};
