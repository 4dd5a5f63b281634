import { EventEmitter, type Event } from 'vscode';
import { findGraphicsCards } from '../../core/environment/graphicsCards';
import { Lifetime } from '../lifetime';
import type { PlanSet } from '../plans/planSet';

/** Memory of the first graphics card, in bytes. */
export interface DeviceMemory {
  readonly name: string;
  readonly used: number;
  readonly total: number;
  /** The most that was seen since edits began to run. */
  readonly peak: number;
}

/** Looks at the graphics card every few seconds while edits run, and never else. */
export class DeviceWatch {
  private readonly lifetime = new Lifetime();
  private readonly changed = this.lifetime.add(new EventEmitter<void>());
  private timer: NodeJS.Timeout | undefined;
  private known: DeviceMemory | undefined;
  private looking = false;

  constructor(private readonly plans: PlanSet) {
    this.lifetime.add(plans.onDidChange(() => this.follow()));
  }

  get onDidChange(): Event<void> {
    return this.changed.event;
  }

  /** Undefined while no edit runs, and where no driver answers. */
  get memory(): DeviceMemory | undefined {
    return this.known;
  }

  dispose(): void {
    clearInterval(this.timer);
    this.lifetime.dispose();
  }

  private follow(): void {
    const busy = this.plans.all.some(({ status }) => status?.whole.running && [...status.steps].some(([id, { run }]) => run?.kind === 'running' && status.links.get(id)?.action === 'infer'));
    if (busy === (this.timer !== undefined)) return;
    clearInterval(this.timer);
    this.timer = busy ? setInterval(() => void this.look(), 3_000) : undefined;
    this.known = undefined;
    if (busy) void this.look();
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const card = (await findGraphicsCards())?.cards[0];
    this.looking = false;
    if (!card || !this.timer) return;
    this.known = { name: 'cuda:0', used: card.used, total: card.total, peak: Math.max(card.used, this.known?.peak ?? 0) };
    this.changed.fire();
  }
}
