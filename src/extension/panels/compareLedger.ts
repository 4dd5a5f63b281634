import type { Logger } from '../../core/actions/action';
import type { Result } from '../../core/outcome';
import { applyRating, currentRatings, type CurrentRating } from '../../core/review/currentRating';
import type { Rating } from '../../core/review/rating';
import { appendLines, readRatings, type RatingsFile } from '../../core/review/ratingsFile';
import type { RatingsLine, SeenRecord, VoteRecord } from '../../core/review/records';
import { showingOf } from '../../core/review/session';

/** One rater's part of the ratings file, and what it adds up to. Nothing holds in here before it is on the disk. */
export class CompareLedger {
  /** By showing: an output that is shown twice has two. */
  readonly current = new Map<string, CurrentRating>();
  readonly seen = new Set<string>();
  /** Generations with ratings of a picture that is gone. */
  readonly setAside = new Set<string>();
  file: RatingsFile;
  /** Counts up when everything may be another than before. */
  folds = 0;

  /** The file's ratings and looks, and those that this window has appended since it was read. */
  private ratings: Rating[] = [];
  private looks: SeenRecord[] = [];
  private given: VoteRecord[] = [];

  /** @param hashes of the outputs as they are now, by generation */
  constructor(private readonly path: string, private readonly rater: string, file: RatingsFile, private readonly hashes: () => ReadonlyMap<string, string>, private readonly log: Logger) {
    this.file = file;
    this.adopt(file);
  }

  /** Grows with each rating and vote. */
  get lines(): number {
    return this.ratings.length + this.given.length;
  }

  get votes(): readonly VoteRecord[] {
    return this.given;
  }

  get brokenLines(): number {
    return this.file.brokenLines.length;
  }

  /** Reads what another window wrote. `true` when it rated for the same person. */
  async notice(): Promise<boolean> {
    const before = this.lines;
    const known = this.file.bytes;
    await this.reload();
    return this.file.bytes !== known && this.lines > before;
  }

  async append(lines: readonly RatingsLine[]): Promise<Result<number>> {
    const written = lines.reduce((sum, line) => sum + Buffer.byteLength(JSON.stringify(line)) + 1, 0);
    const saved = await appendLines(this.path, lines);
    if (!saved.ok) return saved;
    const others = saved.value - this.file.bytes - written;
    this.file = { ...this.file, bytes: saved.value };
    // Another window appended too (or cut the file): what it said counts, newest line last.
    if (others > 1 || others < 0) await this.reload();
    else for (const line of lines) this.take(line);
    return saved;
  }

  async reload(): Promise<void> {
    const file = await readRatings(this.path);
    if (file.ok) this.adopt(file.value);
    else this.log.warn(file.failure.message);
  }

  /** Anew, because an output turned out to be another one than its sidecar says. */
  fold(): void {
    this.folds++;
    const hashes = this.hashes();
    const { current, setAside, repeats, anchors } = currentRatings(this.ratings, (id) => hashes.get(id));
    this.current.clear();
    this.setAside.clear();
    this.seen.clear();
    for (const rating of [...current, ...repeats, ...anchors]) this.current.set(showingOf(rating), rating);
    for (const { generationId } of setAside) this.setAside.add(generationId);
    for (const { generationId, outputSha256 } of this.looks.flatMap(({ outputs }) => outputs)) {
      if (hashes.get(generationId) === outputSha256) this.seen.add(generationId);
    }
  }

  private adopt(file: RatingsFile): void {
    this.file = file;
    this.ratings = file.ratings.filter(({ rater }) => rater === this.rater);
    this.looks = file.seen.filter(({ rater }) => rater === this.rater);
    this.given = file.votes.filter(({ rater }) => rater === this.rater);
    this.fold();
  }

  private take(line: RatingsLine): void {
    if (!('kind' in line)) {
      this.ratings.push(line);
      const showing = showingOf(line);
      this.current.set(showing, applyRating(this.current.get(showing), line));
    } else if (line.kind === 'seen') {
      this.looks.push(line);
      for (const { generationId } of line.outputs) this.seen.add(generationId);
    } else if (line.kind === 'vote') {
      this.given.push(line);
    }
  }
}
