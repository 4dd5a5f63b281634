import type { Gate } from '../plan/plan';
import type { Journal } from './journal';
import type { GateRun } from './runState';
import type { RunServices } from './services';

/** Which checkpoints a person agreed to, and the question at one. */
export class GateBook {
  private readonly runs = new Map<string, GateRun>();

  constructor(
    private readonly journal: Journal,
    private readonly services: Pick<RunServices, 'ask' | 'now'>,
    private readonly changed: (gateId: string, run: GateRun) => void,
  ) {}

  run(gateId: string): GateRun {
    return this.runs.get(gateId) ?? { kind: 'open' };
  }

  /** @param agreed times by gate id, from the journal */
  load(agreed: ReadonlyMap<string, string>): void {
    for (const [id, at] of agreed) this.runs.set(id, { kind: 'agreed', at });
  }

  async ask({ id, text, afterTaskId }: Gate): Promise<boolean> {
    this.set(id, { kind: 'waiting' });
    const answer = await this.services.ask.confirm({
      title: text,
      detail: `Checkpoint after Task ${afterTaskId}: nothing behind it runs before you agree.`,
      agree: 'Continue',
      kind: 'gate',
    });
    if (answer !== true) {
      this.set(id, { kind: 'open' });
      return false;
    }
    const at = this.services.now().toISOString();
    await this.journal.append({ kind: 'agreed', at, gateId: id });
    this.set(id, { kind: 'agreed', at });
    return true;
  }

  private set(gateId: string, run: GateRun): void {
    this.runs.set(gateId, run);
    this.changed(gateId, run);
  }
}
