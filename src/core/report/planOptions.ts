import type { Plan, Step } from '../plan/plan';

/** A strategic option as the plan words it: `**Option A**: Use existing LoRA(s) as-is`. */
export interface PlanOption {
  /** `A` */
  readonly letter: string;
  readonly title: string;
  readonly step: Step;
}

export function optionsOf(plan: Plan): readonly PlanOption[] {
  return plan.steps.flatMap((step) => {
    const [, letter, title] = /^\**option\s+([A-Z])\b\**\s*[:.)–-]?\s*(.*)$/i.exec(step.text) ?? [];
    return letter === undefined ? [] : [{ letter: letter.toUpperCase(), title: (title ?? '').replace(/\*\*/g, '').replace(/ - .*$/, '').trim(), step }];
  });
}

/** The document that the plan gathers its results in: the first `.md` whose name says results, else one of our own. */
export function resultsDocumentOf(plan: Plan, change: string): string {
  const texts = [...plan.steps.map(({ text }) => text), ...plan.tasks.flatMap(({ deliverable }) => deliverable ?? [])];
  for (const text of texts) {
    const file = /(?:[\w.-]+\/)*[\w.-]*results[\w.-]*\.md\b/i.exec(text)?.[0];
    if (file) return file;
  }
  return `docs/${change}-results.md`;
}

/** What the plan asks about an option: the plain bullets under its box, or one question of ours. */
export function questionsOf({ details }: Pick<Step, 'details'>): readonly string[] {
  return details.length > 0 ? details.map(({ text }) => text) : ['What speaks for it, and what against it?'];
}

/** "Option A: Use existing LoRA(s) as-is", also as the heading of what is written about it. */
export function optionHeading({ letter, title }: Pick<PlanOption, 'letter' | 'title'>): string {
  return `Option ${letter}${title === '' ? '' : `: ${title}`}`;
}

/** The section with the facts about an option. */
export function optionSection(letter: string): string {
  return `option-${letter.toLowerCase()}`;
}

/** The section with what people wrote about it. */
export function judgementSection(letter: string): string {
  return `${optionSection(letter)}-judgement`;
}
