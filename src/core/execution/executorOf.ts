import type { ExecutorSettings } from '../evaluation/evaluation';
import type { Executor } from './executor';
import { LocalExecutor } from './localExecutor';
import { SlurmExecutor } from './slurm/slurmExecutor';

/** Who carries the run matrix out, as `evaluation.json` says. */
export function executorOf(settings: ExecutorSettings = { kind: 'local' }): Executor {
  return settings.kind === 'local' ? new LocalExecutor(settings) : new SlurmExecutor(settings);
}
