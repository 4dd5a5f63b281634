import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ShellMarkReader } from './shellMarks';
import type { ShellProcess, ShellStart } from './shellProcess';
import { initFileName, initScript, runLine, shellEnvironment, shellStart, type ShellProgram } from './shellProgram';
import type { ShellResult, ShellWatch } from './shellSession';
import { ShellTurn, within, type TurnEnd } from './shellTurn';
import { readableText } from './terminalText';

export interface LiveShellOptions {
  readonly program: ShellProgram;
  readonly startProcess: (start: ShellStart) => Promise<ShellProcess>;
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly input: 'terminal' | 'none';
  /** Milliseconds that a command has to end after Ctrl+C, and again after each harder signal. */
  readonly grace: number;
  readonly columns: number;
  readonly rows: number;
  /** For whoever looks on: all output, raw, and what is run. */
  emit(text: string): void;
}

/** One shell process from its start to its end; runs one command at a time. */
export class LiveShell {
  private lastId = 0;
  private turn: ShellTurn | undefined;
  private exit: { readonly exitCode: number | undefined } | undefined;
  private process!: ShellProcess;
  private readonly nonce = randomBytes(12).toString('hex');
  private readonly reader = new ShellMarkReader(this.nonce);

  private constructor(
    private readonly options: LiveShellOptions,
    /** Private folder with the commands' files; removed with the shell. */
    private readonly ownFolder: string,
  ) {}

  /** Throws with a sentence that says why there is no shell. */
  static async start(options: LiveShellOptions): Promise<LiveShell> {
    const shell = new LiveShell(options, await mkdtemp(path.join(tmpdir(), 'evalmark-shell-')));
    try {
      await shell.launch();
      return shell;
    } catch (error) {
      await shell.clean();
      throw error;
    }
  }

  get ended(): boolean {
    return this.exit !== undefined;
  }

  async execute(command: string, watch: ShellWatch): Promise<ShellResult> {
    const turn = this.nextTurn(watch);
    const file = path.join(this.ownFolder, `${turn.id}.sh`);
    await writeFile(file, `${command.replaceAll('\r\n', '\n')}\n`, { mode: 0o600 });
    if (!watch.quiet) this.options.emit(`\u001b[2m$\u001b[22m ${command.replace(/\r?\n/g, '\r\n\u001b[2m>\u001b[22m ')}\r\n`);
    if (this.exit) turn.end({ kind: 'gone', exitCode: this.exit.exitCode, message: undefined });
    this.process.write(runLine(turn.id, file, this.options.input));
    const end = await endOrAbort(turn, watch.signal);
    if (end === 'aborted') await this.stop(turn);
    this.turn = undefined;
    await rm(file, { force: true }).catch(() => {});
    return end === 'aborted' ? { kind: 'cancelled' } : resultOf(end, readableText(turn.text()));
  }

  /** Input for the command that runs; dropped when none does, for the shell would run it as a command. */
  type(text: string): void {
    if (this.turn) this.process.write(text);
  }

  resize(columns: number, rows: number): void {
    this.process.resize(columns, rows);
  }

  async end(message: string): Promise<void> {
    this.turn?.end({ kind: 'gone', exitCode: undefined, message });
    await this.process.end();
  }

  private async launch(): Promise<void> {
    const { program, folder, environment, input, columns, rows, startProcess } = this.options;
    const initFile = path.join(this.ownFolder, initFileName);
    await writeFile(initFile, initScript(program, this.nonce), { mode: 0o600 });
    const { args, environment: extra } = shellStart(program, initFile);
    const ready = new ShellTurn(0);
    this.turn = ready;
    this.process = await startProcess({
      program: program.path,
      args,
      folder,
      environment: { ...shellEnvironment(environment, input), ...extra },
      columns,
      rows,
      output: (text) => this.receive(text),
      ended: (exitCode) => this.onExit(exitCode),
    });
    const answered = await within(ready.ended, startMilliseconds);
    this.turn = undefined;
    if (answered && !this.ended) return;
    const said = readableText(ready.text()).trim();
    await this.process.end();
    throw new Error(answered ? `${program.path} ended at once: ${said || 'it said nothing'}` : `${program.path} did not answer within ${startMilliseconds / 1000} seconds`);
  }

  private receive(text: string): void {
    for (const mark of this.reader.read(text)) {
      const shown = this.turn?.receive(mark) ?? true;
      if (shown && mark.kind === 'output') this.options.emit(mark.text);
    }
  }

  private onExit(exitCode: number | undefined): void {
    this.exit = { exitCode };
    this.turn?.end({ kind: 'gone', exitCode, message: undefined });
    void this.clean();
  }

  /** Ctrl+C, then harder; the shell itself lives on with its environment unless nothing else helps. */
  private async stop(turn: ShellTurn): Promise<void> {
    const { grace, emit } = this.options;
    await within(turn.begun, grace);
    this.process.interrupt();
    if (!(await within(turn.ended, grace))) {
      for (const name of ['SIGTERM', 'SIGKILL'] as const) {
        await this.process.endForeground(name);
        // A loop would go on with its next command.
        this.process.interrupt();
        if (await within(turn.ended, grace)) break;
      }
    }
    if (this.ended || (await this.listens(grace))) return;
    emit('\r\n\u001b[2mThe command did not stop, so its shell was ended; the next command starts a new one.\u001b[22m\r\n');
    await this.process.end();
    await within(turn.ended, grace);
  }

  /** Whether the shell reads commands again; also waits until it has dealt with the Ctrl+C. */
  private async listens(grace: number): Promise<boolean> {
    const probe = this.nextTurn();
    this.process.write(`__evalmark_begin ${probe.id}\n`);
    return within(probe.ended, grace);
  }

  private nextTurn(watch?: ShellWatch): ShellTurn {
    this.turn = new ShellTurn(++this.lastId, watch);
    return this.turn;
  }

  private async clean(): Promise<void> {
    await rm(this.ownFolder, { recursive: true, force: true }).catch(() => {});
  }
}

const startMilliseconds = 20_000;

async function endOrAbort(turn: ShellTurn, signal: AbortSignal): Promise<TurnEnd | 'aborted'> {
  if (signal.aborted) return 'aborted';
  let onAbort = () => {};
  const aborted = new Promise<'aborted'>((resolve) => (onAbort = () => resolve('aborted')));
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([turn.ended, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function resultOf(end: TurnEnd, output: string): ShellResult {
  if (end.kind === 'mark') return { kind: 'exited', exitCode: end.exitCode, output, folder: end.folder };
  const code = end.exitCode === undefined ? '' : ` with exit code ${end.exitCode}`;
  return { kind: 'ended', exitCode: end.exitCode, output, message: end.message ?? `The command ended its shell${code}.` };
}
