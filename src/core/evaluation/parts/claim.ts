import { hostname } from 'node:os';
import { link, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Who carries a part out. */
export interface Worker {
  readonly host: string;
  readonly pid: number;
  /** What the scheduler calls it, where there is one: a worker of the same job has taken the place of its predecessor. */
  readonly job?: string;
}

export function thisWorker(job?: string): Worker {
  return { host: hostname(), pid: process.pid, ...(job === undefined ? {} : { job }) };
}

export interface LeaseTimes {
  /** A claim whose holder said nothing for so long is void. */
  readonly leaseMilliseconds: number;
  readonly beatMilliseconds: number;
}

export const usualLease: LeaseTimes = { leaseMilliseconds: 90_000, beatMilliseconds: 15_000 };

/**
 * The right to carry a part out. Claims of a part are numbered files of which the highest counts; the next one is made
 * by a hard link, of which only one can succeed, also on a network file system. Who holds number n has lost it as soon
 * as n + 1 exists, and looks before it publishes anything: a worker that slept through its lease does no harm.
 */
export class Claim {
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly folder: string,
    private readonly number: number,
    beatMilliseconds: number,
  ) {
    this.timer = setInterval(() => void this.beat(), beatMilliseconds);
    this.timer.unref();
  }

  /** @returns the claim, or who else holds it */
  static async take(folder: string, worker: Worker, { leaseMilliseconds, beatMilliseconds }: LeaseTimes = usualLease): Promise<Claim | Worker> {
    await mkdir(folder, { recursive: true });
    const temporary = path.join(folder, `.claim.${worker.host}.${worker.pid}.${Date.now()}.tmp`);
    await writeFile(temporary, JSON.stringify(worker));
    try {
      // The file system's own clock: those of nodes may differ.
      const now = (await stat(temporary)).mtimeMs;
      for (;;) {
        const last = await newest(folder);
        const holder = last === undefined ? undefined : await holderOf(folder, last);
        if (last !== undefined && holder && now - holder.mtimeMs < leaseMilliseconds && !isSucceeded(holder.worker, worker)) return holder.worker;
        const number = (last ?? 0) + 1;
        const made = await link(temporary, claimFile(folder, number)).then(
          () => true,
          (error: unknown) => {
            if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
            throw error;
          },
        );
        if (!made) continue;
        if (last !== undefined) await rm(claimFile(folder, last), { force: true });
        return new Claim(folder, number, beatMilliseconds);
      }
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Names this holder's own files. */
  get name(): string {
    return String(this.number);
  }

  async isHeld(): Promise<boolean> {
    const [own, next] = await Promise.all([exists(claimFile(this.folder, this.number)), exists(claimFile(this.folder, this.number + 1))]);
    return own && !next;
  }

  /** The next worker need not wait for the lease to run out. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    await utimes(claimFile(this.folder, this.number), 0, 0).catch(() => undefined);
  }

  private async beat(): Promise<void> {
    const now = new Date();
    await utimes(claimFile(this.folder, this.number), now, now).catch(() => undefined);
  }
}

async function newest(folder: string): Promise<number | undefined> {
  const numbers = (await readdir(folder)).flatMap((name) => {
    const found = /^claim\.(\d+)$/.exec(name);
    return found ? [Number(found[1])] : [];
  });
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}

/** `undefined` when it is gone or holds nothing that can be read. */
async function holderOf(folder: string, number: number): Promise<{ readonly worker: Worker; readonly mtimeMs: number } | undefined> {
  try {
    const file = claimFile(folder, number);
    const worker = JSON.parse(await readFile(file, 'utf8')) as Worker;
    return { worker, mtimeMs: (await stat(file)).mtimeMs };
  } catch {
    return undefined;
  }
}

/** Whether `next` may take over at once: the same job was started again, or the process on this machine is gone. */
function isSucceeded(holder: Worker, next: Worker): boolean {
  if (holder.job !== undefined && holder.job === next.job) return true;
  if (holder.host !== next.host || holder.pid === next.pid) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function claimFile(folder: string, number: number): string {
  return path.join(folder, `claim.${number}`);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
