import { stat } from 'node:fs/promises';
import type { Logger } from '../actions/action';
import { LiveShell } from './liveShell';
import { startInPty, startOverPipes, type ShellProcess, type ShellStart } from './shellProcess';
import { findShell, type ShellProgram } from './shellProgram';
import type { ShellResult, ShellSession, ShellWatch } from './shellSession';

export interface PtySessionOptions {
  /** Where each new shell starts: the workspace folder. */
  readonly folder: string;
  readonly log: Logger;
  /** `none`: commands read an empty input, because nobody could type; `terminal` (the default): what `write` gets. */
  readonly input?: 'terminal' | 'none';
  readonly environment?: NodeJS.ProcessEnv;
  /** Absolute path of the shell that a person chose; asked for whenever one starts. */
  readonly program?: () => string | undefined;
  /** Milliseconds that a command has to end after Ctrl+C, and again after each harder signal; 3000 when left out. */
  readonly grace?: number;
  /** `pipes` does without a pseudoterminal, as happens by itself where none can be opened. */
  readonly over?: 'pty' | 'pipes';
}

/**
 * The shell of a plan, in a pseudoterminal that Evalmark owns. The first command starts it; when a command ends it
 * (`exit 3`), the next one starts a new shell in the workspace folder.
 */
export class PtySession implements ShellSession {
  private shell: Promise<LiveShell> | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private disposed = false;
  private columns = 120;
  private rows = 30;
  private readonly listeners = new Set<(text: string) => void>();

  constructor(private readonly options: PtySessionOptions) {}

  run(command: string, watch: ShellWatch): Promise<ShellResult> {
    return new Promise((resolve, reject) => {
      // While it waits in the queue; once it runs, the shell sees to the cancelling.
      const onAbort = () => resolve({ kind: 'cancelled' });
      if (watch.signal.aborted) return onAbort();
      watch.signal.addEventListener('abort', onAbort);
      this.queue = this.queue.then(async () => {
        watch.signal.removeEventListener('abort', onAbort);
        if (!watch.signal.aborted) await this.runNow(command, watch).then(resolve, reject);
      });
    });
  }

  /** What the shell prints, raw, for a terminal; each command is announced by a line `$ command`. */
  onOutput(listener: (text: string) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  }

  /** What a person types, for the command that runs now; without one it is dropped. */
  write(data: string): void {
    void this.shell?.then((shell) => shell.type(data)).catch(() => {});
  }

  resize(columns: number, rows: number): void {
    this.columns = Math.max(20, Math.floor(columns));
    this.rows = Math.max(5, Math.floor(rows));
    void this.shell?.then((shell) => shell.resize(this.columns, this.rows)).catch(() => {});
  }

  async reset(): Promise<void> {
    const shell = this.shell;
    this.shell = undefined;
    await shell?.then((live) => live.end('The shell was reset while this command ran.')).catch(() => {});
  }

  dispose(): void {
    this.disposed = true;
    void this.reset();
  }

  private async runNow(command: string, watch: ShellWatch): Promise<ShellResult> {
    if (this.disposed) return notStarted('The shell of this plan was closed.');
    const starting = (this.shell ??= this.start());
    let shell: LiveShell;
    try {
      shell = await starting;
    } catch (error) {
      if (this.shell === starting) this.shell = undefined;
      return notStarted(error instanceof Error ? error.message : String(error));
    }
    if (shell.ended) {
      if (this.shell === starting) this.shell = undefined;
      return this.runNow(command, watch);
    }
    try {
      return await shell.execute(command, watch);
    } catch (error) {
      return notStarted(`The command could not be handed to the shell: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async start(): Promise<LiveShell> {
    const { folder, log, environment = process.env, over = 'pty' } = this.options;
    const isFolder = await stat(folder).then((found) => found.isDirectory(), () => false);
    if (!isFolder) throw new Error(`The folder ${folder} does not exist, so no shell can start in it.`);
    const program = await findShell(environment, this.options.program?.());
    if (!program.ok) throw new Error(`${program.failure.message} ${program.failure.advice}`);
    if (program.value.family !== 'bash' && this.options.program?.() === undefined) log.warn(`bash was not found; the steps run in ${program.value.path}.`);
    if (over === 'pipes') return this.startLive(program.value, startOverPipes);
    try {
      return await this.startLive(program.value, startInPty);
    } catch (error) {
      log.warn(`No pseudoterminal (${error instanceof Error ? error.message : String(error)}): commands run over plain pipes, without progress bars.`);
      return this.startLive(program.value, startOverPipes);
    }
  }

  private startLive(program: ShellProgram, startProcess: (start: ShellStart) => Promise<ShellProcess>): Promise<LiveShell> {
    const { folder, environment = process.env, input = 'terminal', grace = 3000 } = this.options;
    const { columns, rows } = this;
    return LiveShell.start({ program, startProcess, folder, environment, input, grace, columns, rows, emit: (text) => this.emit(text) });
  }

  private emit(text: string): void {
    for (const listener of this.listeners) listener(text);
  }
}

function notStarted(message: string): ShellResult {
  return { kind: 'ended', exitCode: undefined, output: '', message };
}
