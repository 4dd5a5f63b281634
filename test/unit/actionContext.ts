import os from 'node:os';
import path from 'node:path';
import type { ActionContext, LinkedStep, Link, RunSettings, Ask } from '../../src/core/actions/action';
import type { Plan } from '../../src/core/plan/plan';

export const settings: RunSettings = {
  minimumPictureSide: 512,
  minimumSharpness: 60,
  commitMessage: 'docs(${change}): complete task ${task}',
  maximumCommittedPicture: 500_000,
  rater: 'tester',
  downloadConnections: 4,
};

/** Nobody there: every question goes unanswered. */
export const nobody: Ask = {
  choose: async () => undefined,
  confirm: async () => undefined,
  text: async () => undefined,
  files: async () => undefined,
  look: async () => undefined,
};

const emptyPlan: Plan = {
  title: undefined, dialect: 'plain', phases: [], tasks: [], steps: [], dependencies: [], gates: [], legend: undefined,
  parallelizable: undefined, criticalPath: undefined, diagnostics: [],
  counts: { phases: 0, tasks: 0, steps: 0, done: 0, doing: 0, failed: 0 },
};

/** An action's context for a workspace folder; whatever is not overridden refuses or stays silent. */
export function makeContext(workspace: string, overrides: Partial<ActionContext> = {}): ActionContext & { readonly written: string[] } {
  const written: string[] = [];
  const missing = (what: string) => async () => ({
    ok: false as const,
    failure: { code: 'not-offered', message: `This test offers no ${what}.`, advice: 'Give one.' },
  });
  return {
    plan: emptyPlan,
    paths: {
      workspace,
      plan: path.join(workspace, 'tasks.md'),
      planFolder: workspace,
      storage: path.join(workspace, '.evalmark'),
    },
    signal: new AbortController().signal,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    ask: nobody,
    shell: {
      run: async () => ({ kind: 'ended', exitCode: undefined, output: '', message: 'no shell in this test' }),
      reset: async () => {},
      dispose() {},
    },
    settings,
    now: () => new Date('2026-01-02T03:04:05Z'),
    progress() {},
    hub: missing('Hub'),
    inference: missing('engine'),
    evaluation: missing('evaluation'),
    wrote: (file) => void written.push(file),
    written,
    ...overrides,
  };
}

/** A step with nothing around it but the link. */
export function linkedStep(link: Pick<Link, 'action' | 'arguments'>, text = 'A step'): LinkedStep {
  const range = { line: 0, start: 3, end: 4 };
  const step = {
    id: '1.1/a-step', taskId: '1.1', phaseId: '1', ordinal: 0, text, state: 'todo' as const, mark: ' ', markRange: range, line: 0, level: 0,
    parentId: undefined, details: [], optional: false, parallel: false, override: undefined,
  };
  const task = {
    id: '1.1', title: 'A task', phaseId: '1', line: 0, endLine: 1, fields: [], estimate: undefined, deliverable: undefined, blocks: [],
    steps: [step], notes: [], parallel: false,
  };
  return {
    step, task, phase: { id: '1', title: 'A phase', line: 0, endLine: 1, tasks: [task] },
    link: { reason: 'test', origin: 'rule', candidates: [], ...link },
  };
}

export const temporaryFolder = path.join(os.tmpdir(), 'evalmark-');
