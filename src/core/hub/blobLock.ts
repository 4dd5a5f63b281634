import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { DiskError, onDisk } from './cacheDisk';

/** One download of a blob at a time, across processes. Ends by itself when its process does, however it ends. */
export class BlobLock {
  private readonly beat: NodeJS.Timeout;

  private constructor(
    private readonly file: string,
    private readonly content: string,
  ) {
    this.beat = setInterval(() => {
      const now = new Date();
      utimes(this.file, now, now).catch(() => undefined);
    }, beatEvery);
    this.beat.unref();
  }

  /** Undefined while somebody who is alive holds it. */
  static async take(file: string): Promise<BlobLock | undefined> {
    const content = JSON.stringify({ process: process.pid, host: hostname(), id: randomUUID() });
    if (await create(file, content)) return new BlobLock(file, content);
    if (!(await removeStale(file))) return undefined;
    return (await create(file, content)) ? new BlobLock(file, content) : undefined;
  }

  async isHeld(): Promise<boolean> {
    return (await readFile(this.file, 'utf8').catch(() => '')) === this.content;
  }

  async release(): Promise<void> {
    clearInterval(this.beat);
    if (await this.isHeld()) await rm(this.file, { force: true });
  }
}

const beatEvery = 5_000;
/** Milliseconds without a beat after which a holder that cannot be asked counts as gone. */
const goneAfter = 60_000;

async function create(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new DiskError(error);
  }
}

/** Taken aside first and looked at again, so that a lock made anew in between is given back. */
async function removeStale(file: string): Promise<boolean> {
  const content = await readFile(file, 'utf8').catch(() => undefined);
  if (content === undefined) return true;
  if (await isAlive(file, content)) return false;
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return true;
  }
  const taken = await readFile(aside, 'utf8').catch(() => '');
  if (taken !== content) await link(aside, file).catch(() => undefined);
  await onDisk(rm(aside, { force: true }));
  return taken === content;
}

async function isAlive(file: string, content: string): Promise<boolean> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
  if (Date.now() - mtimeMs > goneAfter) return false;
  const holder = parse(content);
  return holder?.host !== hostname() || holder.process === undefined || isRunning(holder.process);
}

function parse(content: string): { readonly process?: number; readonly host?: string } | undefined {
  try {
    return JSON.parse(content) as { readonly process?: number; readonly host?: string };
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
