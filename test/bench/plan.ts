/** Compares reading and writing a large plan with what it costs at least, an analysis and the packages with their limits, SSIM with its peers, edits with diffusers, then downloads with their peers. Exits with 1 when a ratio is over its target. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import MarkdownIt from 'markdown-it';
import { stepAddress } from '../../src/core/plan/address';
import { parsePlan } from '../../src/core/plan/parse';
import { FilePlanStore } from '../../src/core/plan/planFile';
import { linkPlaceAt } from '../../src/extension/text/linkCompletion';
import { RestTimer } from '../../src/extension/plans/restTimer';
import { linkPlan } from '../../src/core/actions/link';
import { benchEngine } from './engine';
import { meets } from './report';
import { benchReview } from './review';
import { benchSimilarity } from './similarity';
import { benchDownloads, benchProcess } from './downloads';
import { benchPackages } from './packages';

/** The plan that Evalmark was conceived for where it lies beside the repository, else the sample's. */
const sources = ['../shared/plans/qwen-ecosystem-validation/tasks.md', 'test_data/sample/plans/tiny-editors/tasks.md'];

const repetitions = 100;

const role = process.argv.slice(2);
const script = fileURLToPath(import.meta.url);
if (role[0] === 'downloads') {
  if (!(await benchDownloads(script))) process.exitCode = 1;
} else if (role.length > 0) await benchProcess(role);
else {
  await benchPlans();
  if (!(await benchTyping())) process.exitCode = 1;
  if (!benchReview()) process.exitCode = 1;
  if (!benchSimilarity()) process.exitCode = 1;
  if (!benchPackages()) process.exitCode = 1;
  if (!(await benchEngine())) process.exitCode = 1;
  if (!(await benchDownloads(script))) process.exitCode = 1;
}

async function benchPlans(): Promise<void> {
  const source = sources.find((file) => existsSync(file));
  if (source === undefined) throw new Error('No plan to measure with; run this in the repository.');
  const text = (await readFile(source, 'utf8')).repeat(repetitions);
  console.log(`${source} ${repetitions} times: ${(text.length / 1e6).toFixed(2)} MB, ${parsePlan(text).counts.steps} steps`);
  const reading = await benchReading(text);
  const writing = await benchWriting(text);
  if (!(reading && writing)) process.exitCode = 1;
}

async function benchReading(text: string): Promise<boolean> {
  const markdown = new MarkdownIt();
  const [blocks, plan] = await medians(21, [() => markdown.block.parse(text, markdown, {}, []), () => parsePlan(text)]);
  return meets('parsePlan', plan, "markdown-it's block pass", blocks, 1.5);
}

async function benchWriting(text: string): Promise<boolean> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  try {
    const bare = path.join(folder, 'bare.md');
    const file = path.join(folder, 'tasks.md');
    await writeFile(bare, text);
    await writeFile(file, text);
    const store = new FilePlanStore(file);
    const first = await store.read();
    if (!first.ok) throw new Error(first.failure.message);
    const step = first.value.plan.steps[Math.floor(first.value.plan.steps.length / 2)];
    if (!step) throw new Error('This plan has no steps.');
    let isDone = step.state === 'done';
    const [readWrite, mark] = await medians(61, [
      async () => writeFile(bare, await readFile(bare)),
      async () => {
        isDone = !isDone;
        const edited = await store.edit([{ kind: 'mark', step: stepAddress(step), state: isDone ? 'done' : 'todo' }]);
        if (!edited.ok) throw new Error(edited.failure.message);
      },
    ]);
    return meets('one mark', mark, 'a bare read and write', readWrite, 3);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * What one key costs the extension host in a plan of 10,000 steps: the change stirs the timer before the next analysis, and the
 * cursor looks for its step. The analysis itself waits until typing rests.
 */
async function benchTyping(): Promise<boolean> {
  const tasks = Array.from({ length: 1000 }, (_, task) => `#### Task 1.${task + 1}: Task\n\n${Array.from({ length: 10 }, (__, step) => `- [ ] Do thing ${step} of ${task} and look at it\n`).join('')}`);
  const text = `### Phase 1: Large\n\n${tasks.join('\n')}`;
  const plan = parsePlan(text);
  const lines = text.split('\n');
  const last = plan.steps.at(-1)?.line ?? 0;
  const timer = new RestTimer(async () => void linkPlan(parsePlan(text)));
  const [key, analysis] = await medians(21, [
    () => {
      timer.stir();
      plan.steps.find(({ line }) => line === last);
      linkPlaceAt(lines[last] ?? '', lines[last]?.length ?? 0);
    },
    () => linkPlan(parsePlan(text)),
  ]);
  timer.dispose();
  console.log(`a plan of ${plan.steps.length} steps is analysed in ${(analysis ?? Number.NaN).toFixed(0)} ms, when nobody has typed for 150 ms or four times that long`);
  return meets('a key typed into it', key, 'one frame', 16, 1);
}

/** Runs the works in turn, so that a slower moment of the machine meets all of them; milliseconds. */
async function medians(rounds: number, works: readonly (() => unknown)[]): Promise<readonly number[]> {
  const times = works.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, work] of works.entries()) {
      const start = performance.now();
      await work();
      times[index]?.push(performance.now() - start);
    }
  }
  return times.map((list) => list.toSorted((one, other) => one - other)[Math.floor(list.length / 2)] ?? Number.NaN);
}
