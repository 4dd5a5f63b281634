import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActionContext } from '../../../../src/core/actions/action';
import { script } from '../../../../src/core/actions/script';
import { fillTemplate } from '../../../../src/core/actions/scriptTemplate';
import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import type { EditRequest, EditResult, InferenceEngine } from '../../../../src/core/evaluation/inference';
import { writeEvaluation } from '../../../../src/core/evaluation/evaluationFile';
import { sidecarOf } from '../../../../src/core/evaluation/generations';
import { runMatrix } from '../../../../src/core/evaluation/runMatrix';
import { linkedStep, makeContext, temporaryFolder } from '../../actionContext';
import { sampleEvaluation } from '../evaluation/sampleEvaluation';

const execute = promisify(execFile);

let folder: string;
let evaluation: Evaluation;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  evaluation = sampleEvaluation({
    models: [
      { id: 'base', base: 'acme/Edit', category: 'base' },
      { id: 'angles', base: 'acme/Edit', loras: [{ repository: 'mira/angles' }], category: 'angles' },
    ],
  });
  await mkdir(path.join(folder, 'plans'));
  await writeEvaluation(path.join(folder, 'plans', 'evaluation.json'), evaluation);
});
afterEach(() => rm(folder, { recursive: true }));

function context(overrides: Partial<ActionContext> = {}) {
  const base = makeContext(folder, { evaluation: async () => ({ ok: true, value: evaluation }), ...overrides });
  return Object.assign(base, { paths: { ...base.paths, planFolder: path.join(folder, 'plans') } });
}

const run = (file: string, part: string, given = context()) => script.run(linkedStep({ action: 'script', arguments: { file, part } }), given);
const base = 'scripts/test_base_model.py';
const lora = 'scripts/test_lora_model.py';

const python = await execute('python3', ['--version']).then(
  () => true,
  () => false,
);

describe('a script from the template', () => {
  it('has every part that the plan asks for, each script its own', async () => {
    const given = context();
    expect(await run(base, 'create', given)).toMatchObject({ kind: 'done' });
    expect(given.written).toEqual([path.join(folder, base)]);
    expect(await run(lora, 'create')).toMatchObject({ kind: 'done' });
    for (const part of ['loading', 'prompts', 'vram', 'errors']) expect(await run(base, part), part).toMatchObject({ kind: 'done' });
    for (const part of ['loading', 'prompts', 'vram', 'errors', 'lora', 'loraPrompts']) expect(await run(lora, part), part).toMatchObject({ kind: 'done' });
    expect(await run(base, 'lora')).toMatchObject({ kind: 'failed', failure: { code: 'script-lacks', message: `${base} has no LoRA loading.` } });
    expect(await readFile(path.join(folder, lora), 'utf8')).not.toMatch(/evalmark:|\{\{/);
  });

  it.runIf(python)('is valid Python, finds the evaluation, and names what is missing', async () => {
    await run(base, 'create');
    await run(lora, 'create');
    for (const file of [base, lora]) {
      await execute('python3', ['-m', 'py_compile', path.join(folder, file)]);
      const checked = await execute('python3', [path.join(folder, file), '--check'], { cwd: '/' }).catch((error: unknown) => error as { readonly stderr: string });
      expect(checked.stderr).toContain('pictures in pictures');
    }
  });

  it.runIf(python)('asks for the same outputs under the same names as the engine', async () => {
    await mkdir(path.join(folder, 'pictures'));
    const pictures = ['a b.png', 'test_01.jpg', 'test_01.png'];
    for (const name of pictures) await writeFile(path.join(folder, 'pictures', name), '');
    await run(lora, 'create');
    const list = [
      'import importlib.util, json, sys', `spec = importlib.util.spec_from_file_location("s", sys.argv[1])`, 's = importlib.util.module_from_spec(spec)', 'spec.loader.exec_module(s)',
      'e = json.loads(s.EVALUATION.read_text())', 'ms = [s.base_model(e)] + s.lora_models(e, None)',
      'print(json.dumps([[str(s.output_path(e, m, p, d, n).relative_to(s.ROOT / e["results"])), d["prompt"]] for m in ms for p, d, n in s.matrix(e, m)]))',
    ].join('\n');
    const { stdout } = await execute('python3', ['-c', list, path.join(folder, lora)]);
    const planned = runMatrix(evaluation, evaluation.models, pictures).map(({ file, edit }) => [file, edit.prompt]);
    expect(JSON.parse(stdout)).toEqual(planned);
    expect(sidecarOf('base/x.png')).toBe('base/x.json');
  });

  it('keeps what a name says as text', async () => {
    const text = await fillTemplate('base', { script: 'x.py', evaluation: 'a"""\nimport os\n"""/e\\.json', depth: '1' });
    expect(text.ok && text.value).toContain(String.raw`EVALUATION = ROOT / "a\"\"\"import os\"\"\"/e\\.json"`);
  });
});

describe('a script of somebody’s own', () => {
  it('is never overwritten, and judged by what it does', async () => {
    await mkdir(path.join(folder, 'scripts'));
    const own = 'pipe = from_pretrained("x", load_in_4bit=True)\n# torch.cuda.max_memory_allocated()\nprompts = ["a"]\nfor prompt in prompts:\n    pipe(prompt)\n';
    await writeFile(path.join(folder, base), own);
    expect(await run(base, 'create')).toMatchObject({ kind: 'done', summary: expect.stringContaining('kept') });
    expect(await readFile(path.join(folder, base), 'utf8')).toBe(own);
    expect(await run(base, 'loading')).toMatchObject({ kind: 'done' });
    expect(await run(base, 'prompts')).toMatchObject({ kind: 'done' });
    expect(await run(base, 'vram')).toMatchObject({ kind: 'failed', failure: { code: 'script-lacks', message: `${base} has no VRAM monitoring.` } });
    expect(await run(base, 'errors')).toMatchObject({ kind: 'failed', failure: { code: 'script-lacks' } });
  });

  it('that is missing, empty, outside or a link is said to be', async () => {
    expect(await run(base, 'vram')).toMatchObject({ kind: 'failed', failure: { code: 'script-missing' } });
    await mkdir(path.join(folder, 'scripts'));
    await writeFile(path.join(folder, base), '');
    expect(await run(base, 'create')).toMatchObject({ kind: 'failed', failure: { code: 'script-empty' } });
    expect(await run('../evil.py', 'create')).toMatchObject({ kind: 'failed', failure: { code: 'outside-workspace' } });
    await symlink('/tmp/nowhere.py', path.join(folder, lora));
    expect(await run(lora, 'create')).toMatchObject({ kind: 'failed', failure: { code: 'outside-workspace' } });
    expect(await run('run.sh', 'create')).toMatchObject({ kind: 'failed', failure: { code: 'no-script-named' } });
  });
});

describe('trying a script', () => {
  const shell = (exitCode: number, output: string, seen: string[] = []): ActionContext['shell'] => ({
    run: async (command) => {
      seen.push(command);
      return { kind: 'exited', exitCode, output, folder };
    },
    reset: async () => {},
    dispose() {},
  });

  it('runs its --check in the plan’s shell and reads what is missing', async () => {
    await run(base, 'create');
    const seen: string[] = [];
    expect(await run(base, 'run', context({ shell: shell(0, 'ready', seen) }))).toMatchObject({ kind: 'done' });
    expect(seen).toEqual([`python ${base} --check`]);
    const outcome = await run(base, 'run', context({ shell: shell(1, 'missing: the Python package torch (pip install torch)\n1 things are missing') }));
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'script-not-ready', message: expect.stringContaining('the Python package torch') } });
    expect(await run(base, 'run', context({ shell: shell(127, 'python: not found') }))).toMatchObject({ kind: 'failed', failure: { code: 'no-python' } });
  });

  it('makes one edit on the engine where the models are single ONNX files', async () => {
    evaluation = sampleEvaluation();
    await writeEvaluation(path.join(folder, 'plans', 'evaluation.json'), evaluation);
    await mkdir(path.join(folder, 'models'));
    await mkdir(path.join(folder, 'pictures'));
    await writeFile(path.join(folder, 'models', 'base.onnx'), 'x');
    await writeFile(path.join(folder, 'pictures', 'a.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    await run(base, 'create');
    const asked: EditRequest[] = [];
    const result: EditResult = { sha256: '', width: 1, height: 1, loadSeconds: 0, editSeconds: 0.25, memory: { kind: 'ram', peakBytes: 1, averageBytes: 1 }, device: 'cpu', precision: 'float32', warnings: [], versions: {} };
    const engine: InferenceEngine = {
      edit: async (request) => {
        asked.push(request);
        return { ok: true, value: result };
      },
      dispose: async () => {},
    };
    expect(await run(base, 'run', context({ inference: async () => ({ ok: true, value: engine }) }))).toMatchObject({ kind: 'done', summary: expect.stringContaining('0.3 s') });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.output.startsWith(path.join(folder, '.evalmark'))).toBe(true);
  });
});
