import path from 'node:path';
import type { Failure } from '../core/outcome';
import type { Plan } from '../core/plan/plan';
import { FilePlanStore } from '../core/plan/planFile';
import type { CliArguments } from './arguments';

export type OpenedPlan =
  | { readonly ok: true; readonly plan: Plan; readonly store: FilePlanStore }
  | { readonly ok: false; readonly exitCode: number };

/** Reads the plan that the command names; says what is wrong where it cannot. */
export async function openPlan({ plan: file, json }: CliArguments): Promise<OpenedPlan> {
  const store = new FilePlanStore(path.resolve(file));
  const snapshot = await store.read();
  if (snapshot.ok) return { ok: true, plan: snapshot.value.plan, store };
  reportFailure(snapshot.failure, json);
  return { ok: false, exitCode: 2 };
}

export function reportFailure(failure: Failure, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ event: 'error', ...failure })}\n`);
  else process.stderr.write(`${failure.message} ${failure.advice}\n`);
}
