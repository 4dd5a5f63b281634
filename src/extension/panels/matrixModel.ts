import type { Logger } from '../../core/actions/action';
import type { NetworkGaps } from '../../core/hub/measureNetworks';
import type { OutputMeasures } from '../../core/images/comparison/measureCache';
import { analysisNotes } from '../../core/review/analysisNotes';
import { inDocument, inPanel } from '../../core/review/charts/chart';
import { svgFile } from '../../core/review/charts/svg';
import { matrixCsv, matrixMarkdown, rankedModels } from '../../core/review/matrixDocument';
import { appendLines } from '../../core/review/ratingsFile';
import { cellKey, sessionOf, type ReviewOutput } from '../../core/review/session';
import type { Study } from '../../core/review/study';
import { summaryCharts } from '../../core/review/summaryCharts';
import type { ExportFormat, HostMessage, MatrixState, PictureSet, WebviewMessage } from '../../webviews/matrix/contract';
import { ComparePictures } from './comparePictures';
import { MatrixGallery } from './matrixGallery';
import { heatView } from './matrixHeat';
import { measurementsView } from './matrixMeasurements';
import { matrixNames, type MatrixNames } from './matrixNames';
import { comparisonTable, verdictRows } from './matrixTable';

export interface MatrixServices {
  readonly log: Logger;
  readonly planPath: string;
  readonly rater: string;
  readonly ratingsPath: string;
  /** Where copies of pictures that were made for showing are kept. */
  readonly cacheFolder: string;
  read(): Promise<Study | { readonly message: string; readonly advice: string }>;
  /** @param known only what was measured before */
  measure?(output: ReviewOutput, known: boolean, study: Study): Promise<OutputMeasures | undefined>;
  /** Networks that measure and are not on this disk. */
  gaps?(): Promise<NetworkGaps>;
  /** Asks, fetches them, and says whether there are new ones. */
  fetchNetworks?(): Promise<boolean>;
  now(): Date;
  post(message: HostMessage): void;
  confirmReveal(): Promise<boolean>;
  /** Shows a cell in the compare panel, or the session where it was left. */
  review(cell?: string): void;
  /** Runs the steps of the plan that write the analysis. */
  write(): void;
  editWeights(): void;
  save(format: ExportFormat, text: string): Promise<void>;
}

const shownPictures = 60;
/** New figures are shown after so many outputs, before all are there. */
const shownEvery = 25;
/** Half a second each. */
const mostMeasured = 2000;

/** What the matrix panel knows; free of the editor, so that tests can drive it. */
export class MatrixModel {
  private readonly pictures: ComparePictures;
  private study: Study | undefined;
  private names: MatrixNames | undefined;
  /** By generation. */
  private readonly measures = new Map<string, OutputMeasures>();
  /** How many of how many, while it goes on. */
  private measuring: { readonly done: number; readonly of: number } | undefined;
  private gaps: NetworkGaps = { offered: [], others: [] };

  constructor(private readonly services: MatrixServices) {
    this.pictures = new ComparePictures(services.cacheFolder);
  }

  async handle(message: WebviewMessage): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.refresh();
      case 'picture':
        return this.sendPicture(message.id);
      case 'show':
        return this.showPictures(message.model, message.edit);
      case 'open':
        return this.services.review(message.cell);
      case 'review':
        return this.services.review();
      case 'reveal':
        return this.reveal();
      case 'write':
        return this.services.write();
      case 'weights':
        return this.services.editWeights();
      case 'networks':
        return this.fetchNetworks();
      case 'export':
        return this.export(message.format);
    }
  }

  /** Reads outputs and ratings anew and shows what they say now. */
  async refresh(): Promise<void> {
    const study = await this.services.read();
    if ('message' in study) {
      this.study = undefined;
      return this.services.post({ type: 'state', state: { ...nothing, plan: this.services.planPath, empty: study } });
    }
    this.study = study;
    const session = sessionOf(study.file, this.services.rater);
    const blind = session && !session.revealed ? session.seed : undefined;
    this.names = matrixNames(study.evaluation, blind);
    this.gaps = (await this.services.gaps?.()) ?? this.gaps;
    await this.recall(study);
    this.show();
    void this.measure(study).catch((error: unknown) => this.services.log.error(`Results: ${String(error)}`));
  }

  /** Takes over what was measured before. */
  private async recall(study: Study): Promise<void> {
    for (const output of study.shown.slice(0, mostMeasured)) {
      const known = await this.services.measure?.(output, true, study);
      if (known) this.measures.set(output.generation.id, known);
    }
  }

  /** Measures rated outputs in the background; their figures follow when all are there. */
  private async measure(study: Study): Promise<void> {
    const { measure } = this.services;
    if (!measure || this.measuring) return;
    const judged = new Set(study.outputs.filter((output) => output.judged).map(({ generation }) => generation.id));
    const fresh = study.shown.filter(({ generation }) => judged.has(generation.id) && !this.measures.has(generation.id)).slice(0, mostMeasured - this.measures.size);
    if (fresh.length === 0) return;
    try {
      for (const [index, output] of fresh.entries()) {
        this.measuring = { done: index, of: fresh.length };
        const found = await measure(output, false, study);
        if (found) this.measures.set(output.generation.id, found);
        if (index > 0 && index % shownEvery === 0) this.show();
      }
    } finally {
      this.measuring = undefined;
    }
    this.show();
  }

  private show(): void {
    if (this.study && this.names) this.services.post({ type: 'state', state: this.state(this.study, this.names) });
  }

  private async fetchNetworks(): Promise<void> {
    if (!this.study || !(await this.services.fetchNetworks?.())) return;
    this.measures.clear();
    return this.refresh();
  }

  /** The export as text; names are letters as long as the panel's are. */
  text(format: ExportFormat): string {
    if (!this.study || !this.names) return '';
    const { evaluation, summary, analysis } = this.study;
    const { names } = this;
    const named = names.blind ? { ...summary, models: rankedModels(summary).map((model) => ({ ...model, modelId: names.letter(model.modelId), title: names.title(model.modelId) })) } : summary;
    if (format === 'csv') return matrixCsv(evaluation, named);
    if (format === 'json') return `${JSON.stringify({ evaluation: evaluation.name, limits: evaluation.limits, summary: withoutKeys(named, names), analysis: withoutKeys(analysis, names) }, undefined, 2)}\n`;
    if (format === 'markdown') {
      const notes = analysisNotes(evaluation, summary, analysis, (id) => names.title(id)).map(({ lead = '', text }) => `- ${lead}${text}`);
      return `${[matrixMarkdown(evaluation, named), '', ...notes].join('\n')}\n`;
    }
    const { overall, sameCharacter } = summaryCharts(inDocument, evaluation, summary, (model) => ({ key: names.letter(model.modelId), label: names.title(model.modelId) }));
    const chart = overall ?? sameCharacter;
    return chart ? svgFile(chart) : '';
  }

  private state(study: Study, names: MatrixNames): MatrixState {
    const { evaluation, summary, analysis, outputs } = study;
    const models = evaluation.models.flatMap(({ id }) => summary.models.filter(({ modelId, state }) => modelId === id && state === 'rated'));
    models.sort((left, right) => names.letter(left.modelId).localeCompare(names.letter(right.modelId)));
    if (models.length === 0) return { ...nothing, plan: this.services.planPath, empty: { message: 'Nothing is rated yet.', advice: 'Rate some outputs; their figures appear here.' } };
    return {
      plan: this.services.planPath,
      facts: facts(study),
      ...(names.blind && { blind: { text: blindText(study) } }),
      warnings: analysis.setAside > 0 ? [`${analysis.setAside} ratings are of pictures that were replaced since, or are gone. They are left out of all figures.`] : [],
      models: models.map(({ modelId }) => ({ letter: names.letter(modelId), ...(!names.blind && { title: names.title(modelId), recipe: names.recipe(modelId) }) })),
      verdicts: verdictRows(evaluation, models),
      table: comparisonTable(evaluation, summary, names),
      charts: summaryCharts(inPanel, evaluation, summary, ({ modelId }) => ({ key: names.letter(modelId), label: names.letter(modelId) })),
      notes: analysisNotes(evaluation, summary, analysis, (id) => (names.blind ? names.letter(id) : `${names.letter(id)} ${names.title(id)}`)),
      heat: heatView({ evaluation, outputs, summary }, models.map(({ modelId }) => modelId)),
      measurements: measurementsView(study, this.measures, { rater: this.services.rater, names, gaps: this.gaps, measuring: this.measuring }),
      gallery: names.blind ? [] : new MatrixGallery(study, names, this.pictures).sections(),
    };
  }

  private showPictures(letter: string, edit: string | undefined): void {
    const { study, names } = this;
    const modelId = names?.model(letter);
    // Pictures beside a letter that stays would tell by their look which model the letter is.
    if (!study || !names || names.blind || modelId === undefined) return;
    const found = study.outputs.filter(({ generation }) => generation.modelId === modelId && (edit === undefined || generation.edit.id === edit));
    const gallery = new MatrixGallery(study, names, this.pictures);
    const set: PictureSet = { title: edit === undefined ? names.title(modelId) : `${names.title(modelId)}: ${edit}`, picks: found.slice(0, shownPictures).map((output) => gallery.pick(output)), total: found.length };
    this.services.post({ type: 'pictures', set });
  }

  private async reveal(): Promise<void> {
    const session = this.study && sessionOf(this.study.file, this.services.rater);
    if (!session || session.revealed || !(await this.services.confirmReveal())) return;
    const { rater, ratingsPath, log } = this.services;
    const saved = await appendLines(ratingsPath, [{ version: 1, kind: 'reveal', at: this.services.now().toISOString(), rater, sessionId: session.id }]);
    if (!saved.ok) log.error(`${saved.failure.message} ${saved.failure.advice}`);
    await this.refresh();
  }

  private async export(format: ExportFormat): Promise<void> {
    const text = this.text(format);
    if (text !== '') await this.services.save(format, text);
  }

  private async sendPicture(id: string): Promise<void> {
    const picture = await this.pictures.read(id);
    this.services.post(picture ? { type: 'picture', id, bytes: picture.bytes } : { type: 'pictureMissing', id });
  }
}

const nothing: Omit<MatrixState, 'plan'> = {
  facts: [], warnings: [], models: [], verdicts: [], table: { subtitle: '', columns: [], rows: [] }, charts: {}, notes: [], heat: { measures: [], kinds: [], totals: {} }, measurements: { criteria: [], rows: [], missing: [], offered: false }, gallery: [],
};

function facts({ shown, summary, evaluation }: Study): readonly string[] {
  const pictures = new Set(shown.map(({ generation }) => generation.picture.file)).size;
  const edits = new Set(shown.map(({ generation }) => generation.edit.id)).size;
  const { seeds } = evaluation.sampler;
  return [
    `${shown.length} outputs, ${summary.sharedCells} shared cells: ${pictures} ${pictures === 1 ? 'picture' : 'pictures'} × ${edits} ${edits === 1 ? 'edit' : 'edits'}, ${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`,
    `${summary.raters.length} ${summary.raters.length === 1 ? 'rater' : 'raters'}${summary.unblinded > 0 ? `, ${summary.unblinded} ratings not blind` : ''}`,
    '2,000 resamples by picture',
  ];
}

function blindText({ shown, outputs }: Study): string {
  const cells = new Set(shown.map(({ generation }) => cellKey(generation)));
  const gaps = new Set(outputs.filter(({ judged }) => !judged).map(({ cell }) => cell));
  return `Blind: ${cells.size - gaps.size} of ${cells.size} cells rated. Models are letters of their own here, not those of the cells.`;
}

/** Replaces model ids by letters while they are hidden, wherever they stand in figures. */
function withoutKeys(value: unknown, names: MatrixNames): unknown {
  if (!names.blind) return plain(value);
  return JSON.parse(JSON.stringify(plain(value)), (_, part: unknown) => (typeof part === 'string' && names.letter(part) !== '?' ? names.letter(part) : part));
}

/** Without functions and maps, which JSON would drop or empty. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, part: unknown) => (part instanceof Map ? [...(part as ReadonlyMap<unknown, unknown>)] : part)));
}
