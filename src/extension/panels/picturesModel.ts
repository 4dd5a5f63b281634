import { stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger, RunSettings } from '../../core/actions/action';
import type { BoardPicture, PictureBoard } from '../../core/images/pictureBoard';
import type { NamePattern } from '../../core/images/pictureName';
import { judgePicture, type JudgedPicture } from '../../core/images/quality';
import { thumbnail } from '../../core/images/thumbnail';
import type { Result } from '../../core/outcome';
import type { HostMessage, WebviewMessage } from '../../webviews/pictures/contract';
import { idOf, picturesState, type LookedAt } from './picturesState';

export interface PicturesInput {
  readonly planPath: string;
  /** The evaluation's folder, as the plan writes it. */
  readonly folder: string;
  readonly wanted: number | undefined;
  readonly pattern: NamePattern | undefined;
  /** Where small copies are kept. */
  readonly thumbnails: string;
}

/** What the model needs of the editor; a test gives its own. */
export interface PicturesHost {
  readonly log: Logger;
  post(message: HostMessage): void;
  settings(): Pick<RunSettings, 'minimumPictureSide' | 'minimumSharpness'>;
  /** Absolute paths. */
  chooseFiles(many: boolean): Promise<readonly string[]>;
  openFile(file: string): void;
  openThresholds(): void;
  done(): void;
}

/** The source pictures behind the panel: every change is measured anew and shown whole. */
export class PicturesModel {
  private shown: readonly LookedAt[] = [];
  private readonly measured = new Map<string, { readonly stamp: string; readonly judged: Result<JudgedPicture> }>();
  /** Changes follow each other, however fast they come. */
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly input: PicturesInput,
    private readonly board: PictureBoard,
    private readonly host: PicturesHost,
  ) {}

  handle(message: WebviewMessage): Promise<void> {
    if (message.kind === 'thumbnail') return this.thumbnail(message.id);
    this.turn = this.turn.then(() => this.answer(message)).catch((error: unknown) => this.host.log.error(`The picture panel failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`));
    return this.turn;
  }

  /** Looks at the files again: they, or the thresholds, may have changed. */
  load(): Promise<void> {
    return this.handle({ kind: 'ready' });
  }

  /** Resolves when everything asked so far is done. */
  async settled(): Promise<void> {
    await this.turn;
  }

  private async answer(message: Exclude<WebviewMessage, { kind: 'thumbnail' }>): Promise<void> {
    switch (message.kind) {
      case 'ready':
        return this.show();
      case 'content':
        return this.change(this.board.addContent(message.name, Buffer.from(message.base64, 'base64')));
      case 'addresses':
        return this.change(this.board.add(message.addresses.flatMap(fileOf)));
      case 'choose':
        return this.choose();
      case 'draw':
        return this.change(this.board.draw(this.missing()));
      case 'copy':
        return this.change(this.board.copyIn(this.input.pattern));
      case 'rename':
        return this.input.pattern && this.change(this.board.rename(this.input.pattern));
      case 'undo':
        return this.change(this.board.undo());
      case 'thresholds':
        return this.host.openThresholds();
      case 'done':
        return this.host.done();
      default:
        return this.changeOne(message);
    }
  }

  /** What is asked of one picture, by the id under which the page knows it. */
  private async changeOne(message: Extract<WebviewMessage, { kind: 'remove' | 'replace' | 'mend' | 'move' | 'words' | 'open' }>): Promise<void> {
    const file = this.fileBehind(message.id);
    if (file === undefined) return;
    switch (message.kind) {
      case 'open':
        return this.host.openFile(file);
      case 'remove':
        return this.change(this.board.remove(file));
      case 'mend':
        return this.change(this.board.mend(file, message.mend));
      case 'move':
        return this.change(this.board.move(file, message.by));
      case 'words':
        return this.change(this.board.describe(file, message.words));
      case 'replace': {
        const [by] = await this.host.chooseFiles(false);
        return by === undefined ? undefined : this.change(this.board.replace(file, by));
      }
    }
  }

  private async choose(): Promise<void> {
    const files = await this.host.chooseFiles(true);
    if (files.length > 0) await this.change(this.board.add(files));
  }

  /** How many the plan still asks for; one where it has enough. */
  private missing(): number {
    return Math.max(1, (this.input.wanted ?? 1) - this.shown.length);
  }

  private async change(work: Promise<Result<string>>): Promise<void> {
    const changed = await work;
    await this.show();
    if (!changed.ok) this.host.post({ kind: 'said', text: `${changed.failure.message} ${changed.failure.advice}`, tone: 'error' });
    else if (changed.value !== '') this.host.post({ kind: 'said', text: changed.value, tone: 'info' });
  }

  private async show(): Promise<void> {
    const pictures = await this.board.read();
    const all: LookedAt[] = [];
    for (const [index, picture] of pictures.entries()) {
      if (!(await this.isMeasured(picture))) this.host.post({ kind: 'busy', text: `Measuring ${index + 1} of ${pictures.length}` });
      all.push({ picture, judged: await this.judge(picture) });
    }
    this.shown = all;
    this.host.post({ kind: 'busy', text: undefined });
    const { planPath, folder, wanted, pattern } = this.input;
    this.host.post({ kind: 'state', state: picturesState(all, { plan: planPath, folder, wanted, pattern, settings: this.host.settings(), canUndo: this.board.canUndo }) });
  }

  private async isMeasured({ file }: BoardPicture): Promise<boolean> {
    return this.measured.get(file)?.stamp === (await this.stampOf(file));
  }

  /** Measured once for each content and each threshold. */
  private async judge({ file }: BoardPicture): Promise<Result<JudgedPicture>> {
    const stamp = await this.stampOf(file);
    const known = this.measured.get(file);
    if (known?.stamp === stamp) return known.judged;
    const judged = await judgePicture(file, this.host.settings());
    this.measured.set(file, { stamp, judged });
    return judged;
  }

  private async stampOf(file: string): Promise<string> {
    const found = await stat(file).catch(() => undefined);
    const { minimumPictureSide, minimumSharpness } = this.host.settings();
    return [found?.size, found?.mtimeMs, found?.ino, minimumPictureSide, minimumSharpness].join(' ');
  }

  private async thumbnail(id: string): Promise<void> {
    const file = this.fileBehind(id);
    const drawn = file === undefined ? undefined : await thumbnail(file, { size: 480, cacheFolder: this.input.thumbnails });
    this.host.post({ kind: 'thumbnail', id, ...(drawn?.ok ? { bytes: new Uint8Array(drawn.value) } : {}) });
  }

  private fileBehind(id: string): string | undefined {
    return this.shown.find(({ picture }) => idOf(picture.file) === id)?.picture.file;
  }
}

/** Only files of this machine; the page's word is not taken for anything else. */
function fileOf(address: string): readonly string[] {
  try {
    const file = address.startsWith('file:') ? fileURLToPath(address) : undefined;
    return file !== undefined && path.isAbsolute(file) ? [file] : [];
  } catch {
    return [];
  }
}
