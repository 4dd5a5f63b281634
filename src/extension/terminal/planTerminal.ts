import { l10n, EventEmitter, ThemeIcon, window, type Pseudoterminal, type Terminal, type TerminalDimensions } from 'vscode';
import type { PtySession } from '../../core/shell/ptySession';
import { TextTail } from '../../core/shell/terminalText';
import { Lifetime } from '../lifetime';
import type { PlanHost } from '../plans/planHost';

/** Terminal tabs of the plans' shells: what their steps print, and a way to type into a step that asks. */
export class PlanTerminals {
  private readonly lifetime = new Lifetime();
  private readonly open = new Map<PlanHost, Terminal>();
  private readonly printed = new Map<PtySession, TextTail>();

  constructor() {
    this.lifetime.add(
      window.onDidCloseTerminal((closed) => {
        for (const [host, terminal] of this.open) if (terminal === closed) this.open.delete(host);
      }),
    );
  }

  /** Keeps what a shell prints, so that a tab opened later shows it too. */
  watch(shell: PtySession): void {
    const tail = new TextTail(200_000);
    this.printed.set(shell, tail);
    this.lifetime.add(shell.onOutput((text) => tail.add(text)));
  }

  show(host: PlanHost): void {
    let terminal = this.open.get(host);
    if (!terminal) {
      const tab = new ShellTab(host.shell, this.printed.get(host.shell)?.text() ?? '');
      terminal = window.createTerminal({ name: `Evalmark: ${host.name}`, pty: tab, iconPath: new ThemeIcon('checklist') });
      this.open.set(host, terminal);
    }
    terminal.show(true);
  }

  async reset(host: PlanHost): Promise<void> {
    await host.shell.reset();
    this.printed.get(host.shell)?.clear();
    void window.showInformationMessage(l10n.t('The shell of {0} was reset. Its next step starts a new one in the workspace folder.', host.name));
  }

  dispose(): void {
    for (const terminal of this.open.values()) terminal.dispose();
    this.lifetime.dispose();
  }
}

/** Closing the tab leaves the shell alone: a step may be running in it. */
class ShellTab implements Pseudoterminal {
  private readonly written = new EventEmitter<string>();
  private subscription: { dispose(): void } | undefined;
  readonly onDidWrite = this.written.event;

  constructor(
    private readonly shell: PtySession,
    private readonly before: string,
  ) {}

  open(dimensions: TerminalDimensions | undefined): void {
    if (dimensions) this.shell.resize(dimensions.columns, dimensions.rows);
    this.written.fire(this.before === '' ? 'The shell of this plan starts with its first shell step.\r\n' : this.before);
    this.subscription = this.shell.onOutput((text) => this.written.fire(text));
  }

  handleInput(data: string): void {
    this.shell.write(data);
  }

  setDimensions({ columns, rows }: TerminalDimensions): void {
    this.shell.resize(columns, rows);
  }

  close(): void {
    this.subscription?.dispose();
    this.written.dispose();
  }
}
