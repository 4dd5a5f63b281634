import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../actions/action';
import type { Outcome } from '../outcome';

/** What one run of one step said, in a file of its own below the plan's storage. */
export class RunLog implements Logger {
  readonly name: string;
  private readonly file: string;
  private written: Promise<void>;

  /** @param since ISO 8601 */
  constructor(storage: string, stepId: string, since: string) {
    this.name = `${since.replace(/[:.]/g, '-')}-${createHash('sha256').update(stepId).digest('hex').slice(0, 8)}.log`;
    this.file = path.join(logFolder(storage), this.name);
    this.written = mkdir(path.dirname(this.file), { recursive: true }).then(() => forgetOldest(path.dirname(this.file)));
  }

  debug(message: string): void {
    this.write('debug', message);
  }

  info(message: string): void {
    this.write('info', message);
  }

  warn(message: string): void {
    this.write('warning', message);
  }

  error(message: string): void {
    this.write('error', message);
  }

  /** Writes how it ended; resolves when all is on disk. */
  async end(outcome: Outcome): Promise<void> {
    if (outcome.kind === 'failed') {
      const { message, advice, detail } = outcome.failure;
      this.error(`${message} ${advice}${detail === undefined ? '' : `\n${detail}`}`);
    } else if (outcome.kind === 'needsPerson') this.warn(`needs you: ${outcome.reason}`);
    else this.info(outcome.kind === 'done' && outcome.summary !== undefined ? `done: ${outcome.summary}` : outcome.kind);
    await this.written;
  }

  private write(level: string, message: string): void {
    const line = `${new Date().toISOString()} [${level}] ${message}\n`;
    // A log that cannot be written is no reason to stop a step.
    this.written = this.written.then(() => appendFile(this.file, line)).catch(() => undefined);
  }
}

/** Absolute, or undefined for a name that no log has. */
export function logFile(storage: string, name: string): string | undefined {
  return /^[\w-]+\.log$/.test(name) ? path.join(logFolder(storage), name) : undefined;
}

function logFolder(storage: string): string {
  return path.join(storage, 'logs');
}

/** Names begin with the time, so that the oldest sort first. */
async function forgetOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  for (const name of names.slice(0, Math.max(0, names.length - mostLogs))) await rm(path.join(folder, name), { force: true });
}

const mostLogs = 500;
