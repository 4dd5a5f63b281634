import { parentPort } from 'node:worker_threads';
import type { MeasureAnswer, MeasureQuestion } from './measurer';
import { measurePair } from './measurePair';

// The worker's entry: pixels are measured here, so that neither the editor nor a panel waits for them.
parentPort?.on('message', ({ id, source, output }: MeasureQuestion) => {
  const answer = (rest: Omit<MeasureAnswer, 'id'>): void => parentPort?.postMessage({ id, ...rest } satisfies MeasureAnswer);
  measurePair(source, output).then(
    (measures) => answer({ measures }),
    (error: unknown) => answer({ failure: error instanceof Error ? error.message : String(error) }),
  );
});
