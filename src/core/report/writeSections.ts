import { ok, type Result } from '../outcome';
import { presentAssets, writeAssets } from './assets';
import type { PlannedSections } from './documentSections';
import { settleAssets, type AssetsContext } from './ownAssets';
import { writeSection, type SectionContext } from './managedSection';
import { resultsOrder, type SectionContent } from './sections/section';

export interface DocumentPlace {
  /** Relative to the workspace. */
  readonly file: string;
  readonly change: string;
  /** First heading of a document that is not there yet. */
  readonly title: string;
}

export interface WrittenSections {
  readonly contents: readonly SectionContent[];
  /** Sections that keep what a person wrote. */
  readonly kept: readonly string[];
  readonly changed: boolean;
}

/** Makes the assets, then writes the sections into their document, each at its place; assets that are shown no more go. */
export async function writeSections({ assets, contents }: PlannedSections, { file, change, title }: DocumentPlace, context: SectionContext & AssetsContext, quiet = false): Promise<Result<WrittenSections>> {
  const place = { file, change, workspace: context.paths.workspace };
  const made = await writeAssets(assets, place, context.wrote);
  if (!made.ok) return made;
  const present = await presentAssets(assets, place);
  const sections = contents((name) => present.has(name));
  const kept: string[] = [];
  let changed = false;
  for (const { name, heading, markdown } of sections) {
    const written = await writeSection(file, name, markdown, context, { heading, order: resultsOrder, document: { title }, quiet });
    if (!written.ok) return written;
    if (written.value === 'kept') kept.push(name);
    changed ||= written.value === 'written';
  }
  if (!assets.some((asset) => 'picture' in asset)) return ok({ contents: sections, kept, changed });
  const settled = await settleAssets(made.value, place, context);
  return settled.ok ? ok({ contents: sections, kept, changed }) : settled;
}
