import { enoughForPace } from '../../core/review/progress';
import type { ReviewCell } from '../../core/review/session';
import type { CellMark, ProgressView } from '../../webviews/compare/contract';
import type { CompareModel } from './compareModel';

/** What counts of one cell. */
type CellCount = Omit<CellMark, 'thumbnail'> & {
  /** Of its rated outputs whose time is known. */
  readonly timed: number;
  readonly milliseconds: number;
};

/** Cells told to the panel to each side of the current one: more than fit on a screen. */
const toldBeside = 150;

/**
 * How far each cell and the whole session is. Counted anew only where something was rated, because a session can have tens of
 * thousands of cells and a key must not wait for them.
 */
export class CompareMarks {
  private counts: CellCount[] = [];
  private cells: readonly ReviewCell[] | undefined;
  private folds = -1;
  private readonly sum = { rated: 0, outputs: 0, timed: 0, milliseconds: 0 };

  constructor(private readonly model: CompareModel) {}

  /** To be called when something was said of a cell's outputs; of all when left out. */
  changed(index?: number): void {
    if (index === undefined) {
      this.cells = undefined;
      return;
    }
    const [cell, before] = [this.cells?.[index], this.counts[index]];
    if (!cell || !before) return;
    const now = this.count(cell);
    this.counts[index] = now;
    this.add(before, -1);
    this.add(now, 1);
  }

  /** Those around the current cell, and the number of the first of them. */
  around(index: number): { readonly first: number; readonly marks: readonly CellMark[] } {
    const counts = this.upToDate();
    const first = Math.max(0, index - toldBeside);
    const marks = counts.slice(first, index + toldBeside + 1).map(({ rated, partly, outputs, flagged }, offset) => ({ thumbnail: this.thumbnail(first + offset), rated, partly, outputs, flagged }));
    return { first, marks };
  }

  /** The next other cell with outputs to rate, round the end. */
  gapAfter(index: number): number | undefined {
    const counts = this.upToDate();
    for (let step = 1; step < counts.length; step++) {
      const at = (index + step) % counts.length;
      const { rated = 0, outputs = 0 } = counts[at] ?? {};
      if (rated < outputs) return at;
    }
    return undefined;
  }

  get progress(): ProgressView {
    this.upToDate();
    const { rated, outputs, timed, milliseconds } = this.sum;
    if (timed < enoughForPace) return { rated, total: outputs };
    const secondsPerOutput = milliseconds / timed / 1000;
    return { rated, total: outputs, secondsPerOutput, secondsLeft: secondsPerOutput * (outputs - rated) };
  }

  private upToDate(): readonly CellCount[] {
    const { cells, ledger } = this.model;
    if (this.cells === cells && this.folds === ledger.folds) return this.counts;
    [this.cells, this.folds] = [cells, ledger.folds];
    this.counts = cells.map((cell) => this.count(cell));
    Object.assign(this.sum, { rated: 0, outputs: 0, timed: 0, milliseconds: 0 });
    for (const count of this.counts) this.add(count, 1);
    return this.counts;
  }

  private count({ outputs: all }: ReviewCell): CellCount {
    const { model } = this;
    const outputs = all.filter(({ generation }) => !model.unreadable.has(generation.id));
    const ratings = outputs.flatMap((output) => {
      const rating = model.ratingOf(output);
      return rating ? [{ rating, rated: model.isRated(output) }] : [];
    });
    const times = ratings.filter(({ rating, rated }) => rated && rating.milliseconds > 0).map(({ rating }) => rating.milliseconds);
    return {
      rated: ratings.filter(({ rated }) => rated).length,
      partly: ratings.some(({ rating }) => Object.keys(rating.answers).length > 0),
      outputs: outputs.length,
      flagged: ratings.some(({ rating }) => rating.flagged),
      timed: times.length,
      milliseconds: times.reduce((sum, time) => sum + time, 0),
    };
  }

  private add({ rated, outputs, timed, milliseconds }: CellCount, sign: 1 | -1): void {
    this.sum.rated += sign * rated;
    this.sum.outputs += sign * outputs;
    this.sum.timed += sign * timed;
    this.sum.milliseconds += sign * milliseconds;
  }

  private thumbnail(index: number): string | undefined {
    const cell = this.cells?.[index];
    return cell && this.model.pictures.thumbnailOf(cell.sourcePath);
  }
}
