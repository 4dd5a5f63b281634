import { announce } from '../ui/live';
import type { Host } from '../ui/host';
import { columnsOf, type Column } from './columns';
import type { Details, HostMessage, SurveyRow, SurveyState, WebviewMessage } from './contract';
import { listOf, type List } from './lines';
import { recalled, rememberedOf, type Local, type Remembered } from './local';
import { Pictures } from './pictures';

export interface SurveyContract {
  readonly incoming: HostMessage;
  readonly outgoing: WebviewMessage;
  readonly kept: Remembered;
}

/** What the page knows: the host's state, the person's place in it, and what was read of single candidates. */
export class Panel {
  state: SurveyState | undefined;
  local: Local;
  busy: string | undefined;
  readonly pictures: Pictures;
  /** What was read of candidates; undefined while it is on its way. */
  readonly details = new Map<string, Details | { readonly failure: string } | undefined>();
  /** Of the table's window on the list. */
  scroll = { top: 0, height: 600 };
  /** Pixels that the table has. */
  width = 1200;
  private focusWanted: 'table' | 'search' | 'reason' | 'details' | undefined;
  private scrollWanted = false;

  constructor(
    private readonly host: Host<SurveyContract>,
    private readonly draw: () => void,
  ) {
    this.local = recalled(host.recall());
    this.pictures = new Pictures((repository, address) => host.send({ kind: 'picture', repository, address }));
    host.send({ kind: 'ready' });
  }

  receive(message: HostMessage): void {
    switch (message.kind) {
      case 'state':
        this.state = message.state;
        this.begin();
        break;
      case 'rows':
        this.merge(message);
        break;
      case 'open':
        this.show(message.repository);
        break;
      case 'details':
        this.details.set(message.repository, message.details);
        break;
      case 'picture':
        this.pictures.arrive(message.repository, message.address, message.bytes);
        break;
      case 'busy':
        this.busy = message.text;
        break;
      case 'said':
        this.toast(message.text, message.tone);
        break;
    }
    this.draw();
  }

  get list(): List {
    return listOf(this.state?.rows ?? [], this.local);
  }

  get columns(): readonly Column[] {
    return columnsOf(this.state?.totals.criteria ?? [], this.width);
  }

  get current(): SurveyRow | undefined {
    return this.list.rows.find(({ repository }) => repository === this.local.current) ?? this.list.rows[0];
  }

  get selected(): readonly SurveyRow[] {
    return (this.state?.rows ?? []).filter(({ selected, excluded }) => selected && excluded === undefined);
  }

  update(change: Partial<Local>): void {
    this.local = { ...this.local, ...change };
    this.host.keep(rememberedOf(this.local, this.state));
    this.draw();
  }

  /** Another candidate under the cursor; its details follow where they are open. */
  go(repository: string | undefined, change: Partial<Local> = {}): void {
    if (repository === undefined) return this.update(change);
    const other = repository !== this.local.current;
    this.scrollWanted = true;
    this.update({ current: repository, ...(other ? { verdict: undefined } : {}), ...change });
    if (this.local.details) this.read(repository);
  }

  /** Asks the host for the details unless they are there or on their way. */
  read(repository: string, again = false): void {
    if (this.details.has(repository) && !again) return;
    // What is there stays until the new answer comes.
    if (!this.details.has(repository)) this.details.set(repository, undefined);
    this.host.send({ kind: 'details', repository });
  }

  send(message: WebviewMessage): void {
    this.host.send(message);
  }

  toast(text: string, tone: 'info' | 'error' = 'info'): void {
    announce(text);
    const toast = { text, tone };
    this.local = { ...this.local, toast };
    setTimeout(() => this.local.toast === toast && this.update({ toast: undefined }), tone === 'error' ? 12_000 : 4_000);
  }

  focus(place: 'table' | 'search' | 'reason' | 'details'): void {
    this.focusWanted = place;
    this.draw();
  }

  takeFocus(): Panel['focusWanted'] {
    const wanted = this.focusWanted;
    this.focusWanted = undefined;
    return wanted;
  }

  takeScroll(): boolean {
    const wanted = this.scrollWanted;
    this.scrollWanted = false;
    return wanted;
  }

  /** Whatever hides it gives way. */
  private show(repository: string): void {
    const hidden = !this.list.rows.some((row) => row.repository === repository);
    const excluded = this.state?.rows.some((row) => row.repository === repository && row.excluded !== undefined) === true;
    this.go(repository, { details: true, tab: 'facts', selection: false, ...(hidden ? { search: '', filters: {}, showHidden: excluded } : {}) });
    this.focus('table');
  }

  private begin(): void {
    const { current } = this;
    if (current && this.local.current === undefined) this.local = { ...this.local, current: current.repository };
    this.host.keep(rememberedOf(this.local, this.state));
    const shown = this.details.size > 0;
    this.details.clear();
    if (this.local.details && current) this.read(current.repository, shown);
  }

  private merge({ rows, totals }: Extract<HostMessage, { kind: 'rows' }>): void {
    if (!this.state) return;
    const changed = new Map(rows.map((row) => [row.repository, row]));
    const kept = this.state.rows.map((row) => {
      const next = changed.get(row.repository);
      changed.delete(row.repository);
      return next ?? row;
    });
    // The cursor stays where it is when its row is left out: on the one that takes its place.
    const before = this.list.rows;
    const place = before.findIndex(({ repository }) => repository === this.local.current);
    this.state = { ...this.state, totals, rows: rows.length === 0 ? this.state.rows : [...kept, ...changed.values()] };
    const after = this.list.rows;
    if (place >= 0 && !after.some(({ repository }) => repository === this.local.current)) this.local = { ...this.local, current: after[Math.min(place, after.length - 1)]?.repository };
  }
}
