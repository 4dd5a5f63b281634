import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Ask } from '../../../../src/core/actions/action';
import { decide } from '../../../../src/core/actions/decide';
import { linkPlan } from '../../../../src/core/actions/link';
import { options } from '../../../../src/core/actions/options';
import { answersAsk } from '../../../../src/cli/answersAsk';
import type { Generation } from '../../../../src/core/evaluation/generation';
import { readEvaluation } from '../../../../src/core/evaluation/evaluationFile';
import { runMatrix } from '../../../../src/core/evaluation/runMatrix';
import { FilePlanStore } from '../../../../src/core/plan/planFile';
import { rebuildDocuments } from '../../../../src/core/report/rebuild';
import { makeContext, temporaryFolder } from '../../actionContext';

/** The sample as it is when every output has been made and rated: the plan, evaluation and answers of test_data/sample. */
let workspace: string;
const planFolder = () => path.join(workspace, 'plans/tiny-editors');
const pictures = ['test_01.png', 'test_02.png', 'test_03.png', 'test_04.png', 'test_05.png'];

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await cp('test_data/sample', workspace, { recursive: true });
  const plan = path.join(planFolder(), 'tasks.md');
  await writeFile(plan, (await readFile(plan, 'utf8')).replace(/^(\s*- )\[ \]/gm, '$1[✓]').replace('- [✓] Not started', '- [ ] Not started'));
  await writeFile(path.join(planFolder(), 'survey.json'), JSON.stringify(survey));
  await layOutRuns();
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const survey = {
  version: 1,
  fetchedAt: '2026-01-02T03:04:05Z',
  query: { url: 'https://huggingface.co/models?pipeline_tag=image-to-image&search=tiny-edit' },
  base: 'tinkerbox/Tiny-Edit-2601',
  candidates: [
    { repository: 'mirabel/tiny-edit-relight', revision: 'aa3830a9af90', category: 'lighting', license: 'mit', verdict: { word: 'VALIDATED', reason: 'card | weights agree' }, scores: { relevance: 5, quality: 4 }, selected: true },
    { repository: 'fernweh/tiny-edit-crowds', revision: '5cf972129ce7', verdict: { word: 'MISLEADING', reason: '<b>crowds</b>' }, scores: { relevance: 1 } },
    { repository: 'tinkerbox/Tiny-Edit-2601', revision: '44d2501ebd76', excluded: 'is the base model itself' },
  ],
};

async function layOutRuns(): Promise<void> {
  const read = await readEvaluation(path.join(planFolder(), 'evaluation.json'));
  if (!read.ok) throw new Error(read.failure.message);
  const evaluation = read.value;
  await mkdir(path.join(workspace, evaluation.pictures.folder), { recursive: true });
  const paint = (colour: string) => sharp({ create: { width: 96, height: 120, channels: 3, background: colour } }).png().toBuffer();
  const [source, output] = [await paint('#336699'), await paint('#996633')];
  for (const picture of pictures) await writeFile(path.join(workspace, evaluation.pictures.folder, picture), source);
  for (const [index, { id, model, picture, edit, seed, file }] of runMatrix(evaluation, evaluation.models, pictures).entries()) {
    const place = path.join(workspace, evaluation.results, file);
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, output);
    const generation: Generation = {
      version: 1, id, modelId: model.id, picture: { file: picture, sha256: sha256(picture), width: 768, height: 960 }, edit: { id: edit.id, kind: edit.kind, prompt: edit.prompt },
      model: { base: model.base, revision: sha256(model.id).slice(0, 40), fileSha256: sha256(`${model.id} weights`), loras: [] },
      seed, steps: evaluation.sampler.steps, guidance: evaluation.sampler.guidance, device: 'cpu', precision: 'float32',
      output: { file: path.basename(file), sha256: sha256(id), width: 768, height: 960 },
      seconds: { load: 0.05, edit: 0.3 + (index % 7) / 100 }, memory: { kind: 'ram', peakBytes: 310e6 + index * 1e5, averageBytes: 300e6 },
      warnings: [], versions: { onnxruntime: '1.30.0', node: '20.20.2' }, createdAt: '2026-01-02T03:04:05Z',
    };
    await writeFile(place.replace(/png$/, 'json'), JSON.stringify(generation));
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

it('the results document of the sample is as it should be, to the letter', async () => {
  const paths = { workspace, planFolder: planFolder(), plan: path.join(planFolder(), 'tasks.md'), storage: path.join(workspace, '.evalmark') };
  const snapshot = await new FilePlanStore(paths.plan).read();
  if (!snapshot.ok) throw new Error(snapshot.failure.message);
  const { plan } = snapshot.value;
  const person = await answersAsk(path.join(workspace, 'answers.json'), { yes: true, paths });
  if (!person.ok) throw new Error(person.failure.message);
  const ask: Ask = person.value;
  await ask.look({ kind: 'review', planPath: paths.plan });
  const context = makeContext(workspace, { plan, paths, ask, evaluation: () => readEvaluation(path.join(planFolder(), 'evaluation.json')) });

  const quiet = { ...context, ask: { ...ask, confirm: async () => undefined } };
  expect((await rebuildDocuments(quiet)).ok).toBe(true);
  const links = linkPlan(plan);
  for (const [name, action] of [['options', options], ['decide', decide]] as const) {
    for (const step of plan.steps.filter(({ id }) => links.get(id)?.action === name)) {
      const [task, phase, link] = [plan.tasks.find(({ id }) => id === step.taskId)!, plan.phases.find(({ id }) => id === step.phaseId)!, links.get(step.id)!];
      expect(await action.run({ step, task, phase, link }, context)).toMatchObject({ kind: 'done' });
    }
  }
  const text = await readFile(path.join(workspace, 'docs/tiny-editors-results.md'), 'utf8');
  // The machine that this test runs on is part of the method; the sample's size follows its model.
  const stable = text.replace(/(\*\*Run on\*\*: cpu, precision float32, ).*?( GB memory, )/g, '$1(machine)$2').replace(/ hash=[0-9a-f]{16}/g, '').replace(/(seed 7), \d+ × \d+(.*area of) \d+ × \d+$/m, '$1, (size)$2 (size)');
  await expect(stable).toMatchFileSnapshot('golden/tiny-editors-results.md');
  const chart = await readFile(path.join(workspace, 'docs/assets/tiny-editors/overall.svg'), 'utf8');
  await expect(chart).toMatchFileSnapshot('golden/overall.svg');
  expect((await rebuildDocuments(quiet)).ok).toBe(true);
  expect(await readFile(path.join(workspace, 'docs/tiny-editors-results.md'), 'utf8')).toBe(text);
});
