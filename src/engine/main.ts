import { isMainThread, workerData } from 'node:worker_threads';
import { probeWord } from './deviceReport';
import { probeDevices } from './devices/probeDevices';
import { beat, heartbeatTask } from './heartbeat';
import { sampleMemory } from './memory/sampleMemory';
import { onnxRuntime } from './runtime';
import { serve } from './serve';

/** The child's entry. The same file runs as the threads that go on while a model computes, and tries the devices when asked. */
if (!isMainThread) {
  if (workerData === heartbeatTask) beat();
  else sampleMemory();
} else if (process.argv[2] === probeWord) void printDevices();
else serve();

async function printDevices(): Promise<void> {
  const devices = await probeDevices();
  const { env } = await onnxRuntime();
  process.stdout.write(`\n${JSON.stringify({ devices, onnxruntime: env.versions.node ?? env.versions.common })}\n`);
}
