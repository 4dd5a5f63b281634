import { Hover, languages, Range, type HoverProvider, type Position, type TextDocument } from 'vscode';
import { Lifetime } from '../lifetime';
import type { PlanSet } from '../plans/planSet';
import { stepCard } from './stepCard';

/** On a step's line: what it runs, how it stands, and why it was linked. */
export class StepHover implements HoverProvider {
  private readonly lifetime = new Lifetime();

  constructor(private readonly plans: PlanSet) {
    this.lifetime.add(languages.registerHoverProvider({ language: 'markdown' }, this));
  }

  async provideHover(document: TextDocument, position: Position): Promise<Hover | undefined> {
    const host = this.plans.of(document.uri);
    const status = host?.status;
    const step = status?.plan.steps.find(({ line }) => line === position.line);
    if (!host || !status || !step) return undefined;
    return new Hover(await stepCard(host, status, step), new Range(step.line, 0, step.line, document.lineAt(step.line).text.length));
  }

  dispose(): void {
    this.lifetime.dispose();
  }
}
