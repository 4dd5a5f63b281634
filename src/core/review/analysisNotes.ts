import type { Evaluation } from '../evaluation/evaluation';
import type { Analysis } from './analysis';
import type { Experiment } from './nextExperiment';
import type { SensitivityCheck } from './sensitivity';
import type { Summary } from './summary';

/** A sentence about what the figures do not say, the part that matters first. */
export interface Note {
  readonly lead?: string;
  readonly text: string;
}

/**
 * What the numbers do not say, in a fixed order: ties and what would break them, verdicts left open, raters and their
 * agreement, design, sensitivity, votes. What does not apply is left out.
 * @param nameOf a model as the reader may know it: its title, or a letter while the review is blind
 */
export function analysisNotes({ criteria }: Evaluation, summary: Summary, analysis: Analysis, nameOf: (modelId: string) => string): readonly Note[] {
  const label = (id: string): string => criteria.find((criterion) => criterion.id === id)?.label.toLowerCase() ?? id;
  return [
    ...analysis.experiments.flatMap((experiment) => (experiment.kind === 'separate' ? [tieNote(experiment, nameOf)] : [])),
    ...openVerdicts(analysis.experiments, nameOf),
    ...raterNotes(summary, analysis, label),
    ...designNotes(summary, analysis),
    ...sensitivityNotes(analysis, nameOf, label),
    ...voteNotes(analysis, nameOf),
    ...(analysis.setAside > 0 ? [{ text: `${count(analysis.setAside, 'rating')} of pictures that were replaced or are gone ${analysis.setAside === 1 ? 'is' : 'are'} left out.` }] : []),
  ];
}

function tieNote({ first, second, difference, cells, pictures, seconds }: Extract<Experiment, { readonly kind: 'separate' }>, nameOf: (id: string) => string): Note {
  const { interval } = difference;
  const known = `${signed(difference.mean)} overall${interval ? `, 95 % [${signed(interval.low)}, ${signed(interval.high)}]` : ''}`;
  const more = cells === undefined ? 'More cells would hardly separate them.' : `About ${count(cells, 'more cell')} on ${count(pictures ?? 1, 'new picture')} would separate them${costText(seconds)}.`;
  return { lead: `${nameOf(first)} and ${nameOf(second)} are statistically tied`, text: `: ${known}. ${more}` };
}

/** Those whose verdict is open, the cheapest to decide first. */
function openVerdicts(experiments: readonly Experiment[], nameOf: (id: string) => string): readonly Note[] {
  const open = experiments.flatMap((experiment) => (experiment.kind === 'verdict' ? [experiment] : []));
  const [first] = open;
  if (!first) return [];
  const models = open.map(({ modelId, share }) => `${nameOf(modelId)} ${percent(share)}`).join(', ');
  const more = first.outputs === undefined ? 'They lie too close to it for more outputs to decide.' : `Cheapest to decide is ${nameOf(first.modelId)}: about ${count(first.outputs, 'more output')}, if its share stays${costText(first.seconds)}.`;
  return [{ lead: 'Not proven', text: `: ${models}; the limit is ${percent(first.limit)}. ${more}` }];
}

function raterNotes({ raters, unblinded }: Summary, { selfAgreement, raterAgreement, anchors }: Analysis, label: (id: string) => string): readonly Note[] {
  const one = raters.length === 1;
  const self = selfAgreement.flatMap(({ criterionId, n, kappa }) => (kappa === undefined ? [] : [`${label(criterionId)} ${kappa.toFixed(2)} (${n})`]));
  const others = raterAgreement.map(({ criterionId, n, alpha }) => `${label(criterionId)} ${alpha.toFixed(2)} (${n})`);
  const known = one ? "One rater: one person's opinion." : `${raters.length} raters.`;
  return [
    ...(raters.length === 0 ? [] : [{ text: [known, self.length > 0 ? `On silent repeats weighted κ is ${self.join(', ')}.` : '', others.length > 0 ? `Krippendorff's α is ${others.join(', ')}.` : ''].filter(Boolean).join(' ') }]),
    ...(anchors.n > 0 ? [{ text: `${anchors.met} of ${anchors.n} hidden anchors were scored as they should be.` }] : []),
    ...(unblinded > 0 ? [{ text: `${count(unblinded, 'rating')} ${unblinded === 1 ? 'was' : 'were'} changed after the models were revealed.` }] : []),
  ];
}

function designNotes({ pictures }: Summary, { design }: Analysis): readonly Note[] {
  if (pictures < 2) return pictures === 1 ? [{ text: 'One source picture: no interval can be given.' }] : [];
  if (!design || pictures >= 20) return [];
  const { editsPerPicture, correlation, effectiveCells, spread } = design;
  const alike = `${count(pictures, 'picture')} only; ${Number(editsPerPicture.toFixed(1))} edits of one picture are not independent (likeness ${correlation.toFixed(2)}), so they count as about ${Math.round(effectiveCells)} cells.`;
  const better = spread && spread.effectiveCells > effectiveCells * 1.1 ? ` ${spread.pictures} pictures × ${spread.editsPerPicture} edits would tell more at the same cost.` : '';
  return [{ text: alike + better }];
}

/** Whether the first place hangs on a weight, a picture or doubted ratings; `undefined` where that cannot be asked. */
export function firmnessText({ criteria }: Evaluation, analysis: Analysis, nameOf: (modelId: string) => string): string | undefined {
  const [note] = sensitivityNotes(analysis, nameOf, (id) => criteria.find((criterion) => criterion.id === id)?.label.toLowerCase() ?? id);
  return note && `${note.lead ?? ''}${note.text}`;
}

function sensitivityNotes({ sensitivity }: Analysis, nameOf: (id: string) => string, label: (id: string) => string): readonly Note[] {
  if (!sensitivity || sensitivity.checks.length === 0 || sensitivity.top.length < 2) return [];
  const moved = sensitivity.checks.filter(({ keepsFirst }) => !keepsFirst);
  if (moved.length === 0) return [{ text: `${nameOf(sensitivity.top[0] ?? '')} stays first when any weight moves by half, or any picture is left out.` }];
  const told = moved.slice(0, 3).map((check) => `${nameOf(check.first)} ${whenText(check, label)}`);
  const rest = moved.length > 3 ? `, and in ${moved.length - 3} more of ${sensitivity.checks.length} checks` : '';
  const keeps = sensitivity.checks.every(({ keepsTop }) => keepsTop) ? ' The top two stay the top two.' : '';
  return [{ lead: 'The first place is not firm', text: `: it goes to ${told.join(', ')}${rest}.${keeps}` }];
}

function whenText({ kind, what }: SensitivityCheck, label: (id: string) => string): string {
  if (kind === 'picture') return `without ${what}`;
  if (kind === 'doubted') return `without ${what} ratings`;
  const [id = '', factor] = what.split(' × ');
  return `when ${label(id)} counts ${factor === '0.5' ? 'half' : 'half again'} as much`;
}

function voteNotes({ votes }: Analysis, nameOf: (id: string) => string): readonly Note[] {
  if (!votes) return [];
  const pairs = votes.pairs.map(({ first, second, firstWins, secondWins, ties, probability }) => {
    const [better, worse, sure, wins, losses] = probability >= 0.5 ? [first, second, probability, firstWins, secondWins] : [second, first, 1 - probability, secondWins, firstWins];
    return `${nameOf(better)} over ${nameOf(worse)} ${percent(sure)} sure (${wins} to ${losses}${ties > 0 ? `, ${ties} ties` : ''})`;
  });
  return [{ text: `${count(votes.n, 'vote')}, Bradley-Terry with ties: ${pairs.join('; ')}.` }];
}

function costText(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  return seconds < 90 ? `, ${Math.ceil(seconds)} s of the machine` : `, ${Math.round(seconds / 60)} min of the machine`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
