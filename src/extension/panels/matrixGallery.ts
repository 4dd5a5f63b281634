import type { Criterion } from '../../core/evaluation/evaluation';
import { isBaseModel } from '../../core/evaluation/modelSelector';
import { disputedOutputs, type DisputedOutput } from '../../core/review/disputed';
import { examplesPerSide, pickExamples } from '../../core/review/examplePicks';
import type { JudgedOutput } from '../../core/review/judgedOutput';
import type { ArtifactPin } from '../../core/review/rating';
import type { ReviewOutput } from '../../core/review/session';
import type { Study } from '../../core/review/study';
import type { GallerySection, Pick, PickPicture } from '../../webviews/matrix/contract';
import { pinLabel } from '../../webviews/compare/keys';
import type { ComparePictures } from './comparePictures';
import type { MatrixNames } from './matrixNames';

/** Draws outputs as strips: source, base and the output itself, with pins, scores and prompt. */
export class MatrixGallery {
  private readonly byId: ReadonlyMap<string, ReviewOutput>;
  private readonly pins: ReadonlyMap<string, readonly ArtifactPin[]>;
  /** Of the base model, by cell. */
  private readonly bases: ReadonlyMap<string, ReviewOutput>;

  constructor(private readonly study: Study, private readonly names: MatrixNames, private readonly pictures: ComparePictures) {
    const { shown, ratings, evaluation, outputs } = study;
    this.byId = new Map(shown.map((output) => [output.generation.id, output]));
    this.pins = new Map(ratings.current.map(({ generationId, pins }) => [generationId, pins]));
    const base = evaluation.models.find((model) => isBaseModel(model, evaluation))?.id;
    this.bases = new Map(outputs.flatMap(({ cell, generation }) => {
      const output = generation.modelId === base ? this.byId.get(generation.id) : undefined;
      return output ? [[cell, output] as const] : [];
    }));
  }

  /** Best, worst and most disputed, each by its rule. */
  sections(): readonly GallerySection[] {
    const { outputs, evaluation, ratings } = this.study;
    const { best, worst } = pickExamples(outputs, evaluation.criteria, examplesPerSide);
    const disputed = disputedOutputs(outputs, ratings, evaluation.criteria, examplesPerSide);
    return [
      { title: 'Best', rule: 'Highest overall score; among equals those marked as best, then fewest artifacts; then other models and pictures.', picks: best.map((output) => this.pick(output)) },
      { title: 'Worst', rule: 'Lowest overall score; among equals those marked as worst, then most artifacts; then other models and pictures.', picks: worst.map((output) => this.pick(output)) },
      { title: 'Most disputed', rule: 'Largest gap between an answer and its silent repeat, or between two raters.', picks: disputed.map((each) => this.pick(each.output, disputeText(each))) },
    ].filter(({ picks }) => picks.length > 0);
  }

  pick(output: JudgedOutput, scores = scoresText(output, this.study.evaluation.criteria)): Pick {
    const { generation, cell } = output;
    const types = tally(output.artifactTypes.map((type) => pinLabel(type).toLowerCase()));
    return {
      cell,
      letter: this.names.letter(generation.modelId),
      title: this.names.title(generation.modelId),
      prompt: generation.edit.prompt,
      scores: scores === '' ? 'not rated' : scores,
      detail: [...types, ...output.notes.slice(0, 1), generation.picture.file, `${generation.seconds.edit.toFixed(1)} s`].join(' · '),
      pictures: this.strip(output),
    };
  }

  private strip({ generation, cell }: JudgedOutput): readonly PickPicture[] {
    const shown = this.byId.get(generation.id);
    if (!shown) return [];
    const base = this.bases.get(cell);
    const letter = this.names.letter(generation.modelId);
    return [
      { label: 'source', picture: this.small(shown.sourcePath), pins: [] },
      ...(base && base !== shown ? [{ label: `${this.names.letter(base.generation.modelId)} base`, picture: this.small(base.outputPath), pins: [] }] : []),
      { label: base === shown ? `${letter} base` : letter, picture: this.small(shown.outputPath), pins: (this.pins.get(generation.id) ?? []).map(({ x, y }) => ({ x, y })) },
    ];
  }

  private small(path: string): string {
    return this.pictures.thumbnailOf(path, { width: 320, height: 340 });
  }
}

function scoresText({ answers }: JudgedOutput, criteria: readonly Criterion[]): string {
  return criteria.flatMap((criterion) => (answers[criterion.id] === undefined ? [] : [answerText(criterion, answers[criterion.id] ?? 0)])).join(' · ');
}

function answerText({ label, kind }: Criterion, answer: number): string {
  const [word = label] = label.toLowerCase().split(' ');
  if (kind === 'yesNo') return `${word} ${answer > 0.5 ? 'yes' : 'no'}`;
  if (kind === 'count') return `${Number(answer.toFixed(1))} ${answer === 1 ? word.replace(/s$/, '') : word}`;
  return `${word} ${Number(answer.toFixed(1))}`;
}

function disputeText({ criterion, answers: [first, second], between }: DisputedOutput): string {
  const text = (answer: number): string => (criterion.kind === 'yesNo' ? (answer > 0.5 ? 'yes' : 'no') : String(answer));
  return `${criterion.label.toLowerCase()} ${text(first)}, ${between === 'repeat' ? 'repeated' : 'another rater'} ${text(second)}`;
}

function tally(words: readonly string[]): readonly string[] {
  return [...new Set(words)].map((word) => `${word} ${words.filter((other) => other === word).length}`);
}
