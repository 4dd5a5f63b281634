import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './fileFailure';

/**
 * Does some work while no other process that asks for the same file's lock does any. The lock is a file in the system's
 * temporary folder, named after the file's real path, that holds its owner's process id; one left behind by a process that
 * has died is removed. Undefined when others hold it for longer than `patience` milliseconds.
 */
export async function withFileLock<Value>(realPath: string, work: () => Promise<Value>, patience = 10_000): Promise<Value | undefined> {
  const lock = lockPath(realPath);
  const release = await acquire(lock, Date.now() + patience);
  if (!release) return undefined;
  try {
    return await work();
  } finally {
    release();
  }
}

export function lockPath(realPath: string): string {
  const name = createHash('sha256').update(realPath).digest('hex').slice(0, 32);
  return path.join(os.tmpdir(), `evalmark-${process.getuid?.() ?? 0}-${name}.lock`);
}

/** The files here are a few bytes in the system's own temporary folder: to wait for another thread would take longer. */
async function acquire(lock: string, deadline: number): Promise<(() => void) | undefined> {
  const token = `${process.pid} ${randomUUID()}`;
  for (let pause = 1; ; pause = Math.min(pause * 2, 25)) {
    if (create(lock, token)) return () => release(lock, token);
    if (isAbandoned(lock)) removeAbandoned(lock);
    if (Date.now() > deadline) return undefined;
    await sleep(pause + Math.random() * pause);
  }
}

function create(file: string, content: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(descriptor, content);
    return true;
  } catch (error) {
    remove(file);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Only our own: after a long sleep of this computer another process may have taken the lock over. */
function release(lock: string, token: string): void {
  if (contentOf(lock) === token) remove(lock);
}

/** Nobody needs the lock for as long as this; a plan is written in milliseconds. */
const longest = 60_000;

function isAbandoned(lock: string): boolean {
  const content = contentOf(lock);
  const age = ageOf(lock);
  if (content === undefined || age === undefined) return false;
  if (age > longest) return true;
  const owner = Number.parseInt(content, 10);
  return Number.isNaN(owner) ? age > 2000 : !isAlive(owner);
}

/** One process at a time looks once more and removes, so that nobody removes a lock that another has just taken. */
function removeAbandoned(lock: string): void {
  const guard = `${lock}.remove`;
  if (!create(guard, String(process.pid))) {
    if ((ageOf(guard) ?? 0) > longest) remove(guard);
    return;
  }
  if (isAbandoned(lock)) remove(lock);
  remove(guard);
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function ageOf(file: string): number | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats && Date.now() - stats.mtimeMs;
}

function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
