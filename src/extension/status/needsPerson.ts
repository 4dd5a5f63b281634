import type { QuestionDesk } from '../ask/questionDesk';
import type { PlanHost } from '../plans/planHost';

/** Steps and gates that wait for a person, and questions that belong to neither. */
export function needsPerson(hosts: readonly PlanHost[], desk: QuestionDesk): number {
  const known = hosts.reduce((sum, { status }) => sum + (status?.whole.needsPerson ?? 0), 0);
  const others = desk.waiting.filter(({ plan, stepId, title }) => {
    const host = hosts.find(({ paths }) => paths.plan === plan);
    return stepId === undefined && !host?.plan?.gates.some(({ text }) => text === title);
  });
  return known + others.length;
}
