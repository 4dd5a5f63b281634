import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PlanPaths } from '../actions/action';
import type { Plan } from '../plan/plan';

/** The plan's short name: its `**Change ID**` line, else its folder's name, else the workspace folder's. */
export async function changeId({ plan, planFolder, workspace }: Pick<PlanPaths, 'plan' | 'planFolder' | 'workspace'>): Promise<string> {
  const text = await readFile(plan, 'utf8').catch(() => '');
  const written = /^\*\*Change ID\*\*:\s*`?([\w.-]+)`?/im.exec(text)?.[1];
  const folder = path.basename(path.resolve(planFolder) === path.resolve(workspace) ? workspace : planFolder);
  const name = (written ?? folder).replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '');
  return name === '' ? 'plan' : name;
}

/** The plan's title without a "- Tasks" behind it, for headings. */
export function planName({ title }: Pick<Plan, 'title'>, change: string): string {
  const name = title?.replace(/\s*[-–:]\s*(?:tasks?|plan)\s*$/i, '').trim();
  return name ? name : change;
}

/** First heading of a results document that is not there yet. */
export async function resultsTitle(plan: Pick<Plan, 'title'>, paths: Parameters<typeof changeId>[0]): Promise<string> {
  return `${planName(plan, await changeId(paths))}: results`;
}
