import { isRefused, meanScore, qualityScores, reasonsFor, suggestedCategory } from '../../core/actions/surveyScores';
import { surveyWishes, type SurveyWishes } from '../../core/actions/surveySlots';
import { bytesText } from '../../core/hub/bytesText';
import type { Candidate, Survey } from '../../core/hub/surveyFile';
import { verdictText, verdictWords } from '../../core/hub/verdict';
import type { Plan } from '../../core/plan/plan';
import type { CriterionColumn, Sign, SurveyRow, SurveyState, Totals } from '../../webviews/survey/contract';

/** What the panel shows beside the survey and the plan. */
export interface SurveyView {
  /** Absolute. */
  readonly planPath: string;
  readonly page: SurveyState['page'];
  readonly document: string;
  readonly now: Date;
  /** Repositories of which something lies in the cache. */
  readonly cached: ReadonlySet<string>;
  /** Bytes free where downloads go. */
  readonly free: number | undefined;
  readonly canUndo: boolean;
  /** The Hub was asked and could not be reached. */
  readonly unreachable: boolean;
}

export function surveyState(survey: Survey, plan: Plan, view: SurveyView, rows: readonly SurveyRow[]): SurveyState {
  const { query, base, previousAt } = survey;
  const asked = query && [query.pipeline, query.search && `search “${query.search}”`, query.author && `by ${query.author}`, ...query.filters, sortTexts[query.sort] ?? query.sort];
  return {
    plan: view.planPath,
    title: `Survey: ${plan.title ?? 'candidates'}`,
    query: [...(asked ?? []), base === undefined ? undefined : `plus what derives from ${base}`].filter((part): part is string => part !== undefined && part !== ''),
    age: [`${survey.candidates.length} read`, ageText(survey.fetchedAt, view.now)].filter(Boolean).join(', '),
    offline: view.unreachable ? `From survey.json, ${ageText(survey.fetchedAt, view.now) || 'of unknown age'}: the Hub cannot be reached.` : undefined,
    page: view.page,
    newSince: previousAt === undefined ? undefined : dayText(previousAt),
    document: view.document,
    verdicts: verdictWords,
    rows,
    totals: totalsOf(survey, plan, view),
  };
}

const sortTexts: Readonly<Record<string, string>> = { trendingScore: 'trending', likes: 'most liked', downloads: 'most downloaded', lastModified: 'newest changes', createdAt: 'newest' };

/** Rows of a survey; a candidate that is the same object as the last time has the same row, so that a key costs one row. */
export class SurveyRows {
  private known = new Map<string, { readonly candidate: Candidate; readonly quality: number | undefined; readonly row: SurveyRow }>();
  private setting: readonly unknown[] = [];

  of(survey: Survey, cached: ReadonlySet<string>): readonly SurveyRow[] {
    const setting = [survey.base, survey.previousAt, JSON.stringify(survey.weights), cached];
    if (setting.some((part, index) => part !== this.setting[index])) this.known.clear();
    this.setting = setting;
    const quality = qualityScores(survey.candidates.filter(({ excluded }) => excluded === undefined));
    return survey.candidates.map((candidate, place) => {
      const known = this.known.get(candidate.repository);
      const score = quality.get(candidate.repository);
      if (known?.candidate === candidate && known.quality === score && known.row.place === place) return known.row;
      const row = rowOf(candidate, place, survey, score, cached);
      this.known.set(candidate.repository, { candidate, quality: score, row });
      return row;
    });
  }
}

export function totalsOf(survey: Survey, plan: Plan, { cached, free, canUndo }: Pick<SurveyView, 'cached' | 'free' | 'canUndo'>): Totals {
  const wishes = surveyWishes(plan);
  const named = new Set([...wishes.criteria, ...survey.candidates.flatMap(({ scores }) => Object.keys(scores))]);
  const selected = survey.candidates.filter((candidate) => candidate.selected && candidate.excluded === undefined);
  const bytes = (wanted: boolean) => selected.filter(({ repository }) => cached.has(repository) === wanted).reduce((sum, candidate) => sum + bytesOf(candidate), 0);
  return {
    criteria: [...named].map((id): CriterionColumn => ({ id, label: labelOf(id), weight: survey.weights?.[id] ?? 1, computed: id === 'quality' })),
    range: wishes.range ?? { minimum: 1, maximum: survey.candidates.length },
    slots: slotsOf(wishes, survey),
    download: bytes(false),
    here: bytes(true),
    free,
    gated: selected.filter(({ gated }) => gated !== false).length,
    canUndo,
  };
}

/** What the steps ask for; a model that a step names has its place only once it is a candidate. */
function slotsOf({ slots }: SurveyWishes, { candidates, base }: Survey): Totals['slots'] {
  return slots.flatMap(({ category = '', repository, taskId, stepText, minimum, maximum }) => {
    const named = repository === undefined ? undefined : candidates.find((candidate) => candidate.repository === repository);
    if (repository !== undefined && (!named || named.repository === base)) return [];
    return [{ category, repository, label: capitalised(category || (named?.category ?? 'named')), asked: `Task ${taskId}: ${stepText}`, minimum, maximum }];
  });
}

/** "character consistency (identity preservation)" is too long for a column: its kind, else its first words. */
function labelOf(criterion: string): string {
  const known = /\b(identity|face|character|angles?|camera|light(?:ing)?|complexion|quality|style|background)\b/i.exec(criterion)?.[1]?.toLowerCase();
  const short = known === undefined ? undefined : { face: 'identity', character: 'identity', angle: 'angles', camera: 'angles', lighting: 'light', complexion: 'light' }[known] ?? known;
  return capitalised(short ?? criterion.split(/\s+/).slice(0, 2).join(' '));
}

function rowOf(candidate: Candidate, place: number, survey: Survey, quality: number | undefined, cached: ReadonlySet<string>): SurveyRow {
  const { repository, likes, downloads, selected, verdict, excluded } = candidate;
  const scores = quality === undefined || candidate.scores.quality !== undefined ? candidate.scores : { ...candidate.scores, quality };
  const isBase = repository.toLowerCase() === survey.base?.toLowerCase();
  return {
    repository,
    place,
    ...readOf(candidate),
    ...originOf(candidate, isBase),
    license: licenceText(candidate.license),
    gated: candidate.gated !== false,
    likes,
    downloads,
    trending: candidate.trendingScore ?? 0,
    updated: candidate.updatedAt.slice(0, 10),
    changed: changedText(candidate),
    isNew: isNewSince(candidate, survey.previousAt),
    compatible: compatibleOf(candidate, isBase),
    scores,
    score: meanScore({ scores: candidate.scores }, survey.weights),
    selected,
    reason: reasonsFor(candidate),
    category: candidate.category ?? '',
    suggested: suggestedCategory(candidate) ?? '',
    verdict: verdict ? verdictText(verdict) : '',
    excluded,
    bytes: bytesOf(candidate),
    here: cached.has(repository),
    tags: candidate.tags.filter((tag) => !tag.includes(':')).join(' '),
  };
}

/** What its card and its weights told, once they were read. */
function readOf({ picture, evidence, ...candidate }: Candidate): Pick<SurveyRow, 'picture' | 'does' | 'kind' | 'size' | 'layers'> {
  return {
    picture: picture ?? evidence?.picture,
    does: evidence?.does ?? '',
    kind: evidence?.kind === undefined ? '' : { lora: 'LoRA', controlnet: 'ControlNet', model: 'Model' }[evidence.kind],
    size: sizeText({ evidence, size: candidate.size }),
    layers: evidence ? layersText(evidence) : '',
  };
}

/** What it derives from. */
function originOf(candidate: Candidate, isBase: boolean): Pick<SurveyRow, 'base' | 'baseSign' | 'relation'> {
  if (isBase) return { base: 'itself', baseSign: undefined, relation: 'base' };
  const { baseModels, relation } = candidate;
  return { base: baseModels[0]?.split('/').at(-1) ?? '', baseSign: baseSignOf(candidate), relation: relation ?? (baseModels.length > 0 ? 'not said' : '') };
}

function isNewSince({ foundAt }: Candidate, previousAt: string | undefined): boolean {
  return previousAt !== undefined && foundAt !== undefined && foundAt > previousAt;
}

/** As its owners write it. */
function licenceText(license: string | undefined): string {
  return (license ?? '').replace(/^apache-/i, 'Apache-').replace(/^(?:mit|bsd|cc|gpl|lgpl|agpl)\b/i, (name) => name.toUpperCase());
}

function baseSignOf({ compatibility, evidence, baseModels }: Candidate): SurveyRow['baseSign'] {
  if (evidence?.warnings.some(({ severity }) => severity === 'error') || compatibility?.verdict === 'other family') return 'error';
  return compatibility?.verdict === 'other version' || baseModels.length === 0 ? 'warning' : undefined;
}

function sizeText({ evidence, size }: { readonly evidence: Candidate['evidence'] | undefined; readonly size: Candidate['size'] | undefined }): string {
  const rank = evidence?.rank;
  const bytes = evidence?.weightBytes ?? evidence?.downloadBytes ?? size;
  const ranks = rank === undefined ? undefined : `r ${rank[0] === rank[1] ? rank[0] : `${rank[0]}-${rank[1]}`}`;
  return [ranks, bytes === undefined ? undefined : bytesText(evidence?.kind === 'model' ? (evidence.downloadBytes || bytes) : bytes)].filter((part) => part !== undefined).join(' · ');
}

function layersText({ kind, layers, unread }: NonNullable<Candidate['evidence']>): string {
  if (kind === 'model') return 'full model';
  if (kind === 'controlnet') return 'not a LoRA';
  return layers.join(', ') || (unread ? 'not readable' : '');
}

function bytesOf({ evidence, size }: Candidate): number {
  return evidence?.downloadBytes ?? size ?? 0;
}

function changedText({ before, likes, downloads, updatedAt, goneAt }: Candidate): string {
  if (goneAt !== undefined) return `no longer found since ${dayText(goneAt)}`;
  if (!before) return '';
  const signed = (value: number) => (value > 0 ? `+${value}` : String(value));
  return [
    ...(before.updatedAt !== updatedAt ? ['changed by its author'] : []),
    ...(before.likes !== likes ? [`${signed(likes - before.likes)} likes`] : []),
    ...(before.downloads !== downloads ? [`${signed(downloads - before.downloads)} downloads`] : []),
  ].join(', ');
}

function compatibleOf(candidate: Candidate, isBase: boolean): SurveyRow['compatible'] {
  const { verdict, evidence, compatibility } = candidate;
  if (isRefused(candidate) && verdict) return { sign: 'refused', text: capitalised(verdict.word.toLowerCase()), detail: `by you${verdict.reason ? `: ${verdict.reason}` : ''}` };
  if (isBase) return { sign: 'pass', text: 'Base', detail: 'the plan’s base' };
  const [first] = evidence?.warnings ?? [];
  if (first?.severity === 'error') return { sign: 'error', text: compatibility?.verdict === 'other family' && !first.short.startsWith('weights') ? 'Other family' : 'Mismatch', detail: first.short };
  const [sign, text, detail] = judged(compatibility?.verdict, candidate);
  if (first && sign === 'pass') return { sign: 'warning', text: 'Look twice', detail: first.short };
  return { sign, text, detail };
}

function judged(verdict: NonNullable<Candidate['compatibility']>['verdict'] | undefined, { evidence, baseModels, gated }: Candidate): readonly [Sign, string, string] {
  const read = evidence?.family !== undefined;
  switch (verdict) {
    case 'fits':
      if (evidence?.unread !== undefined && evidence.kind === undefined) return ['question', 'Unknown', gated ? 'gated, header not read' : 'header not read'];
      return ['pass', 'Fits', read ? 'keys and shapes match' : 'by its card'];
    case 'other version':
      return ['warning', 'Other version', baseModels[0] ? `trained on ${baseModels[0].split('/').at(-1) ?? ''}` : 'by its keys'];
    case 'other family':
      return ['error', 'Other family', baseModels[0]?.split('/').at(-1) ?? ''];
    default:
      return ['question', 'Unknown', evidence?.unread ? 'header not read' : evidence ? 'its keys do not tell' : 'not read yet'];
  }
}

export function ageText(then: string, now: Date): string {
  const minutes = Math.round((now.getTime() - new Date(then).getTime()) / 60_000);
  if (Number.isNaN(minutes)) return '';
  if (minutes < 2) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`;
}

function dayText(date: string): string {
  const found = new Date(date);
  return Number.isNaN(found.getTime()) ? date : found.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
