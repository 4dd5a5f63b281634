import type { Evaluation } from '../../core/evaluation/evaluation';
import type { Logger } from '../../core/actions/action';
import { ok, type Failure, type Result } from '../../core/outcome';
import type { CurrentRating } from '../../core/review/currentRating';
import { isDone, isFullyRated, type ReviewFocus } from '../../core/review/progress';
import type { Rating } from '../../core/review/rating';
import { readRatings, type RatingsFile } from '../../core/review/ratingsFile';
import type { VoteChoice } from '../../core/review/records';
import { withHiddenChecks } from '../../core/review/hiddenChecks';
import { openSession, reviewCells, sessionOf, showingOf, type ReviewCell, type ReviewOutput, type Session } from '../../core/review/session';
import type { Change, CompareState, FaceBox, HostMessage, LastChange, RestoreKey, SaveState, SummaryView, TileName, WebviewMessage } from '../../webviews/compare/contract';
import { changeText, isValidChange, linesFor, rowOf, undoLines } from './compareChange';
import { CompareLedger } from './compareLedger';
import { CompareMarks } from './compareMarks';
import { ComparePictures } from './comparePictures';
import { buildState, letterOf } from './compareState';
import { summaryView, undecidedPairs } from './compareSummary';
import { CompareVotes, type VoteDraft } from './compareVotes';

export interface CompareInput {
  readonly evaluation: Evaluation;
  /** The set to judge: outputs of the models that the step names. */
  readonly outputs: readonly ReviewOutput[];
  readonly ratingsPath: string;
  /** Where copies of pictures that were made for showing are kept. */
  readonly cacheFolder: string;
  readonly rater: string;
  readonly focus: ReviewFocus;
  readonly restore: RestoreKey;
  /** Keys of the panel that the settings bind anew, by command. */
  readonly keys?: Readonly<Record<string, readonly string[]>>;
}

export interface CompareServices {
  readonly log: Logger;
  now(): Date;
  post(message: HostMessage): void;
  /** Asks, as a modal question, whether the models may be told. */
  confirmReveal(): Promise<boolean>;
  /** Words that measurements have for an output; never asked before it is rated. */
  flags?(output: ReviewOutput): Promise<readonly string[]>;
  /** The best face that was found in a picture before; nothing is looked for. */
  face?(sha256: string): Promise<FaceBox | undefined>;
  openRatings(): void;
  close(): void;
}

/** What one window knows of a running review. Free of the editor, so that tests and other hosts can drive it. */
export class CompareModel {
  readonly pictures: ComparePictures;
  readonly marks = new CompareMarks(this);
  readonly ledger: CompareLedger;
  /** Outputs that could not be decoded. */
  readonly unreadable = new Set<string>();
  /** Hashes of outputs that were replaced after their sidecar was written. */
  readonly replaced = new Map<string, string>();
  /** Sources with more range than the screen. */
  readonly clipped = new Set<string>();
  /** Faces in the pictures that were shown, by the hash of the picture. */
  readonly faces = new Map<string, FaceBox | undefined>();
  /** What was measured of rated outputs, by generation. */
  readonly flags = new Map<string, readonly string[]>();
  cells: readonly ReviewCell[] = [];
  cell = 0;
  save: SaveState = { kind: 'none' };
  last: LastChange | undefined;
  revealed = false;
  /** The next state goes to a cell that was asked for. */
  wanted = false;
  /** Another window has rated for the same person since this one did. */
  elsewhere = false;
  /** Number of the ask that was handled last. */
  replied: number | undefined;
  votes: CompareVotes | undefined;

  private focus: ReviewFocus;
  private session: Session;
  private summary: { readonly of: string; readonly view: SummaryView } | undefined;
  private ready = false;
  private changes = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly undoable: Undo[] = [];
  private readonly waiting: { readonly focus: ReviewFocus; resolve(done: boolean): void }[] = [];

  static async open(input: CompareInput, services: CompareServices): Promise<Result<CompareModel>> {
    const file = await readRatings(input.ratingsPath);
    if (!file.ok) return file;
    const session = await openSession(input.ratingsPath, file.value, input.rater, services.now());
    if (!session.ok) return session;
    // A session that has just begun is a line more, which must not pass for one of another window.
    const now = sessionOf(file.value, input.rater) ? file : await readRatings(input.ratingsPath);
    return now.ok ? ok(new CompareModel(input, services, now.value, session.value)) : now;
  }

  private constructor(readonly input: CompareInput, private readonly services: CompareServices, file: RatingsFile, session: Session) {
    this.focus = input.focus;
    this.session = session;
    this.pictures = new ComparePictures(input.cacheFolder);
    this.ledger = new CompareLedger(input.ratingsPath, input.rater, file, () => new Map(input.outputs.map((output) => [output.generation.id, this.sha256Of(output)])), services.log);
    this.shuffle();
    this.cell = Math.max(0, this.cells.findIndex((cell) => cell.outputs.some((output) => !this.isRated(output) && !this.unreadable.has(output.generation.id))));
  }

  /** Messages are answered one after the other, so that each state follows from the change before it. */
  handle(message: WebviewMessage): Promise<void> {
    if (message.type === 'picture') return this.sendPicture(message.id);
    if (message.type === 'tile') return this.sendTile(message);
    const mine = this.turn.then(() => {
      this.replied = message.ask ?? this.replied;
      return this.answer(message);
    });
    this.turn = mine.catch((error: unknown) => this.services.log.error(`Compare: ${String(error)}`));
    return mine;
  }

  /** Resolves to `true` as soon as every output has what `focus` asks for, to `false` when the panel is closed before. */
  finished(focus: ReviewFocus): Promise<boolean> {
    this.focus = focus;
    if (this.isComplete(focus)) return Promise.resolve(true);
    this.post();
    return new Promise((resolve) => this.waiting.push({ focus, resolve }));
  }

  dispose(): void {
    for (const { focus, resolve } of this.waiting.splice(0)) resolve(this.isComplete(focus));
  }

  /** Shows a cell, even where the session is finished. */
  openAt(key: string): void {
    const index = this.cells.findIndex((cell) => cell.key === key);
    if (index < 0) return;
    this.cell = index;
    this.wanted = true;
  }

  /** Makes the pictures that are wanted first while the panel's page is still loading. */
  prepare(): void {
    const { cell } = this.state();
    for (const id of [cell?.source.picture, ...(cell?.outputs.map(({ picture }) => picture) ?? [])]) if (id !== undefined) void this.pictures.read(id);
  }

  state(): CompareState {
    return buildState(this, this.focus, () => this.summarized());
  }

  sha256Of(output: ReviewOutput): string {
    return this.replaced.get(output.generation.id) ?? output.generation.output.sha256;
  }

  /** Under which the face of an output is kept; what was spoilt on purpose is no picture of a file. */
  faceKeyOf(output: ReviewOutput): string {
    return output.anchor === 'degraded' ? '' : this.sha256Of(output);
  }

  ratingOf(output: ReviewOutput): CurrentRating | undefined {
    return this.ledger.current.get(showingOf(output));
  }

  isRated(output: ReviewOutput): boolean {
    return isFullyRated(this.ratingOf(output), this.input.evaluation.criteria);
  }

  private async answer(message: Exclude<WebviewMessage, { readonly type: 'picture' | 'tile' }>): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        return this.go(message.cell ?? this.cell);
      case 'go':
        return this.go(message.cell);
      case 'rate':
        return this.rate(message.cell, message.letter, message.change, message.milliseconds);
      case 'undo':
        return this.undo();
      case 'reveal':
        return this.reveal();
      case 'voting':
        return this.setVoting(message.on);
      case 'vote':
        return this.vote(message.choice, message.milliseconds);
      case 'takeOver':
        this.elsewhere = false;
        return this.post();
      case 'newSession':
        return this.begin();
      case 'openRatings':
        return this.services.openRatings();
      case 'close':
        return this.services.close();
    }
  }

  private async go(index: number): Promise<void> {
    if (this.cells[index]) this.cell = index;
    this.post();
    const cell = this.cells[this.cell];
    const fresh = cell?.outputs.filter(({ generation, anchor }) => !anchor && !this.ledger.seen.has(generation.id)) ?? [];
    if (!cell || fresh.length === 0) return;
    // In the order of the plan's own ids: the file must not tell which letter was whose.
    const outputs = fresh.map((output) => ({ generationId: output.generation.id, outputSha256: this.sha256Of(output) }));
    outputs.sort((left, right) => (left.generationId < right.generationId ? -1 : 1));
    const saved = await this.ledger.append([{ ...this.head(), kind: 'seen', outputs }]);
    if (!saved.ok) return this.services.log.warn(saved.failure.message);
    this.settle();
  }

  private async rate(index: number, letter: string, change: Change, milliseconds: number): Promise<void> {
    const cell = this.cells[index];
    const output = cell?.outputs.find((_, place) => letterOf(place) === letter);
    if (this.elsewhere || !cell || !output || !isValidChange(change, this.input.evaluation)) return this.post();
    const before = (other: ReviewOutput): CurrentRating | undefined => this.ratingOf(other);
    const drafts = linesFor(change, output, cell, before, this.input.evaluation);
    const at = { cell: index, letter, row: rowOf(change) };
    const undo: Undo = { ...at, lines: () => undoLines(drafts, undone), text: `${letter}: ${changeText(change, this.input.evaluation)}` };
    const undone = new Map(drafts.map(({ showing }) => [showing, this.ledger.current.get(showing)]));
    const lines = drafts.map((draft, place) => this.ratingLine(cell, draft, place === 0 && milliseconds > 0 ? Math.round(milliseconds) : undefined));
    const saved = await this.ledger.append(lines);
    if (!saved.ok) return this.notSaved(saved.failure, at);
    this.undoable.push(undo);
    this.accept({ ...at, text: undo.text, undo: true });
  }

  /** The ratings file has changed: what another window wrote counts, and where it rated for the same person this one steps back. */
  noticeFile(): Promise<void> {
    const mine = this.turn.then(async () => {
      if (!(await this.ledger.notice())) return;
      this.elsewhere = true;
      this.post();
      this.settle();
    });
    this.turn = mine.catch((error: unknown) => this.services.log.error(`Compare: ${String(error)}`));
    return mine;
  }

  private setVoting(on: boolean): void {
    this.votes = on && this.state().summary ? new CompareVotes(this, this.session, undecidedPairs(this)) : undefined;
    this.post();
  }

  private async vote(choice: VoteChoice, milliseconds: number): Promise<void> {
    const draft = this.elsewhere ? undefined : this.votes?.answer(choice);
    if (draft) await this.saveVote(draft, Math.round(Math.max(0, milliseconds)));
    else this.post();
  }

  private async saveVote(draft: VoteDraft, milliseconds?: number): Promise<void> {
    const saved = await this.ledger.append([{ ...this.head(), kind: 'vote', ...draft, ...(milliseconds !== undefined && { milliseconds }), ...(this.revealed && { unblinded: true }) }]);
    if (!saved.ok) return this.notSaved(saved.failure, { letter: '', row: 'vote' });
    this.votes?.accept(draft);
    this.save = { kind: 'saved', at: this.services.now().toISOString() };
    this.post();
  }

  /** Appends what held before; nothing in the file is ever taken away. */
  private async undo(): Promise<void> {
    const vote = this.votes?.undo();
    if (this.votes) return vote ? this.saveVote(vote) : this.post();
    const undo = this.elsewhere ? undefined : this.undoable.at(-1);
    if (!undo) return this.post();
    const cell = this.cells[undo.cell];
    const lines = cell ? undo.lines().map((draft) => this.ratingLine(cell, draft, undefined)) : [];
    const saved = await this.ledger.append(lines);
    if (!saved.ok) return this.notSaved(saved.failure, undo);
    this.undoable.pop();
    this.cell = undo.cell;
    this.accept({ cell: undo.cell, letter: undo.letter, row: undo.row, text: `Undone: ${undo.text}`, undo: false });
  }

  private async reveal(): Promise<void> {
    if (this.revealed || !(await this.services.confirmReveal())) return this.post();
    const saved = await this.ledger.append([{ ...this.head(), kind: 'reveal' }]);
    if (!saved.ok) return this.notSaved(saved.failure, { letter: '', row: 'reveal' });
    this.revealed = true;
    this.post();
  }

  private async begin(): Promise<void> {
    const session = await openSession(this.input.ratingsPath, this.ledger.file, this.input.rater, this.services.now(), true);
    if (!session.ok) return this.notSaved(session.failure, { letter: '', row: 'session' });
    this.session = session.value;
    this.undoable.length = 0;
    this.votes = undefined;
    this.last = undefined;
    await this.ledger.reload();
    this.shuffle();
    this.cell = 0;
    await this.go(0);
  }

  private async sendPicture(id: string): Promise<void> {
    const path = this.pictures.fileOf(id);
    const picture = await this.pictures.read(id);
    this.services.post(picture ? { type: 'picture', id, bytes: picture.bytes, ...(picture.tiled && { tiled: picture.tiled }) } : { type: 'pictureMissing', id });
    if (path === undefined) return;
    if (picture?.clipped && !this.clipped.has(path) && this.cells.some(({ sourcePath }) => sourcePath === path)) {
      this.clipped.add(path);
      await this.postInTurn();
    }
    const output = this.input.outputs.find(({ outputPath }) => outputPath === path);
    if (!output) return;
    const { id: generationId } = output.generation;
    if (!picture && !this.unreadable.has(generationId)) {
      this.unreadable.add(generationId);
      this.marks.changed();
      await this.postInTurn();
      this.settle();
    } else if (picture && picture.sha256 !== this.sha256Of(output)) {
      this.replaced.set(generationId, picture.sha256);
      this.ledger.fold();
      await this.postInTurn();
    }
  }

  private async sendTile({ id, level, column, row }: TileName): Promise<void> {
    const bytes = await this.pictures.readTile(id, { level, column, row });
    this.services.post(bytes ? { type: 'tile', id, level, column, row, bytes } : { type: 'tileMissing', id, level, column, row });
  }

  private accept(last: Omit<LastChange, 'id'>): void {
    this.save = { kind: 'saved', at: this.services.now().toISOString() };
    this.last = { id: ++this.changes, ...last };
    this.marks.changed(last.cell);
    this.post();
    this.settle();
  }

  private notSaved(failure: Failure, { letter, row }: { readonly letter: string; readonly row: string }): void {
    this.services.log.error(`${failure.message} ${failure.detail ?? ''}`);
    this.save = { kind: 'failed', reason: failure.short ?? failure.message, letter, row };
    this.post();
  }

  private shuffle(): void {
    this.cells = withHiddenChecks(reviewCells(this.input.outputs, this.session.seed), this.session.seed, this.input.evaluation.review);
    this.revealed = this.session.revealed;
  }

  /** Two thousand resamples are not worth repeating while nothing changes. */
  private summarized(): SummaryView {
    const of = `${this.session.id}/${this.revealed}/${this.ledger.lines}`;
    if (this.summary?.of !== of) this.summary = { of, view: summaryView(this, this.session) };
    return this.summary.view;
  }

  private isComplete(focus: ReviewFocus): boolean {
    const countable = this.input.outputs.filter(({ generation }) => !this.unreadable.has(generation.id));
    const { criteria } = this.input.evaluation;
    return countable.length > 0 && countable.every(({ generation: { id } }) => isDone({ rating: this.ledger.current.get(id), seen: this.ledger.seen.has(id) }, criteria, focus));
  }

  private settle(): void {
    const done = this.waiting.filter(({ focus }) => this.isComplete(focus));
    for (const waiting of done) {
      this.waiting.splice(this.waiting.indexOf(waiting), 1);
      waiting.resolve(true);
    }
  }

  private post(): void {
    if (!this.ready) return;
    this.services.post({ type: 'state', state: this.state() });
    this.wanted = false;
    void this.measureRated();
    void this.findFaces();
  }

  /** Tells what came of itself, never in the middle of an answer. */
  private postInTurn(): Promise<void> {
    const mine = this.turn.then(() => this.post());
    this.turn = mine;
    return mine;
  }

  /** Measures the rated outputs of the current cell, and shows what was found. */
  private async measureRated(): Promise<void> {
    const { flags } = this.services;
    const fresh = this.cells[this.cell]?.outputs.filter((output) => !output.anchor && this.isRated(output) && !this.flags.has(output.generation.id)) ?? [];
    if (!flags || fresh.length === 0) return;
    for (const { generation } of fresh) this.flags.set(generation.id, []);
    const found = await Promise.all(fresh.map((output) => flags(output)));
    fresh.forEach(({ generation }, index) => this.flags.set(generation.id, found[index] ?? []));
    if (found.some((words) => words.length > 0)) await this.postInTurn();
  }

  /** Faces of the current cell's pictures, which a detector has found before. */
  private async findFaces(): Promise<void> {
    const { face } = this.services;
    const fresh = (this.cells[this.cell]?.outputs ?? []).flatMap((output) => [this.faceKeyOf(output), output.generation.picture.sha256]).filter((key) => !this.faces.has(key));
    if (!face || fresh.length === 0) return;
    for (const key of fresh) this.faces.set(key, undefined);
    const found = await Promise.all(fresh.map((key) => face(key)));
    fresh.forEach((key, index) => this.faces.set(key, found[index]));
    if (found.some((box) => box !== undefined)) await this.postInTurn();
  }

  private head(): Pick<Rating, 'version' | 'at' | 'rater' | 'sessionId'> {
    return { version: 1, at: this.services.now().toISOString(), rater: this.input.rater, sessionId: this.session.id };
  }

  private ratingLine(cell: ReviewCell, draft: RatingDraft, milliseconds: number | undefined): Rating {
    const { showing, ...change } = draft;
    const output = cell.outputs.find((candidate) => showingOf(candidate) === showing);
    const outputSha256 = output ? this.sha256Of(output) : '';
    const { anchor, repeat } = output ?? {};
    return { ...this.head(), generationId: output?.generation.id ?? '', outputSha256, ...change, ...(anchor && { anchor }), ...(repeat && { repeat }), ...(milliseconds !== undefined && { milliseconds }), ...(this.revealed && { unblinded: true }) };
  }
}

/** The part of a line that a change decides. */
export type RatingDraft = { readonly showing: string } & Pick<Rating, 'answers'> & Partial<Pick<Rating, 'failureModes' | 'pins' | 'note' | 'flagged' | 'best' | 'worst'>>;

interface Undo {
  readonly cell: number;
  readonly letter: string;
  readonly row: string;
  readonly text: string;
  lines(): readonly RatingDraft[];
}
