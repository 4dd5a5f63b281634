import path from 'node:path';
import type { PlanPaths } from '../actions/action';
import type { Plan } from '../plan/plan';
import { planName } from './changeId';
import { resultsDocumentOf } from './planOptions';
import type { Results } from './results';
import type { SectionFacts } from './sections/section';

/** What sections of a document are made of; `file` is relative to the workspace. */
export function sectionFacts(results: Results, plan: Plan, paths: Pick<PlanPaths, 'workspace' | 'plan'>, file: string): SectionFacts {
  const { change } = results.record;
  return {
    results,
    plan,
    change,
    name: planName(plan, change),
    file: slashed(path.normalize(file)),
    planFile: slashed(path.relative(paths.workspace, paths.plan)),
    resultsFile: slashed(path.normalize(resultsDocumentOf(plan, change))),
  };
}

/** First heading of a document that does not exist yet. */
export function documentTitle({ file, resultsFile, name, change }: SectionFacts): string {
  if (file === resultsFile) return `${name}: results`;
  const own = path.basename(file, path.extname(file)).replace(/[-_]+/g, ' ').trim();
  if (own === '') return change;
  return own === own.toUpperCase() ? own.charAt(0) + own.slice(1).toLowerCase() : own.charAt(0).toUpperCase() + own.slice(1);
}

function slashed(file: string): string {
  return file.split(path.sep).join('/');
}
