import type { Host } from '../ui/host';
import { announce } from '../ui/live';
import type { HostMessage, PictureCard, PicturesState, WebviewMessage } from './contract';

/** What the editor keeps of the page while it is hidden or closed. */
export interface Remembered {
  readonly plan: string;
  readonly current: string | undefined;
}

export interface PicturesContract {
  readonly incoming: HostMessage;
  readonly outgoing: WebviewMessage;
  readonly kept: Remembered;
}

export interface Local {
  /** Id of the picture under the cursor. */
  readonly current: string | undefined;
  readonly help: boolean;
  /** Files are being held over the page. */
  readonly dropping: boolean;
  readonly toast: { readonly text: string; readonly tone: 'info' | 'error' } | undefined;
}

/** What the page knows: the host's state, the person's place in it, and small copies of the pictures. */
export class Panel {
  state: PicturesState | undefined;
  busy: string | undefined;
  local: Local;
  /** Addresses by picture; undefined where one is on its way or cannot be drawn. */
  readonly thumbnails = new Map<string, string | undefined>();
  private focusWanted: 'card' | 'words' | undefined;

  constructor(
    private readonly host: Host<PicturesContract>,
    readonly draw: () => void,
  ) {
    this.local = { current: host.recall()?.current, help: false, dropping: false, toast: undefined };
    host.send({ kind: 'ready' });
  }

  receive(message: HostMessage): void {
    switch (message.kind) {
      case 'state':
        this.take(message.state);
        break;
      case 'thumbnail':
        this.thumbnails.set(message.id, message.bytes && URL.createObjectURL(new Blob([new Uint8Array(message.bytes)], { type: 'image/webp' })));
        break;
      case 'busy':
        this.busy = message.text;
        break;
      case 'said':
        this.say(message.text, message.tone);
        return;
    }
    this.draw();
  }

  get pictures(): readonly PictureCard[] {
    return this.state?.pictures ?? [];
  }

  get current(): PictureCard | undefined {
    return this.pictures.find(({ id }) => id === this.local.current) ?? this.pictures[0];
  }

  /** Those with nothing against them. */
  get passing(): readonly PictureCard[] {
    return this.pictures.filter(passes);
  }

  update(change: Partial<Local>): void {
    this.local = { ...this.local, ...change };
    if (this.state) this.host.keep({ plan: this.state.plan, current: this.local.current });
    this.draw();
  }

  /** The cursor to another picture, with the focus. */
  go(id: string | undefined): void {
    if (id === undefined) return;
    this.focusWanted = 'card';
    this.update({ current: id });
  }

  step(by: number): void {
    const at = this.pictures.findIndex(({ id }) => id === this.current?.id);
    this.go(this.pictures[Math.max(0, Math.min(this.pictures.length - 1, at + by))]?.id);
  }

  write(): void {
    this.focusWanted = 'words';
    this.draw();
  }

  send(message: WebviewMessage): void {
    this.host.send(message);
  }

  say(text: string, tone: 'info' | 'error' = 'info'): void {
    announce(text);
    const toast = { text, tone };
    this.update({ toast });
    setTimeout(() => this.local.toast === toast && this.update({ toast: undefined }), tone === 'error' ? 12_000 : 4_000);
  }

  afterDraw(): void {
    const wanted = this.focusWanted;
    this.focusWanted = undefined;
    if (wanted !== undefined) document.querySelector<HTMLElement>(wanted === 'card' ? '.card[tabindex="0"]' : '.card[tabindex="0"] .words')?.focus();
  }

  /** The cursor stays where it is: on the picture that takes the place of one that went. */
  private take(state: PicturesState): void {
    const at = this.pictures.findIndex(({ id }) => id === this.local.current);
    const held = document.activeElement?.closest('.card') !== null;
    this.state = state;
    this.host.keep({ plan: state.plan, current: this.local.current });
    for (const { id } of state.pictures) {
      if (this.thumbnails.has(id)) continue;
      this.thumbnails.set(id, undefined);
      this.send({ kind: 'thumbnail', id });
    }
    if (state.pictures.some(({ id }) => id === this.local.current)) return;
    this.local = { ...this.local, current: state.pictures[Math.max(0, Math.min(at, state.pictures.length - 1))]?.id };
    if (held) this.focusWanted = 'card';
  }
}

export function passes({ unreadable, checks }: PictureCard): boolean {
  return unreadable === undefined && checks.every((check) => check.passes);
}
