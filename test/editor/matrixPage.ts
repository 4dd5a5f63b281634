import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { currentRatings } from '../../src/core/review/currentRating';
import type { Rating } from '../../src/core/review/rating';
import { networkGaps } from '../../src/core/hub/measureNetworks';
import { measurePair } from '../../src/core/images/comparison/measurePair';
import { readRatings } from '../../src/core/review/ratingsFile';
import type { RatingsLine } from '../../src/core/review/records';
import type { ReviewOutput } from '../../src/core/review/session';
import { studyOf } from '../../src/core/review/study';
import { compareHtml } from '../../src/extension/panels/compareHtml';
import { MatrixModel } from '../../src/extension/panels/matrixModel';
import type { ExportFormat, HostMessage, WebviewMessage } from '../../src/webviews/matrix/contract';
import { makeEvaluation, makeRating } from '../unit/core/review/study';
import { drawStudy, type StudyOptions } from './compareStudy';
import { PanelInBrowser, type PanelView } from './panelInBrowser';

export interface MatrixOptions extends PanelView {
  readonly study: StudyOptions;
  readonly answers: (output: ReviewOutput) => Rating['answers'] | undefined;
  readonly more?: (outputs: readonly ReviewOutput[]) => readonly RatingsLine[];
}

/** The real matrix panel in a real browser, with its real host side, but without the editor around it. */
export class MatrixPage {
  readonly asked: string[] = [];
  readonly saved = new Map<ExportFormat, string>();
  private model!: MatrixModel;
  private panel!: PanelInBrowser<HostMessage, WebviewMessage>;

  private constructor(readonly folder: string, readonly outputs: readonly ReviewOutput[]) {}

  get page(): Page {
    return this.panel.page;
  }

  get sent(): readonly HostMessage[] {
    return this.panel.sent;
  }

  get violations(): readonly string[] {
    return this.panel.violations;
  }

  get ratings(): string {
    return path.join(this.folder, 'ratings.jsonl');
  }

  static async open({ study, answers, more, ...view }: MatrixOptions): Promise<MatrixPage> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
    const drawn = await drawStudy(folder, study);
    // Models differ in what they cost, and times vary a little.
    const outputs = drawn.map((output, index): ReviewOutput => {
      const place = study.models.indexOf(output.generation.modelId);
      const seconds = { load: 4, edit: [2.1, 1.9, 2.7, 2.2, 1.8, 0.5][place % 6]! * (1 + (index % 7) / 100) };
      return { ...output, generation: { ...output.generation, seconds, memory: { kind: 'vram', peakBytes: [2.7, 2.6, 3.1, 2.8, 2.7, 2.4][place % 6]! * 1e9, averageBytes: 2.2e9 } } };
    });
    const lines: RatingsLine[] = outputs.flatMap((output) => {
      const given = answers(output);
      return given ? [makeRating(output.generation, given)] : [];
    });
    await writeFile(path.join(folder, 'ratings.jsonl'), [...lines, ...(more?.(outputs) ?? [])].map((line) => `${JSON.stringify(line)}\n`).join(''));
    const matrix = new MatrixPage(folder, outputs);
    matrix.panel = await PanelInBrowser.open({ name: 'matrix', folder, html: compareHtml, receive: (message) => void matrix.model.handle(message), ...view });
    matrix.model = matrix.modelOf(study);
    await matrix.panel.load();
    return matrix;
  }

  async close(): Promise<void> {
    await this.panel.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private modelOf(study: StudyOptions): MatrixModel {
    const evaluation = makeEvaluation(study.models, {
      name: 'Portraits', limits: { sameCharacterShare: 0.7, memoryGigabytes: 3, secondsPerEdit: 2.5 },
      models: study.models.map((id, index) => ({ id, title: id[0]!.toUpperCase() + id.slice(1).replaceAll('-', ' '), base: `secret-lab/${id}`, category: id === 'base' ? 'base' : 'lora', loras: id === 'base' ? [] : [{ repository: `secret-lab/${id}`, scale: index === 2 ? 0.8 : 1 }] })),
    });
    return new MatrixModel({
      log: { debug() {}, info() {}, warn() {}, error() {} }, planPath: '/plan/tasks.md', rater: 'tester', ratingsPath: this.ratings, cacheFolder: path.join(this.folder, 'cache'), now: () => new Date(), confirmReveal: async () => true,
      read: async () => {
        const file = await readRatings(this.ratings);
        return file.ok ? studyOf(evaluation, this.outputs, file.value) : file.failure;
      },
      // As networks would: likeness falls with the turn of the head.
      measure: async (output, known) => {
        if (known) return undefined;
        const yaw = output.generation.edit.kind === 'angle' ? 50 : -5;
        return { ...(await measurePair(output.sourcePath, output.outputPath)), yaw, identity: 0.9 - study.models.indexOf(output.generation.modelId) / 10 - Math.abs(yaw) / 200 };
      },
      gaps: async () => networkGaps({}, { edits: [] }),
      fetchNetworks: async () => {
        this.asked.push('networks');
        return false;
      },
      post: (message) => void this.panel.post(message),
      review: (cell) => void this.asked.push(`review ${cell ?? ''}`),
      write: () => void this.asked.push('write'),
      editWeights: () => void this.asked.push('weights'),
      save: async (format, text) => void this.saved.set(format, text),
    });
  }

  /** What the file adds up to now. */
  async current() {
    const file = await readRatings(this.ratings);
    if (!file.ok) throw new Error(file.failure.message);
    const hashes = new Map(this.outputs.map(({ generation: { id, output } }) => [id, output.sha256]));
    return { file: file.value, ...currentRatings(file.value.ratings, (id) => hashes.get(id)) };
  }
}
