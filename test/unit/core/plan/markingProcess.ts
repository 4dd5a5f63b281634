/** Marks every so many-th step of a plan, one edit each, as another window or the command line would. */
import { stepAddress } from '../../../../src/core/plan/address';
import { FilePlanStore } from '../../../../src/core/plan/planFile';

const [file = '', part = '0', parts = '1'] = process.argv.slice(2);
const store = new FilePlanStore(file);
const snapshot = await store.read();
if (!snapshot.ok) throw new Error(snapshot.failure.message);
for (const [index, step] of snapshot.value.plan.steps.entries()) {
  if (index % Number(parts) !== Number(part)) continue;
  const edited = await store.edit([
    { kind: 'mark', step: stepAddress(step), state: 'done' },
    { kind: 'statusLines', taskIds: [step.taskId], reasons: {} },
  ]);
  if (!edited.ok) throw new Error(edited.failure.message);
}
