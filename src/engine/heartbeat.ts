import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { heartbeatDescriptor } from './protocol';

/** Names the thread's task to the bundle that both threads start from. */
export const heartbeatTask = 'heartbeat';

/** Starts the thread that tells the host once a second that this process lives, also while the main thread computes. */
export function startHeartbeat(): void {
  const entry = process.argv[1];
  if (entry !== undefined) new Worker(entry, { workerData: heartbeatTask }).unref();
}

/**
 * The thread itself: one line a second with the processor time that the process took so far, in milliseconds. Where
 * the host is gone, the process ends: its main thread may be busy for minutes with an edit that nobody waits for.
 */
export function beat(): void {
  tell();
  setInterval(tell, 1000);
}

function tell(): void {
  const { user, system } = process.cpuUsage();
  try {
    writeSync(heartbeatDescriptor, `${Math.round((user + system) / 1000)}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.kill(process.pid, 'SIGKILL');
  }
}
