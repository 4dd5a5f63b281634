import type { WriteStream } from 'node:tty';
import type { Progress } from '../core/actions/action';

/** One line at the foot of a terminal that is rewritten at most five times a second; silent where there is no terminal. */
export class ProgressLine {
  private shown = false;
  private last = 0;

  constructor(private readonly terminal: WriteStream) {}

  show(text: string, progress: Progress): void {
    if (!this.terminal.isTTY || Date.now() - this.last < 200) return;
    this.last = Date.now();
    this.shown = true;
    const line = `→ ${text}  ${describe(progress)}`;
    this.terminal.write(`\r\x1b[2K${line.slice(0, (this.terminal.columns || 80) - 1)}`);
  }

  clear(): void {
    if (this.shown) this.terminal.write('\r\x1b[2K');
    this.shown = false;
  }
}

/** "66 % · 41.6 MB/s · 8 min left · transformer/…" with what is known. */
export function describe({ completed, total, unit, speed, secondsLeft, message }: Progress): string {
  const parts: string[] = [];
  if (completed !== undefined && total) parts.push(unit === 'items' ? `${completed} of ${total}` : `${Math.floor((100 * completed) / total)} %`);
  if (speed !== undefined && unit === 'bytes') parts.push(`${bytes(speed)}/s`);
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  if (message) parts.push(message);
  return parts.join(' · ');
}

export function bytes(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} GB`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} MB`;
  return `${Math.ceil(count / 1e3)} kB`;
}

export function duration(seconds: number): string {
  if (seconds >= 5400) return `${(seconds / 3600).toFixed(1)} h`;
  if (seconds >= 90) return `${Math.round(seconds / 60)} min`;
  return `${Math.ceil(seconds)} s`;
}
