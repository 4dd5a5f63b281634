import type { Logger } from '../core/actions/action';
import { EngineClient, type EngineClientOptions } from './client';

/** The engines of this machine: the usual one, and one for each GPU that a run names. Each starts its process when it is first used. */
export class Engines {
  private readonly clients = new Map<number | undefined, EngineClient>();

  /** @param entry the bundled child, `dist/engine.cjs` */
  constructor(
    private readonly entry: string,
    private readonly log: Logger,
    private readonly options: Omit<EngineClientOptions, 'device'> = {},
  ) {}

  /** @param device its number as nvidia-smi counts; the engine that chooses for itself when left out */
  of(device?: number): EngineClient {
    const known = this.clients.get(device);
    if (known) return known;
    const client = new EngineClient(this.entry, this.log, { ...this.options, ...(device === undefined ? {} : { device }) });
    this.clients.set(device, client);
    return client;
  }

  /** The next edit of each gets a new process: something that holds from a process's start on has changed. */
  renew(): void {
    for (const client of this.clients.values()) client.renew();
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.clients.values()].map((client) => client.dispose()));
  }
}
