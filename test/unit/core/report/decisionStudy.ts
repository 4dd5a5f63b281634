import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ok, type Result } from '../../../../src/core/outcome';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import type { PlanSnapshot } from '../../../../src/core/plan/planStore';
import { decisionWork, type GivenDecision } from '../../../../src/core/report/givenDecision';
import { writeGivenDecision } from '../../../../src/core/report/writeGivenDecision';
import { Runner } from '../../../../src/core/runner/runner';
import { makeContext, nobody, settings } from '../../actionContext';
import { evaluation, layOut } from './study';

export const decisionPlan = `# Small plan

**Change ID**: \`small\`

### Phase 4: Analysis & Decision

#### Task 4.1: Results

- [x] Create docs/small-results.md
- [x] Include comparison matrix
- [x] Add best/worst example images

**Deliverable**: docs/small-results.md

#### Task 4.2: Strategic Analysis

- [ ] **Option A**: Use existing LoRA(s) as-is
  - Which model(s)?
  - What gaps remain?
- [ ] **Option B**: Multi-LoRA combination
  - Which models to combine?
  - Complexity vs. benefit trade-off
- [ ] **Option C**: Custom LoRA training
  - What gaps require it?
- [ ] **Option D**: Hybrid approach
  - What to train custom for?

#### Task 4.3: Make Decision

- [ ] Select optimal approach based on data
- [ ] Document decision rationale
- [ ] Identify next steps for chosen approach
- [ ] Update STATUS.md with decision
`;

/** A finished study whose options and decision are open. */
export async function layOutDecision(workspace: string): Promise<void> {
  await writeFile(path.join(workspace, 'tasks.md'), decisionPlan);
  await writeFile(path.join(workspace, 'evaluation.json'), JSON.stringify(evaluation));
  await layOut(workspace);
}

export async function readSnapshot(workspace: string): Promise<PlanSnapshot> {
  const found = await new FilePlanStore(path.join(workspace, 'tasks.md')).read();
  if (!found.ok) throw new Error(found.failure.message);
  return found.value;
}

export const policy = { commitAfter: 'off', updateStatus: true } as const;

/** Writes it in earnest, as the command line does. */
export async function performDecision(workspace: string, given: GivenDecision): Promise<Result<void>> {
  const { plan } = await readSnapshot(workspace);
  const ask = { ...nobody, said: given };
  const work = decisionWork(plan, given);
  const context = makeContext(workspace, { plan, ask, evaluation: async () => ok(evaluation) });
  const written = await writeGivenDecision(work, given, context);
  if (!written.ok) return written;
  const { paths, log, shell, hub, inference, now } = context;
  const runner = new Runner({ store: new FilePlanStore(paths.plan), paths, ask, log, shell, hub, inference, now, settings: () => settings, policy: () => policy });
  await runner.run({ kind: 'steps', ids: work.steps.map(({ id }) => id) });
  return ok(undefined);
}
