import path from 'node:path';
import type { ActionContext } from '../actions/action';
import { linkPlan } from '../actions/link';
import { ok, type Result } from '../outcome';
import type { Plan, Step } from '../plan/plan';
import { analysisContent, analysisFile, isAnalysisPart } from './analysis';
import { isAssetStale, presentAssets } from './assets';
import { documentSections, isDocumentSection, type PlannedSections } from './documentSections';
import { documentTitle, sectionFacts } from './facts';
import { findSection } from './managedSection';
import { optionHeading, optionSection, optionsOf } from './planOptions';
import { gatherRecord } from './record/gatherRecord';
import { recordText, readRecordText } from './record/recordFile';
import { recordResults, resultsOf, type Results } from './results';
import { bodyOf } from './sectionText';
import { optionFacts } from './sections/optionFacts';
import { writeSections } from './writeSections';

/** How one section of a document stands against the data. */
export interface SectionStanding {
  /** Relative to the workspace, with `/`. */
  readonly file: string;
  /** Absent for a file that is written as a whole. */
  readonly section?: string;
  /** `edited`: a person changed it by hand, so it is theirs. `missing`: its step is done, but it is not there. */
  readonly standing: 'current' | 'stale' | 'edited' | 'missing';
}

export type RebuildContext = Pick<ActionContext, 'plan' | 'paths' | 'evaluation' | 'ask' | 'log' | 'wrote'>;

/** Says which documents no longer agree with the data; nothing is written. */
export async function checkDocuments(context: RebuildContext): Promise<Result<readonly SectionStanding[]>> {
  const gathered = await gatherRecord(context);
  if (!gathered.ok) return gathered;
  const results = resultsOf(gathered.value);
  const standings: SectionStanding[] = [];
  const record = slashed(path.relative(context.paths.workspace, path.join(context.paths.planFolder, 'results.json')));
  const before = await readRecordText(context.paths.planFolder);
  standings.push({ file: record, standing: before === undefined ? 'missing' : before === recordText(gathered.value.record) ? 'current' : 'stale' });
  for (const planned of plannedSections(context, results)) {
    const standing = await standingsOf(planned, context);
    if (!standing.ok) return standing;
    standings.push(...standing.value);
  }
  return ok(standings);
}

/**
 * Makes every section again that is there, or whose step is done. Hand edits are kept unless the person says otherwise.
 * @param present only the sections that are there, because a step only brings others in line with what it wrote
 */
export async function rebuildDocuments(context: RebuildContext, present = false): Promise<Result<readonly SectionStanding[]>> {
  const results = await recordResults(context);
  if (!results.ok) return results;
  const written: SectionStanding[] = [];
  for (const planned of plannedSections(context, results.value)) {
    const standing = await standingsOf(planned, context);
    if (!standing.ok) return standing;
    if (standing.value.some((one) => one.standing !== 'current') && !(present && standing.value.some((one) => one.standing === 'missing'))) {
      const made = await writeSections(planned.sections, { file: planned.file, change: results.value.record.change, title: planned.title }, context, present);
      if (!made.ok) return made;
    }
    written.push(...standing.value);
  }
  return ok(written);
}

interface Planned {
  readonly file: string;
  readonly title: string;
  readonly change: string;
  readonly sections: PlannedSections;
  /** One of the steps that ask for it is done. */
  readonly due: boolean;
}

/** Every section that steps of the plan ask for and that the data allow, each once. */
function plannedSections({ plan, paths }: RebuildContext, results: Results): readonly Planned[] {
  const found = new Map<string, Planned>();
  const links = linkPlan(plan);
  for (const step of plan.steps) {
    const link = links.get(step.id);
    if (!link) continue;
    const wanted = wantedBy(link.action, link.arguments, step, plan, results, paths);
    if (!wanted) continue;
    const key = JSON.stringify([wanted.file, wanted.key]);
    const before = found.get(key);
    const facts = sectionFacts(results, plan, paths, wanted.file);
    found.set(key, { file: wanted.file, title: wanted.title ?? documentTitle(facts), change: facts.change, sections: wanted.sections, due: (before?.due ?? false) || step.state === 'done' });
  }
  return [...found.values()];
}

interface Wanted {
  readonly file: string;
  readonly key: string;
  readonly title?: string;
  readonly sections: PlannedSections;
}

function wantedBy(action: string, args: Readonly<Record<string, string>>, step: Step, plan: Plan, results: Results, paths: RebuildContext['paths']): Wanted | undefined {
  const facts = (file: string) => sectionFacts(results, plan, paths, file);
  const resultsFile = args.file ?? facts('x.md').resultsFile;
  switch (action) {
    case 'document':
    case 'review.examples': {
      const section = action === 'document' ? (args.section ?? 'summary') : 'examples';
      const file = action === 'document' ? args.file : resultsFile;
      if (file === undefined || !isDocumentSection(section)) return undefined;
      const sections = documentSections(section, facts(file));
      return sections.ok ? { file, key: section, sections: sections.value } : undefined;
    }
    case 'options': {
      const option = optionsOf(plan).find((candidate) => candidate.step.id === step.id);
      if (!option) return undefined;
      const content = { name: optionSection(option.letter), heading: optionHeading(option), markdown: optionFacts(results, option.title) };
      return { file: resultsFile, key: content.name, sections: { assets: [], contents: () => [content] } };
    }
    case 'analyze': {
      const part = args.part ?? 'table';
      const content = isAnalysisPart(part) ? analysisContent(part, results, args.criterion || undefined) : undefined;
      if (!content?.ok) return undefined;
      const { section, heading, markdown, assets } = content.value;
      const file = slashed(path.relative(paths.workspace, analysisFile(paths.planFolder)));
      return { file, key: section, title: `${results.evaluation.name}: analysis`, sections: { assets, contents: () => [{ name: section, heading, markdown }] } };
    }
    default:
      return undefined;
  }
}

async function standingsOf({ file, change, sections, due }: Planned, context: RebuildContext): Promise<Result<readonly SectionStanding[]>> {
  const place = { file, change, workspace: context.paths.workspace };
  const present = new Set(await presentAssets(sections.assets, place));
  let assetsStale = false;
  for (const asset of sections.assets) {
    if (!(await isAssetStale(asset, place))) continue;
    // It can be made, so the text will show it.
    present.add(asset.name);
    assetsStale = true;
  }
  const standings: SectionStanding[] = [];
  for (const { name, markdown } of sections.contents((asset) => present.has(asset))) {
    const found = await findSection(file, name, context);
    if (!found.ok) return found;
    const section = found.value;
    if (!section) {
      if (due) standings.push({ file, section: name, standing: 'missing' });
      continue;
    }
    const agrees = section.body === bodyOf(markdown) && !assetsStale;
    standings.push({ file, section: name, standing: agrees ? 'current' : section.edited ? 'edited' : 'stale' });
  }
  return ok(standings);
}


function slashed(file: string): string {
  return file.split(path.sep).join('/');
}
