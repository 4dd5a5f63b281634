import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LinkedStep } from '../../../../src/core/actions/action';
import { linkPlan } from '../../../../src/core/actions/link';
import { loadAction } from '../../../../src/core/actions/registry';
import type { Outcome } from '../../../../src/core/outcome';
import { parsePlan } from '../../../../src/core/plan/parse';
import { PtySession } from '../../../../src/core/shell/ptySession';
import { openShellWorkspace, type ShellWorkspace } from './shellFixture';
import { startPackageIndex, type PackageIndex } from './packageIndex';

/** The plan that Evalmark was conceived for lies beside the repository; these are its tasks 2.1 and 2.2 where it does not. */
const conceivedFor = path.resolve('../shared/plans/qwen-ecosystem-validation/tasks.md');
const excerpt = `#### Task 2.1: Python Environment

\`\`\`bash
cd /home/tim/source/activity/FLENwheel
python3 -m venv venv
source venv/bin/activate
\`\`\`

- [ ] Create virtual environment
- [ ] Activate environment
- [ ] Verify Python version (3.13.3)

#### Task 2.2: Install Dependencies

\`\`\`bash
pip install torch torchvision --index-url https://download.pytorch.org/whl/cu118
pip install diffusers transformers accelerate bitsandbytes
pip install pillow opencv-python numpy pandas
pip install huggingface_hub
\`\`\`

- [ ] Install PyTorch with CUDA support
- [ ] Install Diffusers and Transformers
- [ ] Install image processing libraries
- [ ] Install Hugging Face hub
- [ ] Verify installations with \`pip list\`
`;

const packages = {
  torch: '2.5.1', torchvision: '0.20.1', diffusers: '0.35.1', transformers: '4.55.0', accelerate: '1.10.0', bitsandbytes: '0.47.0',
  pillow: '11.3.0', 'opencv-python': '4.12.0', numpy: '2.3.2', pandas: '2.3.1', 'huggingface-hub': '0.34.4',
};

const version = /\d+(?:\.\d+)+/.exec(spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout)?.[0];
const makesEnvironments = version !== undefined && spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0;
if (!makesEnvironments) console.warn('Tasks 2.1 and 2.2 of the plan were NOT run: there is no python3 here that makes virtual environments.');

// A quarter of a minute: a virtual environment and seven runs of pip cost that, and nothing less is real.
describe.skipIf(!makesEnvironments)('the environment tasks of the plan, with real Python', { timeout: 180_000 }, () => {
  let index: PackageIndex;
  let workspace: ShellWorkspace;
  let steps: readonly LinkedStep[];
  let project: string;

  beforeAll(async () => {
    workspace = await openShellWorkspace();
    project = path.join(workspace.folder, 'FLENwheel');
    await mkdir(project);
    index = await startPackageIndex(workspace.folder, packages);
    // The only change to the plan: PyTorch comes from loopback as well.
    const text = (existsSync(conceivedFor) ? await readFile(conceivedFor, 'utf8') : excerpt).replace('https://download.pytorch.org/whl/cu118', `${index.address}/simple`);
    const plan = parsePlan(text);
    const links = linkPlan(plan);
    steps = plan.tasks.flatMap((task) =>
      task.steps.flatMap((step) => {
        const link = links.get(step.id);
        const phase = plan.phases.find(({ id }) => id === task.phaseId);
        return (task.id === '2.1' || task.id === '2.2') && link && phase ? [{ step, task, phase, link }] : [];
      }),
    );
    const shell = new PtySession({ folder: project, log: workspace.context.log, grace: 400 });
    opened.push(shell);
    await shell.run(`export PIP_INDEX_URL=${index.address}/simple PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CACHE_DIR=${workspace.folder}/pip`, { signal: workspace.context.signal });
    context = { ...workspace.context, plan, shell, paths: { ...workspace.context.paths, workspace: project } };
  }, 180_000);

  const opened: PtySession[] = [];
  let context: ShellWorkspace['context'];

  afterAll(async () => {
    await Promise.all(opened.map((shell) => shell.reset()));
    await index.dispose();
    await workspace.dispose();
  });

  async function run(text: string): Promise<Outcome> {
    const step = steps.find((one) => one.step.text.startsWith(text));
    if (!step) throw new Error(`The plan has no step "${text}".`);
    return (await loadAction(step.link.action)).run(step, context);
  }

  test('2.1: the environment is made in this workspace, activated, and its version compared', async () => {
    expect(await run('Create virtual environment')).toEqual({ kind: 'done', summary: `venv made with Python ${version}` });
    expect(existsSync(path.join(project, 'venv', 'pyvenv.cfg'))).toBe(true);
    expect(await run('Activate environment')).toEqual({ kind: 'done', summary: `venv active, Python ${version}` });
    const compared = await run('Verify Python version');
    if (version === '3.13.3') return expect(compared).toEqual({ kind: 'done', summary: 'Python 3.13.3' });
    expect(compared).toMatchObject({ kind: 'failed', failure: { code: 'python-version', message: `Python ${version} found, 3.13.3 wanted.`, short: `found ${version}` } });
    expect(compared.kind === 'failed' && compared.failure.advice).toMatch(/^(?:Install Python 3\.13\.3|Python 3\.13\.3 is on this machine as ).*correct the version in the plan\.$/);
  });

  test('2.2: each step installs its own packages from its own index and says which', async () => {
    expect(await run('Install PyTorch')).toEqual({ kind: 'done', summary: 'torch 2.5.1 and torchvision 0.20.1 installed' });
    expect(index.asked.filter((asked) => asked.startsWith('/simple'))).toEqual(['/simple/torch/', '/simple/torchvision/']);
    expect(await run('Install Diffusers')).toEqual({ kind: 'done', summary: 'diffusers 0.35.1, transformers 4.55.0, accelerate 1.10.0 and bitsandbytes 0.47.0 installed' });
    expect(await run('Verify installations')).toMatchObject({ kind: 'failed', failure: { code: 'packages-missing', message: '5 of 11 packages are not as the plan says: not installed: pillow, opencv-python, numpy, pandas, huggingface_hub.', short: '5 missing' } });
    expect(await run('Install image processing')).toMatchObject({ kind: 'done' });
    expect(await run('Install Hugging Face hub')).toEqual({ kind: 'done', summary: 'huggingface_hub 0.34.4 installed' });
    expect(await run('Install Hugging Face hub')).toEqual({ kind: 'done', summary: 'huggingface_hub 0.34.4 there already' });
    expect(await run('Verify installations')).toEqual({ kind: 'done', summary: 'all 11 packages are installed' });
  });

  test('a package that the index does not have says what to look at', async () => {
    const wanted = (command: string): LinkedStep => {
      const [first] = steps;
      if (!first) throw new Error('no step');
      return { ...first, link: { ...first.link, action: 'shell', arguments: { command } } };
    };
    const shell = (await loadAction('shell')).run;
    expect(await shell(wanted('pip install xformers'), context)).toMatchObject({ failure: { code: 'command-failed', advice: expect.stringContaining('has nothing called xformers for this Python') } });
    expect(await shell(wanted('pip install torch==9.9'), context)).toMatchObject({ failure: { advice: expect.stringContaining('has no torch==9.9 for this Python; it has 2.5.1') } });
  });
});
