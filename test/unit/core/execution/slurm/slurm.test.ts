import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActionContext, ConfirmQuestion, Progress } from '../../../../../src/core/actions/action';
import { infer } from '../../../../../src/core/actions/infer';
import type { Evaluation, SlurmSettings } from '../../../../../src/core/evaluation/evaluation';
import { isIntact, readGenerations } from '../../../../../src/core/evaluation/generations';
import { matrixPart } from '../../../../../src/core/evaluation/matrixPart';
import { runsElsewhere } from '../../../../../src/core/execution/runsElsewhere';
import { SlurmExecutor } from '../../../../../src/core/execution/slurm/slurmExecutor';
import { Submissions } from '../../../../../src/core/execution/slurm/submissions';
import type { Execution } from '../../../../../src/core/execution/executor';
import { drawCharacters } from '../../../../../src/core/images/placeholderCharacters';
import { ok } from '../../../../../src/core/outcome';
import { Engines } from '../../../../../src/engine/engines';
import { startHub, type LoopbackHub } from '../../../../../test_data/make/hub';
import { sampleRepositories } from '../../../../../test_data/make/sampleRepositories';
import { linkedStep, makeContext, nobody, temporaryFolder } from '../../../actionContext';
import { bundleCli, type CliBundle } from '../../../cli/cliBundle';
import { manyPictures } from '../manyPictures';
import { SlurmCluster, whyNoSlurm } from './slurmCluster';

const why = whyNoSlurm();
if (why !== undefined) console.warn(`NOT RUN: the tests with a real Slurm, because ${why}.`);

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const step = linkedStep({ action: 'infer', arguments: { models: 'all' } });
const times = { pollMilliseconds: 300, graceMilliseconds: 3000 };

let cluster: SlurmCluster;
let bundle: CliBundle;
let hub: LoopbackHub;
let folder: string;
const before = { ...process.env };

/** One Slurm for all: it is a second to start, and what one test leaves in it the next one does not see. */
describe.skipIf(why !== undefined)('a real Slurm', { timeout: 900_000 }, () => {
  beforeAll(async () => {
    bundle = await bundleCli();
    hub = await startHub({ repositories: sampleRepositories() });
    cluster = await SlurmCluster.start();
    process.env['SLURM_CONF'] = cluster.configuration;
  }, 120_000);
  afterAll(async () => {
    await cluster?.stop();
    await hub?.dispose();
    await bundle?.remove();
    process.env = before;
  }, 60_000);
  beforeEach(async () => {
    folder = await mkdtemp(temporaryFolder);
  });
  afterEach(async () => {
    try {
      cluster.command('scancel', '--user=root');
    } catch {
      // Nothing to cancel.
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  /** The sample's evaluation with its pictures. */
  async function sample(pictures: number, changes: Partial<Evaluation> = {}): Promise<Evaluation> {
    await drawCharacters(path.join(folder, 'test_data/source'), pictures);
    const evaluation = { ...(JSON.parse(await readFile('test_data/sample/plans/tiny-editors/evaluation.json', 'utf8')) as Evaluation), ...changes };
    await writeFile(path.join(folder, 'evaluation.json'), JSON.stringify(evaluation));
    return evaluation;
  }

  interface Submitted {
    readonly questions: ConfirmQuestion[];
    readonly reports: Progress[];
    readonly lines: string[];
    readonly context: ActionContext;
  }

  function submitter(evaluation: Evaluation, overrides: Partial<ActionContext> = {}, workspace = folder): Submitted {
    const questions: ConfirmQuestion[] = [];
    const reports: Progress[] = [];
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const context = makeContext(workspace, {
      evaluation: async () => ok(evaluation),
      hub: async () => ok({ endpoint: hub.endpoint, token: undefined, cacheFolder: path.join(workspace, 'cache'), offline: false }),
      ownCommand: [process.execPath, bundle.entry],
      ask: { ...nobody, confirm: async (question) => (questions.push(question), true) },
      progress: (report) => void reports.push(report),
      log: { ...silent, info: say, warn: say, error: say },
      ...overrides,
    });
    return { questions, reports, lines, context };
  }

  async function submit({ context }: Submitted, settings: SlurmSettings): Promise<Execution> {
    const matrix = await matrixPart('all', context);
    if (!matrix.ok) throw new Error(matrix.failure.message);
    return new SlurmExecutor(settings, times).run({ matrix: matrix.value, context });
  }

  /** Process of a worker that has begun to edit. */
  async function runningWorker(results: string): Promise<number | undefined> {
    const runs = path.join(results, '.runs');
    for (const name of await readdir(runs, { recursive: true }).catch(() => [])) {
      if (!name.endsWith('report.json')) continue;
      const found = JSON.parse(await readFile(path.join(runs, name), 'utf8').catch(() => '{}')) as { state?: string; doing?: string; worker?: { pid: number } };
      if (found.state === 'running' && found.doing !== undefined) return found.worker?.pid;
    }
    return undefined;
  }

  const counts = (execution: Execution) => (execution.kind === 'ran' ? { made: execution.result.made.length, kept: execution.result.kept.length, failed: execution.result.failed.length, skipped: execution.result.skipped.length } : execution.outcome);

  async function until(met: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await met())) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  it('runs the sample’s matrix, downloads first, and makes every generation as a local run does, bit for bit', async () => {
    // Three of its five pictures: more would show nothing else, and a minute longer.
    const pictures = 3;
    const evaluation = await sample(pictures);
    const edits = 20 * pictures;
    const settings: SlurmSettings = { kind: 'slurm', partition: 'gpu', time: '30', maxRunning: 2, mem: '2G', partMinutes: 2 };
    const far = submitter({ ...evaluation, executor: settings });
    expect(counts(await submit(far, settings))).toEqual({ made: edits, kept: 0, failed: 0, skipped: 0 });
    expect(far.questions).toHaveLength(1);
    expect(far.questions[0]?.title).toMatch(new RegExp(`^Submit \\d+ parts with ${edits} edits, about \\d+ minutes of computing time, to Slurm\\?$`));
    expect(far.questions[0]?.detail).toMatch(/Downloaded first: tinkerbox\/Tiny-Edit-2601, .*\nNode n[12] sees the folders\./);
    expect(far.reports.some(({ message }) => message?.startsWith('downloading ') || message?.startsWith('download waits'))).toBe(true);
    expect(far.reports.some(({ parts }) => parts?.some(({ state, where, memory }) => state === 'running' && /^n[12]$/.test(where ?? '') && memory !== undefined))).toBe(true);
    const stored = await readGenerations(path.join(folder, evaluation.results));
    for (const one of stored) expect(await isIntact(one)).toBe(true);
    expect(await readdir(path.join(folder, evaluation.results, '.runs'))).toEqual(['engine']);

    const here = { ...evaluation, results: 'here' };
    const engines = new Engines(path.join(path.dirname(bundle.entry), 'engine.cjs'), silent);
    try {
      expect(await infer.run(step, submitter(here, { inference: async () => ok(engines.of()) }).context)).toEqual({ kind: 'done', summary: `${edits} outputs` });
    } finally {
      await engines.dispose();
    }
    const same = (all: typeof stored) => all.map(({ generation: { seconds: _, memory: _m, createdAt: _c, engine, ...rest } }) => ({ ...rest, engine: { ...engine, stages: undefined } }));
    expect(same(stored)).toEqual(same(await readGenerations(path.join(folder, 'here'))));
    // What is there is not even submitted.
    const again = submitter({ ...evaluation, executor: settings });
    expect(counts(await submit(again, settings))).toEqual({ made: 0, kept: edits, failed: 0, skipped: 0 });
    expect(again.questions).toHaveLength(0);
  });

  it('goes on when a worker is killed', async () => {
    const study = await manyPictures(20);
    try {
      const settings: SlurmSettings = { kind: 'slurm', partMinutes: 10 };
      const far = submitter({ ...study.evaluation, executor: settings }, {}, study.folder);
      const running = submit(far, settings);
      let pid: number | undefined;
      await until(async () => (pid = await runningWorker(study.results)) !== undefined);
      process.kill(pid ?? 0, 'SIGKILL');
      expect(counts(await running)).toEqual({ made: 140, kept: 0, failed: 0, skipped: 0 });
      for (const one of await readGenerations(study.results)) expect(await isIntact(one)).toBe(true);
      expect(far.lines.join('\n')).toMatch(/goes on in another job: its worker was killed/);
    } finally {
      await study.remove();
    }
  });

  it('goes on when a node is lost with what it runs, also where that lives on unseen', async () => {
    const study = await manyPictures(6);
    try {
      // The first job of each part is still at work when its node counts as lost.
      const settings: SlurmSettings = { kind: 'slurm', partMinutes: 10, setup: ['[ "${SLURM_RESTART_COUNT:-0}" != 0 ] || sleep 12'] };
      const far = submitter({ ...study.evaluation, executor: settings }, {}, study.folder);
      const running = submit(far, settings);
      await until(() => far.reports.some(({ parts }) => parts?.some(({ state, where }) => state === 'running' && where === 'n1')));
      cluster.killNode('n1');
      // The controller would find out by itself, after a time of its own.
      cluster.command('scontrol', 'update', 'NodeName=n1', 'State=DOWN', 'Reason=lost');
      expect(counts(await running)).toEqual({ made: 42, kept: 0, failed: 0, skipped: 0 });
      for (const one of await readGenerations(study.results)) expect(await isIntact(one)).toBe(true);
      expect(cluster.command('scontrol', 'show', 'job', '--oneliner').match(/ Restarts=1 /g)?.length).toBe(3);
    } finally {
      cluster.command('scontrol', 'update', 'NodeName=n1', 'State=RESUME');
      await cluster.startNode('n1');
      await study.remove();
    }
  });

  it('is picked up by the next process when the submitter is killed, also between sbatch and the record of it', async () => {
    const study = await manyPictures(12, { executor: { kind: 'slurm', partMinutes: 0.2 } });
    try {
      await writeFile(path.join(study.folder, 'tasks.md'), '# Plan\n\n#### Task 1.1: Edit\n\n- [ ] Run on all pictures <!-- evalmark: infer models=all -->\n');
      // An sbatch that does its work and then takes its caller along.
      const deadly = path.join(folder, 'deadly');
      await mkdir(deadly);
      await writeFile(path.join(deadly, 'sbatch'), `#!/bin/sh\nPATH=\${PATH#*:}\nsbatch "$@" >/dev/null\nkill -9 $PPID\n`);
      await chmod(path.join(deadly, 'sbatch'), 0o755);
      const cli = (PATH: string) => spawn(process.execPath, [bundle.entry, 'run', path.join(study.folder, 'tasks.md'), '--workspace', study.folder, '--yes', '--json'], { env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'inherit'] });
      const PATH = process.env['PATH'] ?? '';
      expect((await once(cli(`${deadly}:${PATH}`), 'exit'))[1]).toBe('SIGKILL');
      const runs = path.join(study.results, '.runs');
      const run = path.join(runs, (await readdir(runs)).find((name) => name !== 'engine') ?? '');
      const recorded = await Submissions.read({ folder: run });
      expect(recorded.open).toMatchObject([{ job: undefined }]);
      // What an editor asks at its start before it goes on by itself.
      expect(await runsElsewhere({ planFolder: study.folder, workspace: study.folder })).toBe(true);

      const second = cli(PATH);
      await until(async () => (await Submissions.read({ folder: run })).open[0]?.job !== undefined);
      second.kill('SIGKILL');
      await once(second, 'exit');

      const third = cli(PATH);
      let output = '';
      third.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      expect((await once(third, 'exit'))[0]).toBe(0);
      expect(output).toMatch(/84 outputs/);
      expect(output).toContain('Goes on with what was submitted');
      expect(await runsElsewhere({ planFolder: study.folder, workspace: study.folder })).toBe(false);
      const names = cluster.command('squeue', '--noheader', '--states=all', '--array', '--format=%j|%F').split('\n').filter((line) => line.includes(recorded.open[0]?.name ?? '?'));
      expect(new Set(names).size).toBe(1);
      expect(await readFile(path.join(study.folder, 'tasks.md'), 'utf8')).toContain('- [x] Run on all pictures');
    } finally {
      await study.remove();
    }
  });

  it('is cancelled through ssh, whatever the folder is called, and keeps what is made', async () => {
    const awkward = path.join(folder, "it's $HOME; a folder");
    const bin = path.join(folder, 'bin');
    await mkdir(bin);
    // An ssh that runs on this machine what it was given as one line, as sshd would.
    await writeFile(path.join(bin, 'ssh'), `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\necho "$1" >> '${bin}/hosts'\nexec sh -c "$2"\n`);
    await chmod(path.join(bin, 'ssh'), 0o755);
    process.env['PATH'] = `${bin}:${process.env['PATH'] ?? ''}`;
    const study = await manyPictures(20);
    try {
      const settings: SlurmSettings = { kind: 'slurm', remote: 'mira@login', partMinutes: 0.4, maxRunning: 2, setup: ['export GREETING="it works"', 'echo "$GREETING"'] };
      await mkdir(path.dirname(awkward), { recursive: true });
      const { rename } = await import('node:fs/promises');
      await rename(study.folder, awkward);
      const stop = new AbortController();
      const far = submitter({ ...study.evaluation, executor: settings }, { signal: stop.signal }, awkward);
      const running = submit(far, settings);
      await until(() => far.reports.some(({ completed }) => (completed ?? 0) >= 5));
      stop.abort();
      expect(counts(await running)).toEqual({ kind: 'cancelled' });
      await until(() => !['RUNNING', 'PENDING', 'COMPLETING'].some((state) => cluster.states().has(state)));
      const made = (await readGenerations(path.join(awkward, 'results'))).length;
      expect(made).toBeGreaterThanOrEqual(5);
      expect(made).toBeLessThan(100);
      expect(new Set((await readFile(path.join(bin, 'hosts'), 'utf8')).trim().split('\n'))).toEqual(new Set(['mira@login']));
      expect(far.questions[0]).toMatchObject({ title: expect.stringContaining('through mira@login'), detail: expect.stringContaining('Jobs run: echo "$GREETING"') });
      const logs = path.join(awkward, 'results/.runs');
      const names = (await readdir(logs, { recursive: true })).filter((name) => name.endsWith('.log'));
      expect(await readFile(path.join(logs, names[0] ?? ''), 'utf8')).toContain('it works');
    } finally {
      process.env['PATH'] = before['PATH'];
      await study.remove();
    }
  });

  it('stops a part before its time limit and continues it, and tells a job that was killed for memory from a failed model', async () => {
    const study = await manyPictures(2);
    try {
      // A worker that takes seven seconds to put an output in its place: Slurm's signal comes before it has done six of them.
      const slow = path.join(folder, 'slow.mjs');
      await writeFile(slow, `import fs from 'node:fs/promises';
        import { syncBuiltinESMExports } from 'node:module';
        const { rename } = fs;
        fs.rename = async (from, to) => { if (to.endsWith('.png')) await new Promise((resolve) => setTimeout(resolve, 7000)); return rename(from, to); };
        syncBuiltinESMExports();`);
      const command = `${process.execPath} --import ${slow} ${bundle.entry}`;
      const limited: SlurmSettings = { kind: 'slurm', time: '1', partMinutes: 100, command };
      const angles = { ...study.evaluation, models: study.evaluation.models.slice(1, 2) };
      const far = submitter({ ...angles, executor: limited }, {}, study.folder);
      // Slurm looks at memory every few seconds: a quick worker would be done before.
      const full: SlurmSettings = { kind: 'slurm', mem: '30M', command };
      const killed = submitter({ ...angles, executor: full, results: 'killed' }, {}, study.folder);
      const [whole, short] = await Promise.all([submit(far, limited), submit(killed, full)]);
      expect(counts(whole)).toEqual({ made: 6, kept: 0, failed: 0, skipped: 0 });
      expect(cluster.command('scontrol', 'show', 'job', '--oneliner')).toMatch(/TimeLimit=00:01:00.*/);
      expect(cluster.command('scontrol', 'show', 'job', '--oneliner').split('\n').filter((line) => / Restarts=[1-9].*TimeLimit=00:01:00/.test(line))).toHaveLength(1);
      expect(short.kind === 'ran' && short.result.failed.map(({ failure }) => failure)).toMatchObject([{ code: 'slurm-out-of-memory', message: expect.stringContaining('The model itself did not fail') }]);
      expect(counts(short)).toEqual({ made: 0, kept: 0, failed: 1, skipped: 5 });
    } finally {
      await study.remove();
    }
  });

  it('keeps 2,000 tasks that only do the bookkeeping with flat memory', async () => {
    const study = await manyPictures(1);
    try {
      // As many edits as tasks, of which each "worker" only says that it is done.
      const edits = Array.from({ length: 2000 }, (_, index) => ({ id: `edit-${index}`, kind: 'other' as const, prompt: `Edit ${index}` }));
      const worker = path.join(folder, 'worker');
      await writeFile(worker, `#!/bin/sh\nfolder=\${3%/*}/parts/$4\nmkdir -p "$folder"\necho "{\\"version\\":1,\\"part\\":$4,\\"state\\":\\"ended\\",\\"worker\\":{\\"host\\":\\"n\\",\\"pid\\":1},\\"startedAt\\":\\"\\",\\"updatedAt\\":\\"\\",\\"completed\\":1,\\"total\\":1,\\"made\\":1,\\"failures\\":[],\\"skipped\\":[]}" > "$folder/report.json"\n`);
      await chmod(worker, 0o755);
      const settings: SlurmSettings = { kind: 'slurm', command: worker, partMinutes: 0.01, mem: '1M' };
      const evaluation = { ...study.evaluation, models: study.evaluation.models.slice(0, 1), edits, executor: settings };
      setFlagsFromString('--expose_gc');
      const collect = runInNewContext('gc') as () => void;
      const heap: number[] = [];
      const far = submitter(evaluation, {
        progress: () => {
          collect();
          heap.push(process.memoryUsage().heapUsed);
        },
      }, study.folder);
      const started = Date.now();
      expect(counts(await submit(far, settings))).toEqual({ made: 2000, kept: 0, failed: 0, skipped: 0 });
      const first = heap.slice(1, 4).reduce((sum, bytes) => sum + bytes, 0) / heap.slice(1, 4).length;
      const last = heap.slice(-3).reduce((sum, bytes) => sum + bytes, 0) / heap.slice(-3).length;
      console.log(`2,000 tasks in ${((Date.now() - started) / 1000).toFixed(0)} s, ${heap.length} looks, heap ${(first / 1e6).toFixed(1)} to ${(last / 1e6).toFixed(1)} MB`);
      // Two arrays: an index over 1,000 is more than this Slurm allows.
      expect(far.questions[0]?.title).toContain('2000 parts');
      expect(last - first).toBeLessThan(8e6);
    } finally {
      await study.remove();
    }
  });
});
