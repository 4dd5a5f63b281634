import type { Host } from '../ui/host';
import { announce } from '../ui/live';
import { firstLetter, nextTarget, openRow } from './advance';
import type { Change, CompareState, FaceBox, HostMessage, OutputView, Pin, RestoreKey, WebviewMessage } from './contract';
import { bindKeys } from './keys';
import { initial, type Local, type Mode } from './local';
import { Pictures } from './pictures';
import { Stage } from './surface';

/** What survives when the editor closes and opens the panel. Holds no name of a model. */
export interface Remembered {
  readonly restore: RestoreKey;
  readonly cell: number;
  readonly letter: string;
  readonly mode: Mode;
  readonly linked: boolean;
}

/** Typed for `connect`. */
export interface CompareContract {
  readonly incoming: HostMessage;
  readonly outgoing: WebviewMessage;
  readonly kept: Remembered;
}

const advanceDelay = 150;
const toastTime = 6000;
const blinkTime = 450;

/** The panel's state and the ways it changes. A rating is shown only once the host says that it is saved. */
export class Panel {
  state: CompareState | undefined;
  local: Local = initial;
  readonly startedAt = Date.now();
  readonly pictures: Pictures;
  readonly stage: Stage;
  /** Where the pointer is, in pixels of the surface it is over. */
  pointer: { readonly slot: string; readonly x: number; readonly y: number } | undefined;

  private waiting: (() => void)[] | undefined;
  private asked = 0;
  private drawing = false;
  private timer: { readonly id: ReturnType<typeof setTimeout>; readonly run: () => void } | undefined;
  private since = performance.now();
  private focusWanted = true;
  private resumed: Remembered | undefined;

  constructor(private readonly host: Host<CompareContract>, private readonly draw: () => void) {
    this.pictures = new Pictures((request) => host.send(request), () => this.drawSoon());
    this.stage = new Stage(this.pictures, (id) => this.faceOf(id));
    this.resumed = remembered(host.recall());
    if (this.resumed) this.local = { ...initial, mode: this.resumed.mode, linked: this.resumed.linked };
    host.send({ type: 'ready', ...(this.resumed && { cell: this.resumed.cell }) });
    this.blink();
  }

  get output(): OutputView | undefined {
    return this.state?.cell?.outputs.find(({ letter }) => letter === this.local.letter);
  }

  receive(message: HostMessage): void {
    if (message.type === 'state') return this.accept(message.state);
    if (message.type === 'picture' || message.type === 'tile') return void this.pictures.receive(message);
    this.pictures.fail(message);
  }

  update(change: Partial<Local>): void {
    this.local = { ...this.local, ...change };
    this.remember();
    this.draw();
  }

  /** As `update`, but drawn with the next frame: the pointer moves more often than the screen shows it. */
  look(change: Partial<Local>): void {
    this.local = { ...this.local, ...change };
    this.drawSoon();
  }

  get hasFaces(): boolean {
    const { cell } = this.state ?? {};
    return cell?.source.face !== undefined || (cell?.outputs.some(({ face }) => face !== undefined) ?? false);
  }

  /** Once for all that comes in a moment: tiles come many at a time, the pointer moves more often than the screen. */
  drawSoon(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.draw();
    });
  }

  /** Runs now, or as soon as the host has answered: keys are never applied to a state that is about to change. */
  whenSettled(run: () => void): void {
    if (this.waiting) this.waiting.push(run);
    else run();
  }

  /** Nothing is on its way to the host. */
  get isSettled(): boolean {
    return this.waiting === undefined;
  }

  /** A question is open, and the next key answers it. */
  get isPrompting(): boolean {
    const { help, menu, pinning, fewerPins, pickingModes } = this.local;
    return help || menu || pinning !== undefined || fewerPins !== undefined || pickingModes;
  }

  /** Something is done to this output still: it does not give way by itself. */
  stay(): void {
    this.cancelAdvance();
  }

  /** What would happen by itself in a moment happens now. */
  hurry(): void {
    const timer = this.timer;
    if (!timer) return;
    clearTimeout(timer.id);
    this.timer = undefined;
    timer.run();
  }

  rate(change: Change, letter = this.local.letter): void {
    const { state } = this;
    if (!state?.cell) return;
    if (state.elsewhere) return announce('Rated in another window. Choose Rate here instead first.');
    const now = performance.now();
    this.ask({ type: 'rate', cell: state.cell.index, letter, change, milliseconds: now - this.since });
    this.since = now;
  }

  answer(criterion: string, value: number | boolean | null, pins?: readonly Pin[]): void {
    this.rate({ kind: 'answer', criterion, value, ...(pins && { pins }) });
  }

  undo(): void {
    this.cancelAdvance();
    this.ask({ type: 'undo' });
  }

  go(index: number): void {
    const count = this.state?.cellCount ?? 0;
    this.cancelAdvance();
    if (index < 0 || index >= count) return announce(index < 0 ? 'This is the first cell.' : 'This is the last cell.');
    this.local = { ...this.local, sheet: false };
    this.ask({ type: 'go', cell: index });
  }

  select(letter: string, focus = true): void {
    if (letter === this.local.letter) return;
    this.cancelAdvance();
    this.since = performance.now();
    this.focusWanted = focus;
    const output = this.state?.cell?.outputs.find((candidate) => candidate.letter === letter);
    this.local = { ...this.local, letter, against: this.local.against === letter ? 'source' : this.local.against, pinning: undefined, fewerPins: undefined, pickingModes: false };
    this.update({ row: this.state && (openRow(this.state, output) ?? this.state.criteria[0]?.id) });
  }

  send(message: WebviewMessage): void {
    this.host.send(message);
  }

  /** Whether the current output should take the focus after this drawing; asked once. */
  takeFocusWish(): boolean {
    const wish = this.focusWanted;
    this.focusWanted = false;
    return wish;
  }

  wishFocus(): void {
    this.focusWanted = true;
  }

  /** The surface that shows the current output. */
  get currentSlot(): string {
    const { mode, letter } = this.local;
    if (this.state?.vote) return 'vote-left';
    if (mode !== 'grid') return 'solo';
    return this.stage.drawn.has('pair') ? 'pair' : letter;
  }

  vote(choice: Extract<WebviewMessage, { readonly type: 'vote' }>['choice']): void {
    if (!this.state?.vote?.question) return;
    const now = performance.now();
    this.ask({ type: 'vote', choice, milliseconds: now - this.since });
    this.since = now;
  }

  /** Source and output in turn; whoever asks the system for less motion presses the key instead. */
  private blink(): void {
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) setInterval(() => this.local.mode === 'blink' && !this.local.sheet && this.update({ blinking: !this.local.blinking }), blinkTime);
  }

  private faceOf(picture: string): FaceBox | undefined {
    const { cell } = this.state ?? {};
    return cell?.source.picture === picture ? cell.source.face : cell?.outputs.find((output) => output.picture === picture)?.face;
  }

  private ask(message: WebviewMessage): void {
    this.waiting ??= [];
    this.host.send({ ...message, ask: ++this.asked });
  }

  private accept(state: CompareState): void {
    const before = this.state;
    this.state = state;
    bindKeys(state.keys);
    const moved = placeOf(state) !== placeOf(before);
    if (!before || moved) this.enterCell(state);
    const fresh = state.last && state.last.id !== before?.last?.id ? state.last : undefined;
    if (fresh && before) this.tell(state, fresh, before);
    this.tellAside(state, before);
    if (state.wanted || (!before && state.summary)) this.local = { ...this.local, sheet: !state.wanted };
    for (const id of state.prefetch) this.pictures.want(id);
    this.remember();
    this.draw();
    // A state that came of itself (something was measured, another window wrote) is no answer to what was asked.
    if (state.replied !== undefined && state.replied < this.asked) return;
    const queue = this.waiting ?? [];
    this.waiting = undefined;
    for (const run of queue) this.whenSettled(run);
  }

  /** What has changed beside the answers. */
  private tellAside(state: CompareState, before: CompareState | undefined): void {
    if (state.save.kind === 'failed' && state.save !== before?.save) announce(`Not saved: ${state.save.reason}. Press the key again.`);
    if (before && before.blind !== state.blind) announce(state.blind ? 'A new blind session has begun.' : 'The models are revealed.');
    if (state.elsewhere && !before?.elsewhere) announce('Rated in another window. Answers are shown here, but none is taken.');
    if (!state.vote) return;
    if (!before?.vote) this.since = performance.now();
    else if (state.vote.given > before.vote.given) announce(state.vote.question ? 'Saved. Next pair.' : 'Saved. No pair is left to ask about.');
  }

  private enterCell(state: CompareState): void {
    const { cell } = state;
    if (!cell) return;
    const resumed = this.resumed?.cell === cell.index ? this.resumed.letter : undefined;
    this.resumed = undefined;
    const letter = cell.outputs.some((output) => output.letter === resumed) ? (resumed ?? 'A') : firstLetter(cell);
    const output = cell.outputs.find((candidate) => candidate.letter === letter);
    this.since = performance.now();
    this.focusWanted = true;
    this.local = {
      ...this.local, letter, row: openRow(state, output) ?? state.criteria[0]?.id, holding: false, pinning: undefined, fewerPins: undefined, pickingModes: false, against: 'source', misaligned: 'warn',
    };
  }

  /** After a change was saved: the toast, the next question, and the next output when this one is done. */
  private tell(state: CompareState, last: NonNullable<CompareState['last']>, before: CompareState): void {
    if (last.cell === state.cell?.index && last.letter !== this.local.letter && !last.undo) this.local = { ...this.local, letter: last.letter };
    const output = state.cell?.outputs.find(({ letter }) => letter === last.letter);
    const wasRated = before.cell?.outputs.find(({ letter }) => letter === last.letter)?.rated ?? false;
    const open = openRow(state, output);
    this.local = { ...this.local, row: this.rowAfter(state, last, open), toast: last.id };
    setTimeout(() => this.local.toast === last.id && this.update({ toast: undefined }), toastTime);
    const next = state.criteria.find(({ id }) => id === open)?.label;
    announce(`${last.text}.${next === undefined ? '' : ` ${next} next.`}`);
    if (last.undo && output?.rated === true && !wasRated && last.letter === this.local.letter) this.advanceSoon(last.letter);
  }

  /** The question that is marked next: the one that waits, or after an undo the one that was taken back. */
  private rowAfter({ criteria }: CompareState, last: NonNullable<CompareState['last']>, open: string | undefined): string | undefined {
    const isCriterion = criteria.some(({ id }) => id === last.row);
    if (!last.undo) return isCriterion ? last.row : open;
    return open ?? (isCriterion ? last.row : this.local.row);
  }

  private advanceSoon(letter: string): void {
    const run = (): void => {
      this.timer = undefined;
      const target = this.state && nextTarget(this.state, letter);
      if (!target) return;
      if (target.kind === 'output') this.select(target.letter, this.focusIsInStage());
      else if (target.kind === 'cell') this.go(target.index);
      else this.update({ sheet: true });
    };
    this.cancelAdvance();
    this.timer = { id: setTimeout(run, advanceDelay), run };
  }

  private cancelAdvance(): void {
    if (this.timer) clearTimeout(this.timer.id);
    this.timer = undefined;
  }

  /** Rating never takes the focus away from where a person put it. */
  private focusIsInStage(): boolean {
    const active = document.activeElement;
    return !active || active === document.body || active.closest('.stage') !== null;
  }

  private remember(): void {
    const { state, local } = this;
    if (state?.cell) this.host.keep({ restore: state.restore, cell: state.cell.index, letter: local.letter, mode: local.mode, linked: local.linked });
  }
}

/** Cell and letters: another session or another set of models begins anew even where the number is the same. */
function placeOf(state: CompareState | undefined): string {
  const { cell, restore } = state ?? {};
  return JSON.stringify([restore?.token, cell?.index, cell?.outputs.map(({ picture }) => picture)]);
}

/** What an older version kept is forgotten. */
function remembered(state: Partial<Remembered> | undefined): Remembered | undefined {
  const known = typeof state?.cell === 'number' && state.restore !== undefined && ['grid', 'flip', 'blink', 'slider', 'onion', 'difference'].includes(state.mode ?? '');
  return known ? (state as Remembered) : undefined;
}
