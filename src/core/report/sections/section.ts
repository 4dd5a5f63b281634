import type { Plan } from '../../plan/plan';
import type { Results } from '../results';

/** What a section's text is made of, beside the results: where the document lies, so that links are relative to it. */
export interface SectionFacts {
  readonly results: Results;
  readonly plan: Plan;
  readonly change: string;
  /** Title for people: "Tiny Editors". */
  readonly name: string;
  /** The document, relative to the workspace, with `/`. */
  readonly file: string;
  /** The plan and its results document, likewise. */
  readonly planFile: string;
  readonly resultsFile: string;
}

/** A section as it is to stand in a document. */
export interface SectionContent {
  readonly name: string;
  readonly heading: string;
  readonly markdown: string;
  /** Pictures that it shows, to be made beside the document. */
  readonly assets?: readonly Asset[];
}

/** A file in `assets/CHANGE/` beside a document: a chart, or a small copy of a picture. */
export type Asset = { readonly name: string; readonly svg: string } | { readonly name: string; readonly picture: string };

/** Link to an asset from the document beside whose `assets` folder it lies. */
export function assetLink(change: string, name: string): string {
  return ['assets', change, name].map(encodeURIComponent).join('/');
}

/** Link from one document to another file, both relative to the workspace. */
export function linkFrom(document: string, to: string): string {
  const here = document.split('/').slice(0, -1);
  const there = to.split('/');
  let same = 0;
  while (same < here.length && same < there.length - 1 && here[same] === there[same]) same++;
  return [...here.slice(same).map(() => '..'), ...there.slice(same).map(encodeURIComponent)].join('/');
}

/** The order in which the sections of a results document stand, whichever is written first. */
export const resultsOrder: readonly string[] = [
  'answer', 'decision', 'decision-rationale', 'decision-next', 'decision-timeline', 'survey', 'matrix', 'kinds', 'examples', 'performance', 'strengths', 'failures', 'option-*', 'method',
];
