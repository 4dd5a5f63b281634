import path from 'node:path';
import MarkdownIt from 'markdown-it';
import { linkPlan } from '../../core/actions/link';
import { bytesText } from '../../core/hub/bytesText';
import { splitCard } from '../../core/hub/cardReading';
import { claimsOf } from '../../core/hub/claims';
import type { Warning } from '../../core/hub/contradictions';
import { chooseForEngine } from '../../core/hub/defaultFiles';
import type { Evidence } from '../../core/hub/evidence';
import type { Plan, Step } from '../../core/plan/plan';
import type { Details } from '../../webviews/survey/contract';

/** What the detail pane shows of a candidate. Everything in it may be hostile; the page shows it as text or cleans it. */
export function detailsOf(evidence: Evidence, warnings: readonly Warning[], planLine: string | undefined): Details {
  const { reading, tree, weights, markdown, facts } = evidence;
  const chosen = new Set<unknown>(chooseForEngine(tree.files).chosen);
  return {
    revision: facts.revision,
    warnings: warnings.map(({ severity, text }) => ({ severity, text })),
    claims: claimsOf(evidence),
    found: weights?.example && { key: weights.example.key, shape: `[${weights.example.shape.join(', ')}]` },
    quotes: reading.purposes.slice(0, 3).map(({ quote, line }) => ({ text: quote, line })),
    pictures: reading.pictures.slice(0, 6),
    triggers: reading.triggers,
    prompts: reading.prompts,
    files: tree.files.slice(0, mostFiles).map((file) => ({ path: file.path, size: bytesText(file.size), chosen: chosen.has(file) })),
    html: markdown === undefined ? '' : renderer.render(splitCard(markdown).body.slice(0, longestCard)),
    unread: evidence.unread,
    planLine,
  };
}

const mostFiles = 200;
const longestCard = 300_000;

/** HTML passes through, as on the Hub; the page takes everything out of it that could run or load. */
const renderer = new MarkdownIt({ html: true, linkify: true });

/** The step that reads this candidate's card; a verdict is written behind it. */
export function cardStep(plan: Plan, repository: string): Step | undefined {
  const links = linkPlan(plan);
  const short = repository.slice(repository.indexOf('/') + 1);
  const named = plan.steps.filter((step) => {
    const link = links.get(step.id);
    return link?.action === 'card' && (link.arguments.repository === repository || link.arguments.repository === short);
  });
  return named.length === 1 ? named[0] : undefined;
}

export function planLineText(planPath: string, step: Step | undefined): string | undefined {
  return step && `line ${step.line + 1} of ${path.basename(planPath)}`;
}
