import { Pictures } from '../compare/pictures';
import type { Host } from '../ui/host';
import { announce } from '../ui/live';
import type { HostMessage, MatrixState, PictureSet, WebviewMessage } from './contract';

export type View = 'matrix' | 'edits' | 'gallery';

/** What survives when the editor closes and opens the panel. */
export interface Remembered {
  readonly plan: string;
  readonly view: View;
  readonly sort: Sort;
  readonly hidden: readonly string[];
  readonly measure: string | undefined;
}

/** Typed for `connect`. */
export interface MatrixContract {
  readonly incoming: HostMessage;
  readonly outgoing: WebviewMessage;
  readonly kept: Remembered;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/** How this window looks at the figures. */
export interface Local {
  readonly view: View;
  readonly sort: Sort;
  /** Columns that are not shown. */
  readonly hidden: readonly string[];
  /** Of the heat table; the first when none was chosen. */
  readonly measure: string | undefined;
  readonly cost: 'seconds' | 'memory';
  readonly menu: 'export' | 'columns' | undefined;
  /** The pictures behind a number. */
  readonly pictures: PictureSet | undefined;
  readonly help: boolean;
}

const initial: Local = { view: 'matrix', sort: { column: 'overall', descending: true }, hidden: [], measure: undefined, cost: 'seconds', menu: undefined, pictures: undefined, help: false };

/** The panel's state and the ways it changes. */
export class Matrix {
  state: MatrixState | undefined;
  local: Local = initial;
  readonly pictures: Pictures;
  /** What had the focus when a dialog opened. */
  private before: Element | null = null;

  constructor(private readonly host: Host<MatrixContract>, readonly draw: () => void) {
    this.pictures = new Pictures((request) => request.type === 'picture' && host.send(request), draw);
    const kept = host.recall();
    if (kept && ['matrix', 'edits', 'gallery'].includes(kept.view)) this.local = { ...initial, view: kept.view, sort: kept.sort, hidden: kept.hidden, measure: kept.measure };
    host.send({ type: 'ready' });
  }

  receive(message: HostMessage): void {
    switch (message.type) {
      case 'state':
        this.state = message.state;
        return this.update({});
      case 'pictures':
        this.before = document.activeElement;
        announce(`${message.set.title}: ${message.set.total} outputs`);
        return this.update({ pictures: message.set });
      case 'picture':
        return void this.pictures.receive(message);
      case 'pictureMissing':
        return this.pictures.fail(message);
    }
  }

  update(change: Partial<Local>): void {
    this.local = { ...this.local, ...change };
    const { view, sort, hidden, measure } = this.local;
    if (this.state) this.host.keep({ plan: this.state.plan, view, sort, hidden, measure });
    this.draw();
  }

  send(message: WebviewMessage): void {
    this.host.send(message);
  }

  /** The outputs behind a number; while the models are hidden their look would tell them. */
  show(model: string, edit?: string): void {
    if (this.state?.blind) return announce('Pictures are shown once the models are revealed.');
    this.send({ type: 'show', model, ...(edit !== undefined && { edit }) });
  }

  closePictures(): void {
    this.update({ pictures: undefined });
    if (this.before instanceof HTMLElement) this.before.focus();
  }

  /** By this column; the same again turns the order round. */
  sortBy(column: string): void {
    const { sort } = this.local;
    this.update({ sort: { column, descending: sort.column === column ? !sort.descending : column !== 'model' && column !== 'rank' } });
    const header = this.state?.table.columns.find(({ id }) => id === column)?.label ?? 'Model';
    announce(`Sorted by ${header}, ${this.local.sort.descending ? 'largest' : 'smallest'} first`);
  }
}
