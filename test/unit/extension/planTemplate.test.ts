import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { linkPlan } from '../../../src/core/actions/link';
import { parsePlan } from '../../../src/core/plan/parse';

const text = readFileSync(path.resolve(import.meta.dirname, '../../../media/plans/image-editors.md'), 'utf8');
const plan = parsePlan(text.replaceAll('${title}', 'Winter Editors').replaceAll('${name}', 'winter-editors'));

it('is read without complaint, with phases, gates and rules', () => {
  expect(plan.diagnostics).toEqual([]);
  expect(plan.phases).toHaveLength(4);
  expect(plan.gates).toHaveLength(2);
  expect(plan.dependencies).toHaveLength(3);
});

it('links every step to an action', () => {
  const links = linkPlan(plan);
  const unlinked = plan.steps.filter(({ id }) => links.get(id)?.action === 'manual' || (links.get(id)?.candidates.length ?? 0) > 0);
  expect(unlinked.map(({ text: words }) => words)).toEqual([]);
});
