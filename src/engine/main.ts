import { isMainThread, workerData } from 'node:worker_threads';
import { beat, heartbeatTask } from './heartbeat';
import { sampleMemory } from './memory/sampleMemory';
import { serve } from './serve';

/** The child's entry. The same file runs as the threads that go on while a model computes. */
if (isMainThread) serve();
else if (workerData === heartbeatTask) beat();
else sampleMemory();
