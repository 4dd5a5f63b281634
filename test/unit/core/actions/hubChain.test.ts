import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import type { ActionName, Ask } from '../../../../src/core/actions/action';
import { linkPlan } from '../../../../src/core/actions/link';
import { loadAction } from '../../../../src/core/actions/registry';
import { parsePlan } from '../../../../src/core/plan/parse';
import { sampleRepositories } from '../../../../test_data/make/sampleRepositories';
import { makeContext } from '../../actionContext';
import { person, picked, stage } from './hubSteps';

vi.mock('../../../../test_data/make/models', () => ({
  makeSampleModels: () => ({ base: 'base weights', angles: 'angles weights', 'face-keep': 'face weights', relight: 'light weights', reference: 'reference weights' }),
}));

const hubActions: ReadonlySet<ActionName> = new Set<ActionName>(['survey', 'survey.filter', 'survey.review', 'survey.document', 'card', 'relevance', 'select', 'login', 'download', 'download.verify', 'download.note']);

it('the sample plan’s steps on the Hub run in order, by what a person agrees to', async () => {
  const { folder, connection, survey } = await stage({ repositories: sampleRepositories() });
  const plan = parsePlan(await readFile(path.resolve('test_data/sample/plans/tiny-editors/tasks.md')));
  const ask: Ask = person({ look: () => true, confirm: true, text: () => 'the card and the weights agree', choose: (question) => (question.title.startsWith('Verdict') ? ['VALIDATED'] : picked(question)) }).ask;
  const context = makeContext(folder, { plan, ask, hub: async () => ({ ok: true, value: connection }) });
  const links = linkPlan(plan);
  const told: string[] = [];
  for (const task of plan.tasks) {
    const phase = plan.phases.find(({ id }) => id === task.phaseId);
    for (const step of task.steps) {
      const link = links.get(step.id);
      if (!phase || !link || !hubActions.has(link.action)) continue;
      const outcome = await (await loadAction(link.action)).run({ step, task, phase, link }, context);
      told.push(`${step.text}: ${outcome.kind === 'done' ? (outcome.summary ?? '') : JSON.stringify(outcome)}`);
    }
  }
  expect(told.map((line) => line.replace(/[\d.]+ [kM]?B( at [0-9a-f]{7})?/, 'SIZE'))).toEqual([
    'Browse https://hub.example/models?pipeline_tag=image-to-image&sort=trending&search=tiny-edit: 7 candidates',
    'Filter for Tiny-Edit-2601 derivatives: 6 of 7 derive from tinkerbox/Tiny-Edit-2601',
    'Review first 10 results for relevance: 7 results reviewed, 6 candidates',
    'Create initial list of candidates: 6 candidates in model-survey.md',
    'tinkerbox/Tiny-Edit-2601-Camera-Angles: VALIDATED (the card and the weights agree)',
    'mirabel/tiny-edit-face-keep: VALIDATED (the card and the weights agree)',
    'mirabel/tiny-edit-relight: VALIDATED (the card and the weights agree)',
    'Base Tiny-Edit-2601: VALIDATED (the card and the weights agree)',
    'Relevance to identity preservation: 6 candidates scored',
    'Relevance to angle changes: 6 candidates scored',
    'Relevance to lighting: 6 candidates scored',
    'Quality indicators (likes, downloads, example pictures): quality of 6 filled in',
    'Select top 3-5 models for testing: 3 selected',
    'Login to Hugging Face (if required): not needed: nothing here is gated',
    'Download Tiny-Edit-2601 (~8MB): SIZE',
    'Verify download complete: 23 files, SIZE, all as the Hub names them',
    'Note storage location: SIZE noted',
    'Download tinkerbox/Tiny-Edit-2601-Camera-Angles: SIZE',
    'Download face/identity models (1-2 models): SIZE',
    'Download lighting models (1-2 models): SIZE',
    'Verify all downloads complete: 29 files, SIZE, all as the Hub names them',
    'Document total disk usage: SIZE noted',
  ]);
  const chosen = (await survey()).candidates.filter(({ selected }) => selected).map(({ repository, category }) => [repository, category]);
  expect(chosen).toEqual([
    ['tinkerbox/Tiny-Edit-2601-Camera-Angles', 'angles'],
    ['mirabel/tiny-edit-face-keep', 'identity'],
    ['mirabel/tiny-edit-relight', 'lighting'],
  ]);
});
