import { fork, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { EditProgress, EditRequest, EditResult } from '../core/evaluation/inference';
import type { NetworkMeasureRequest, NetworkMeasurement } from '../core/evaluation/networkMeasures';
import { fail, ok, type Result } from '../core/outcome';
import { notStarted, type ChildExit } from './childFailure';
import { heartbeatDescriptor, protocolVersion, type EngineProcessSettings, type HostMessage } from './protocol';
import { readChildMessage } from './protocolCheck';
import { Pulse, type PulseOptions } from './pulse';

export type JobEnding<Value> =
  | { readonly kind: 'result'; readonly result: Result<Value> }
  | { readonly kind: 'exit'; readonly exit: ChildExit }
  /** It lives, but does not go on. */
  | { readonly kind: 'hang'; readonly why: 'silent' | 'idle' };

/** What was asked of the process. */
export interface EngineJob<Value> {
  readonly ending: Promise<JobEnding<Value>>;
  cancel(): void;
}

export interface EngineChildOptions {
  /** How long it may take to answer at first. */
  readonly patienceMilliseconds: number;
  readonly pulse: PulseOptions;
  readonly settings: EngineProcessSettings;
  /** Number of the only GPU that the process sees; all of them when left out. */
  readonly device?: number;
  /** What runs the child, and with what environment; this process's own when left out. */
  readonly program?: (() => Promise<EngineProgram>) | undefined;
}

export interface EngineProgram {
  /** A Node, or an editor's runtime. */
  readonly file: string;
  /** Beside this process's own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One inference process from its start to its end. */
export class EngineChild {
  private nextId = 1;
  private tail = '';
  private exit: ChildExit | undefined;
  private readonly ended: Promise<ChildExit>;
  private readonly listeners = new Map<number, Listener>();

  /** Resolves when the process answers, or with the reason why it does not. */
  static async start(entry: string, { patienceMilliseconds, pulse, settings, program, device }: EngineChildOptions): Promise<Result<EngineChild>> {
    const { file, environment } = (await program?.()) ?? { file: process.execPath, environment: {} };
    let process_: ChildProcess;
    try {
      // An editor's runtime is a Node only when told so; a plain Node does not mind.
      process_ = fork(entry, [], {
        execPath: file,
        execArgv: [],
        serialization: 'advanced',
        stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
        env: { ...process.env, ...environment, ELECTRON_RUN_AS_NODE: '1', ...(device === undefined ? {} : { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: String(device) }) },
      });
    } catch (error) {
      return fail(notStarted({ code: undefined, signal: undefined, stderr: String(error) }));
    }
    const child = new EngineChild(process_, pulse);
    const protocol = await child.protocolWithin(patienceMilliseconds);
    if (protocol === protocolVersion) {
      child.send({ kind: 'open', settings });
      return ok(child);
    }
    await child.kill();
    const stderr = protocol === undefined ? child.tail : `It speaks protocol ${protocol}, not ${protocolVersion}: it belongs to another version of Evalmark.`;
    return fail(notStarted({ code: child.exit?.code, signal: child.exit?.signal, stderr }));
  }

  private readonly pulse: Pulse;

  private constructor(
    private readonly process: ChildProcess,
    pulse: PulseOptions,
  ) {
    this.pulse = new Pulse(process.stdio[heartbeatDescriptor] as Readable, pulse);
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

  edit(request: EditRequest, progress: (report: EditProgress) => void): EngineJob<EditResult> {
    return this.job((id) => ({ kind: 'edit', id, request }), (result) => ({ progress, result }));
  }

  measure(request: NetworkMeasureRequest): EngineJob<NetworkMeasurement> {
    return this.job((id) => ({ kind: 'measure', id, request }), (measured) => ({ measured }));
  }

  private job<Value>(message: (id: number) => HostMessage, listener: (answer: (result: Result<Value>) => void) => Listener): EngineJob<Value> {
    const id = this.nextId++;
    const answered = new Promise<JobEnding<Value>>((resolve) => {
      this.listeners.set(id, listener((result) => resolve({ kind: 'result', result })));
    });
    const ended = this.ended.then((exit): JobEnding<Value> => ({ kind: 'exit', exit }));
    let unwatch = () => {};
    const hangs = new Promise<JobEnding<Value>>((resolve) => (unwatch = this.pulse.watch((why) => resolve({ kind: 'hang', why }))));
    this.send(message(id));
    return {
      ending: Promise.race([answered, ended, hangs]).finally(() => {
        unwatch();
        this.listeners.delete(id);
      }),
      cancel: () => this.send({ kind: 'cancel', id }),
    };
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  private receive(received: unknown): void {
    const message = readChildMessage(received);
    if (!message || message.kind === 'ready') return;
    this.pulse.hear();
    const listener = this.listeners.get(message.id);
    if (message.kind === 'progress') listener?.progress?.(message.progress);
    else if (message.kind === 'measured') listener?.measured?.(message.result);
    else listener?.result?.(message.result);
  }

  /** A process that is going down refuses messages; its end is reported by `ended`. */
  private send(message: HostMessage): void {
    if (this.process.connected) this.process.send(message, () => undefined);
  }

  private async protocolWithin(milliseconds: number): Promise<number | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const ready = new Promise<number>((resolve) => {
      this.process.on('message', (received) => {
        const message = readChildMessage(received);
        if (message?.kind === 'ready') resolve(message.protocol);
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

/** Whoever waits for an answer of the process. */
interface Listener {
  progress?(report: EditProgress): void;
  result?(result: Result<EditResult>): void;
  measured?(result: Result<NetworkMeasurement>): void;
}
