import { fork, type ChildProcess } from 'node:child_process';
import type { EditProgress, EditRequest, EditResult } from '../core/evaluation/inference';
import { fail, ok, type Result } from '../core/outcome';
import { notStarted, type ChildExit } from './childFailure';
import { isChildMessage, protocolVersion, type HostMessage } from './protocol';

export type EditEnding = { readonly kind: 'result'; readonly result: Result<EditResult> } | { readonly kind: 'exit'; readonly exit: ChildExit };

/** One inference process from its start to its end. */
export class EngineChild {
  private nextId = 1;
  private tail = '';
  private exit: ChildExit | undefined;
  private readonly ended: Promise<ChildExit>;
  private readonly listeners = new Map<number, { progress(report: EditProgress): void; result(result: Result<EditResult>): void }>();

  /** Resolves when the process answers, or with the reason why it does not. */
  static async start(entry: string, patienceMilliseconds = 60_000): Promise<Result<EngineChild>> {
    let process_: ChildProcess;
    try {
      // Inside an editor `process.execPath` is Electron, which is a Node only when told so.
      process_ = fork(entry, [], {
        execArgv: [],
        serialization: 'advanced',
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      });
    } catch (error) {
      return fail(notStarted({ code: undefined, signal: undefined, stderr: String(error) }));
    }
    const child = new EngineChild(process_);
    const protocol = await child.protocolWithin(patienceMilliseconds);
    if (protocol === protocolVersion) return ok(child);
    await child.kill();
    const stderr = protocol === undefined ? child.tail : `It speaks protocol ${protocol}, not ${protocolVersion}: it belongs to another version of Evalmark.`;
    return fail(notStarted({ code: child.exit?.code, signal: child.exit?.signal, stderr }));
  }

  private constructor(private readonly process: ChildProcess) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.tail = (this.tail + text).slice(-8000)));
    }
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null, problem = '') => {
        this.exit ??= { code: code ?? undefined, signal: signal ?? undefined, stderr: this.tail + problem };
        resolve(this.exit);
      };
      process.once('error', (error) => end(null, null, String(error)));
      // What the child said last may still be on its way; `close` comes after it.
      process.once('close', end);
      process.once('exit', (code, signal) => setTimeout(() => end(code, signal), 2000).unref());
    });
    process.on('message', (message) => this.receive(message));
  }

  get running(): boolean {
    return this.exit === undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  get processId(): number | undefined {
    return this.process.pid;
  }

  edit(request: EditRequest, progress: (report: EditProgress) => void): { readonly ending: Promise<EditEnding>; cancel(): void } {
    const id = this.nextId++;
    const answered = new Promise<EditEnding>((resolve) => {
      this.listeners.set(id, { progress, result: (result) => resolve({ kind: 'result', result }) });
    });
    const ended = this.ended.then((exit): EditEnding => ({ kind: 'exit', exit }));
    this.send({ kind: 'edit', id, request });
    return {
      ending: Promise.race([answered, ended]).finally(() => this.listeners.delete(id)),
      cancel: () => this.send({ kind: 'cancel', id }),
    };
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  private receive(message: unknown): void {
    if (!isChildMessage(message) || message.kind === 'ready') return;
    const listener = this.listeners.get(message.id);
    if (message.kind === 'progress') listener?.progress(message.progress);
    else listener?.result(message.result);
  }

  /** A process that is going down refuses messages; its end is reported by `ended`. */
  private send(message: HostMessage): void {
    if (this.process.connected) this.process.send(message, () => undefined);
  }

  private async protocolWithin(milliseconds: number): Promise<number | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const ready = new Promise<number>((resolve) => {
      this.process.on('message', (message) => {
        if (isChildMessage(message) && message.kind === 'ready') resolve(message.protocol);
      });
    });
    const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), milliseconds)));
    try {
      return await Promise.race([ready, late, this.ended.then(() => undefined)]);
    } finally {
      clearTimeout(timer);
    }
  }
}
