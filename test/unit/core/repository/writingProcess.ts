/** Writes sections, marks, STATUS.md and commits, round after round, until it is killed or has done as many as were asked for. */
import path from 'node:path';
import type { Ask, PlanPaths } from '../../../../src/core/actions/action';
import { stepAddress } from '../../../../src/core/plan/address';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import { commitWrittenFiles } from '../../../../src/core/repository/commitWrittenFiles';
import { WrittenFiles } from '../../../../src/core/repository/writtenFiles';
import { writeSection } from '../../../../src/core/report/managedSection';
import { updateStatus } from '../../../../src/core/report/status';

const [workspace = '', start = '0', rounds = '1000000'] = process.argv.slice(2);
const paths: PlanPaths = { workspace, planFolder: workspace, plan: path.join(workspace, 'tasks.md'), storage: path.join(workspace, '.evalmark') };
const store = new FilePlanStore(paths.plan);
const written = new WrittenFiles(paths.storage);
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const nobody: Ask = { choose: async () => undefined, confirm: async () => undefined, text: async () => undefined, files: async () => undefined, look: async () => undefined };
const noted: Promise<void>[] = [];
const context = { paths, log: silent, ask: nobody, wrote: (file: string) => void noted.push(written.add(file)) };
const settings = { commitMessage: 'docs: round', maximumCommittedPicture: 1000 };

/** So that a kill can be aimed at any of them, however slow the machine is. */
const reached = () => process.send?.('reached');

reached();
for (let round = Number(start); round < Number(start) + Number(rounds); round++) {
  const body = Array.from({ length: 400 }, (_, line) => `round ${round} line ${line}`).join('\n');
  for (const name of ['one', 'two']) {
    expectOk(await writeSection('docs/r.md', name, body, context, { heading: name, document: { title: 'Results' } }));
    reached();
  }
  const plan = await store.read();
  if (!plan.ok) throw new Error(plan.failure.message);
  const [first] = plan.value.plan.steps;
  if (!first) throw new Error('no step');
  expectOk(await store.edit([{ kind: 'mark', step: stepAddress(first), state: first.state === 'done' ? 'todo' : 'done' }, { kind: 'statusLines', taskIds: [first.taskId], reasons: {} }]));
  await written.add(paths.plan);
  reached();
  const marked = await store.read();
  if (marked.ok) expectOk(await updateStatus({ ...context, plan: marked.value.plan }));
  await Promise.all(noted);
  reached();
  const outcome = await commitWrittenFiles({ paths, settings, written, change: 'killed', task: undefined, ask: nobody, log: silent, consent: 'given' });
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  reached();
}
process.exit(0);

function expectOk(result: { readonly ok: boolean; readonly failure?: { readonly message: string } }): void {
  if (!result.ok) throw new Error(result.failure?.message);
}
