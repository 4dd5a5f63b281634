import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBaseModel } from '../../../../src/core/evaluation/modelSelector';
import { addModel, createEvaluation, ensureEvaluation, modelOfCandidate, readEvaluation, writeEvaluation } from '../../../../src/core/evaluation/evaluationFile';
import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import { parsePlan } from '../../../../src/core/plan/parse';
import { temporaryFolder } from '../../actionContext';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  file = path.join(folder, 'evaluation.json');
});
afterEach(() => rm(folder, { recursive: true }));

const planText = `# Editors - Tasks

### Phase 1: Setup

#### Task 1.1: Download Base Model

\`\`\`bash
huggingface-cli download acme/Edit-1
\`\`\`

- [ ] Download Edit-1 (~8MB)

#### Task 1.2: Download LoRAs

- [ ] Download acme/Edit-1-Camera-Angles
- [ ] Download lighting/complexion LoRAs (1-2 models)
- [ ] Create data/results for outputs
- [ ] Copy to data/source/

#### Task 1.3: Script

- [ ] Implement model loading with 4-bit quantization

**Script requirements**:
- Apply prompts:
  - Background change (forest, beach, studio)
  - Lighting change (sunset, daylight, studio)
  - Angle change (slightly left, slightly right)
- Stay under 16 GB of VRAM
`;

function made(): Evaluation {
  const result = createEvaluation(parsePlan(planText));
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

describe('an evaluation from a plan', () => {
  it('takes base model, LoRAs, edits, folders and limits from the text', () => {
    const evaluation = made();
    expect(evaluation.models).toEqual([
      { id: 'base', title: 'Edit-1', base: 'acme/Edit-1', category: 'base' },
      { id: 'camera-angles', title: 'Edit-1-Camera-Angles', base: 'acme/Edit-1', category: 'angles', loras: [{ repository: 'acme/Edit-1-Camera-Angles' }] },
    ]);
    expect(evaluation.edits.slice(0, 8).map(({ id, kind }) => `${kind} ${id}`)).toEqual([
      'background forest', 'background beach', 'background background-studio',
      'lighting sunset', 'lighting daylight', 'lighting lighting-studio', 'angle slightly-left', 'angle slightly-right',
    ]);
    expect(evaluation.edits.filter(({ models }) => models).every(({ models }) => models?.join() === 'camera-angles')).toBe(true);
    expect(evaluation.edits[0]?.prompt).toContain('a forest');
    expect(evaluation).toMatchObject({ name: 'editors', pictures: { folder: 'data/source' }, results: 'data/results', engine: { precision: 'nf4' } });
    expect(evaluation.limits.memoryGigabytes).toBe(16);
    expect(evaluation.criteria.map(({ id }) => id)).toEqual(['identity', 'edit', 'same', 'artifacts']);
  });

  it('says what is missing when no base model is named', () => {
    const result = createEvaluation(parsePlan('# X\n\n- [ ] do something\n'));
    expect(result).toMatchObject({ ok: false, failure: { code: 'no-base-model' } });
  });

  it('adds selected candidates once, with the edits of their kind', () => {
    const base = made().models[0]!;
    const relight = modelOfCandidate({ repository: 'mira/edit-1-relight', category: 'lighting', revision: 'abc' }, base);
    const once = addModel(made(), relight);
    expect(once.models.at(-1)).toMatchObject({ id: 'relight', base: 'acme/Edit-1', loras: [{ repository: 'mira/edit-1-relight', revision: 'abc' }] });
    expect(once.edits.find(({ id }) => id === 'even-light')?.models).toEqual(['relight']);
    expect(addModel(once, relight)).toBe(once);
    const packed = modelOfCandidate({ repository: 'mira/edit-1-gguf', revision: 'abc', file: 'edit-1-Q4_K_M.gguf' }, base);
    expect(packed).toMatchObject({ base: 'acme/Edit-1', transformer: { repository: 'mira/edit-1-gguf', revision: 'abc', file: 'edit-1-Q4_K_M.gguf' } });
    expect(packed.loras).toBeUndefined();
    const both = { models: [packed, { id: 'plain', base: 'acme/Edit-1' }] };
    expect(both.models.map((model) => isBaseModel(model, both))).toEqual([false, true]);
    const single = modelOfCandidate({ repository: 'mira/tiny', file: 'model.onnx' }, base);
    expect(single).toEqual({ id: 'tiny', title: 'tiny', base: 'mira/tiny', file: 'model.onnx' });
  });

  it('is written when there is none, and read when there is one', async () => {
    const written: string[] = [];
    const request = { plan: parsePlan(planText), workspace: path.dirname(folder), file, wrote: (name: string) => void written.push(name) };
    const candidates = [
      { repository: 'mira/edit-1-faces', category: 'identity', selected: true },
      { repository: 'acme/Edit-1', selected: true },
      { repository: 'acme/other', selected: false },
    ];
    await writeFile(path.join(folder, 'survey.json'), JSON.stringify({ version: 1, candidates }));
    const first = await ensureEvaluation(request);
    expect(first.ok && first.value.models.map(({ id, category }) => `${id} ${category ?? ''}`)).toEqual(['base base', 'faces identity', 'camera-angles angles']);
    expect(first.ok).toBe(true);
    expect(written).toEqual([file]);
    expect(await ensureEvaluation(request)).toEqual(first);
    expect(written).toHaveLength(1);
  });
});

describe('evaluation.json', () => {
  const broken = (change: (evaluation: Record<string, never>) => void) => {
    const value = JSON.parse(JSON.stringify(made())) as Record<string, never>;
    change(value);
    return writeFile(file, JSON.stringify(value));
  };
  const message = async () => {
    const read = await readEvaluation(file);
    return read.ok ? 'valid' : read.failure.message;
  };

  it.each([
    ['models[1].base must be text, but is 7', (value: any) => (value.models[1].base = 7)],
    ['sampler.seeds must be a list, but is missing', (value: any) => delete value.sampler.seeds],
    ['edits[0].id must be a short name of letters, digits, single "-", "_" and ".", but is "../x"', (value: any) => (value.edits[0].id = '../x')],
    ['models[1] repeats "base"', (value: any) => (value.models[1].id = 'base')],
    ['limits.sameCharacterShare must be a number from 0 to 1, but is 70', (value: any) => (value.limits.sameCharacterShare = 70)],
    ['criteria[0].maximum must be more than minimum (1), but is 1', (value: any) => (value.criteria[0].maximum = 1)],
    ['version must be 1, but is 2', (value: any) => (value.version = 2)],
  ])('says %s', async (expected, change) => {
    await broken(change);
    expect(await message()).toContain(expected);
  });

  it.each([
    ['{ "version": 1,\n  "name" "x" }', 'line 2'],
    ['', 'it is empty'],
    ['[]', 'must be an object, but is a list'],
    ['{"version": 1', 'JSON'],
  ])('explains %j', async (text, expected) => {
    await writeFile(file, text);
    expect(await message()).toContain(expected);
  });

  it('keeps key order, indentation, line ends and unknown keys when written back', async () => {
    const { version, name, ...rest } = made();
    const text = JSON.stringify({ $schema: 'x', name, ...rest, version }, undefined, '\t').replaceAll('\n', '\r\n') + '\r\n';
    await writeFile(file, text);
    const read = await readEvaluation(file);
    if (!read.ok) throw new Error(read.failure.message);
    const { models, ...others } = read.value;
    await writeEvaluation(file, { models, ...others });
    expect(await readFile(file, 'utf8')).toBe(text);
    await writeEvaluation(file, { ...read.value, name: 'other' });
    expect(await readFile(file, 'utf8')).toBe(text.replace('"name": "editors"', '"name": "other"'));
    expect(await readdir(folder)).toEqual(['evaluation.json']);
  });
});
