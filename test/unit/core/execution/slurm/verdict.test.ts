import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PartReport } from '../../../../../src/core/evaluation/parts/partReport';
import { formatIndices, parseIndices } from '../../../../../src/core/execution/slurm/indexRanges';
import { jobScript } from '../../../../../src/core/execution/slurm/jobScript';
import { parseQueueLine } from '../../../../../src/core/execution/slurm/queue';
import { Submissions } from '../../../../../src/core/execution/slurm/submissions';
import { marginSeconds, secondsOf } from '../../../../../src/core/execution/slurm/times';
import { verdictOf, type Evidence } from '../../../../../src/core/execution/slurm/verdict';
import { temporaryFolder } from '../../../actionContext';

const report = (state: PartReport['state'], reason?: string): PartReport => ({
  version: 1, part: 0, state, worker: { host: 'n1', pid: 1 }, startedAt: '', updatedAt: '', completed: 3, total: 9, made: 3, failures: [], skipped: [], ...(reason === undefined ? {} : { reason }),
});
const task = (state: string, reason = 'None') => ({ state, reason, node: 'n1' });

describe('what becomes of a part', () => {
  it.each<[string, Partial<Evidence>, string]>([
    ['runs', { task: task('RUNNING'), report: report('running') }, 'running'],
    ['waits', { task: task('PENDING', 'Priority') }, 'waiting'],
    ['is requeued after preemption', { task: task('PENDING', 'BeginTime'), report: report('stopped', 'signal') }, 'waiting'],
    ['said its last word before Slurm noticed', { task: task('COMPLETING'), report: report('ended') }, 'ended'],
    ['ended with failed edits', { task: task('FAILED', 'NonZeroExitCode'), report: report('ended') }, 'ended'],
    ['was killed for memory', { task: task('OUT_OF_MEMORY'), report: report('running') }, 'slurm-out-of-memory'],
    ['was killed for memory, as only the log tells', { task: task('FAILED'), report: report('running'), log: 'slurmstepd: error: Detected 1 oom-kill event(s) in step 5.batch cgroup.' }, 'slurm-out-of-memory'],
    ['ran out of time and had made something', { task: task('TIMEOUT'), report: report('running'), advanced: true }, 'again'],
    ['ran out of time and had made nothing', { task: task('TIMEOUT'), report: report('running') }, 'slurm-time-limit'],
    ['stopped before its limit and had made nothing', { task: task('FAILED'), report: report('stopped', 'time') }, 'slurm-time-limit'],
    ['lost its node', { task: task('NODE_FAIL') }, 'again'],
    ['was preempted and not requeued', { task: task('PREEMPTED'), report: report('stopped', 'signal') }, 'again'],
    ['was cancelled by somebody', { task: task('CANCELLED') }, 'slurm-cancelled'],
    ['is forgotten', { task: undefined, report: report('running') }, 'again'],
    ['had its worker killed', { task: task('FAILED'), report: report('running') }, 'again'],
    ['never began on a node without the folder', { task: task('FAILED'), log: 'evalmark: this node does not see the results folder' }, 'slurm-node-setup'],
    ['never began at all', { task: task('FAILED'), log: 'sh: 9: evalmark: not found' }, 'slurm-job-failed'],
    ['waits for what never comes', { task: task('PENDING', 'DependencyNeverSatisfied') }, 'slurm-never-starts'],
  ])('that %s', (_name, evidence, expected) => {
    const verdict = verdictOf({ task: undefined, report: undefined, advanced: false, log: '', ...evidence });
    expect(verdict.kind === 'failed' ? verdict.failure.code : verdict.kind).toBe(expected);
  });
});

describe('what Slurm writes and takes', () => {
  it('ranges of indices', () => {
    expect(formatIndices([3, 0, 1, 2, 7])).toBe('0-3,7');
    expect([...parseIndices('[0-2,5,8-12:2%4]')]).toEqual([0, 1, 2, 5, 8, 10, 12]);
    expect([...parseIndices('N/A')]).toEqual([]);
  });

  it('lines of the queue: one for a task that ran, one for all that wait', () => {
    expect([...parseQueueLine('12|3|RUNNING|None|n[1-2]')]).toEqual([['12_3', { state: 'RUNNING', reason: 'None', node: 'n[1-2]' }]]);
    expect([...parseQueueLine('12|[4-6%2]|PENDING|JobArrayTaskLimit|')].map(([key]) => key)).toEqual(['12_4', '12_5', '12_6']);
    expect([...parseQueueLine('slurm_load_jobs error')]).toEqual([]);
  });

  it.each([['60', 3600], ['1:30', 90], ['4:00:00', 14_400], ['1-02', 93_600], ['2-00:30:00', 174_600]])('the time %s', (time, seconds) => {
    expect(secondsOf(time)).toBe(seconds);
  });

  it('a margin that a short job can bear', () => {
    expect([undefined, 60, 3600].map(marginSeconds)).toEqual([60, 15, 60]);
  });
});

describe('the script of a job', () => {
  const script = (settings: object) => jobScript({ settings: { kind: 'slurm', ...settings }, folder: "/work/it's here", matrix: "/work/it's here/m.json", cache: '/cache', ownCommand: ['/opt/node', '/opt/a b/cli.mjs'], offset: 1000 });

  it('is a script for every shell, whatever folders and settings hold', () => {
    for (const settings of [{}, { modules: ['cuda/12'], setup: ['x=1'], time: '60' }, { container: { image: '/images/a b.sif' } }, { command: 'evalmark' }]) {
      execFileSync('sh', ['-n'], { input: script(settings) });
    }
    expect(script({})).toContain("env ELECTRON_RUN_AS_NODE=1 /opt/node '/opt/a b/cli.mjs' engine run-part '/work/it'\\''s here/m.json'");
    expect(script({ container: { image: '/i.sif' } })).toContain("apptainer exec --nv --bind '/work/it'\\''s here' --bind /cache /i.sif evalmark engine run-part");
  });

  it('complains before it starts anything where the node does not see the folder', () => {
    expect(() => execFileSync('sh', { input: script({}), stdio: ['pipe', 'ignore', 'pipe'] })).toThrow(/evalmark: this node does not see the workspace folder/);
  });
});

describe('the record of what was submitted', () => {
  it('is read back after a kill in the middle of a line, and closed', async () => {
    const folder = await mkdtemp(temporaryFolder);
    try {
      const first = await Submissions.read({ folder });
      const name = await first.begin('abc', [0, 1, 2, 7], 0);
      await appendFile(path.join(folder, 'submissions.jsonl'), '{"kind":"submitted","name":"ev');
      const second = await Submissions.read({ folder });
      expect(second.open).toMatchObject([{ name, parts: [0, 1, 2, 7], job: undefined }]);
      await second.submitted(name, '12');
      expect((await Submissions.read({ folder })).open).toMatchObject([{ name, job: '12' }]);
      await second.close();
      expect((await Submissions.read({ folder })).open).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
