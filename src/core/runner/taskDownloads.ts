import { linkStep } from '../actions/link';
import type { Link } from '../actions/action';
import type { Plan, Task } from '../plan/plan';

/** "Verify download complete" means what the task's other steps download. */
export function withTaskDownloads(link: Link, task: Task, plan: Plan): Link {
  if (link.action !== 'download.verify' && link.action !== 'download.note') return link;
  if (link.arguments.repositories) return link;
  const tasks = link.arguments.scope === 'all' ? plan.tasks : [task];
  const repositories = tasks.flatMap((other) =>
    other.steps.flatMap((step) => {
      const args = linkStep(plan, other, step);
      return args.action === 'download' && args.arguments.repository ? [args.arguments.repository] : [];
    }),
  );
  return repositories.length > 0 ? { ...link, arguments: { ...link.arguments, repositories: [...new Set(repositories)].join(',') } } : link;
}
