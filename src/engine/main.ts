import { isMainThread } from 'node:worker_threads';
import { serve } from './serve';
import { sampleMemory } from './memory/sampleMemory';

/** The child's entry. The same file runs as the thread that watches memory while a model computes. */
if (isMainThread) serve();
else sampleMemory();
