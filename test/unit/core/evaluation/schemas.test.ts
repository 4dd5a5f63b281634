import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkEvaluation } from '../../../../src/core/evaluation/evaluationCheck';
import { fits, type Schema } from './jsonSchema';
import { sampleEvaluation } from './sampleEvaluation';

const read = async (name: string) => JSON.parse(await readFile(name, 'utf8')) as Schema;
const evaluationSchema = await read('media/schemas/evaluation.schema.json');
const ratingsSchema = await read('media/schemas/ratings.schema.json');

describe('the schema of evaluation.json', () => {
  const changed = (change: (value: any) => void): unknown => {
    const value = structuredClone(sampleEvaluation({ sampler: { steps: 4, guidance: 1, seeds: [7], width: 512 } }));
    change(value);
    return value;
  };

  it.each<[string, (value: any) => void]>([
    ['as it is', () => {}],
    ['with a LoRA', (value) => (value.models[1].loras = [{ repository: 'a/b', scale: 0.5 }])],
    ['with a transformer of its own', (value) => (value.models[1].transformer = { repository: 'a/b-gguf', file: 'b-Q4_K_M.gguf' })],
    ['with a transformer from nowhere', (value) => (value.models[1].transformer = { file: 'b-Q4_K_M.gguf' })],
    ['with all kinds of criteria', (value) => (value.criteria = [...value.criteria, { id: 'same', label: 'Same', kind: 'yesNo', weight: 0 }, { id: 'artifacts', label: 'Artifacts', kind: 'count', weight: 0 }])],
    ['without version', (value) => delete value.version],
    ['with a path as id', (value) => (value.edits[0].id = '../x')],
    ['with two hyphens in an id', (value) => (value.models[0].id = 'a--b')],
    ['without seeds', (value) => (value.sampler.seeds = [])],
    ['with another kind of edit', (value) => (value.edits[0].kind = 'colour')],
    ['with a text as steps', (value) => (value.sampler.steps = '4')],
    ['with a share over 1', (value) => (value.limits.sameCharacterShare = 70)],
    ['with a scale without ends', (value) => delete value.criteria[0].minimum],
    ['with an unknown device', (value) => (value.engine.device = 'tpu')],
    ['with an empty base', (value) => (value.models[0].base = '')],
    ['with a width of 8', (value) => (value.sampler.width = 8)],
    ['with a sampler of its own', (value) => (value.models[1].sampler = { steps: 8, guidance: 1, scheduler: 'lightning' })],
    ['with an unknown scheduler', (value) => (value.sampler.scheduler = 'ddim')],
    ['with noise and resolution', (value) => Object.assign(value.sampler, { noise: 'torch', referenceResolution: 512, scheduler: 'checkpoint' })],
    ['with unknown noise', (value) => (value.sampler.noise = 'white')],
    ['with an enormous reference', (value) => (value.sampler.referenceResolution = 9000)],
    ['with references', (value) => (value.edits[0].references = ['hat.png'])],
    ['with an empty reference', (value) => (value.edits[0].references = [''])],
    ['with two GPUs', (value) => (value.executor = { kind: 'local', devices: [0, 1] })],
    ['with a GPU twice', (value) => (value.executor = { kind: 'local', devices: [1, 1] })],
    ['with no GPU', (value) => (value.executor = { kind: 'local', devices: [] })],
    ['with a cluster', (value) => (value.executor = { kind: 'slurm', partition: 'gpu', account: 'ab12', gres: 'gpu:a100:1', time: '1-04:00:00', mem: '64G', constraint: 'a100&nvlink', maxRunning: 8, modules: ['cuda/12.4'], setup: ['ulimit -n 4096'], remote: 'mira@login', folder: '/work/plan', container: { image: '/images/evalmark.sif' } })],
    ['with an option as host', (value) => (value.executor = { kind: 'slurm', remote: '-oProxyCommand=x' })],
    ['with a shell in the partition', (value) => (value.executor = { kind: 'slurm', partition: 'gpu; rm -rf /' })],
    ['with a relative cache', (value) => (value.executor = { kind: 'slurm', cache: 'cache' })],
    ['with words as time', (value) => (value.executor = { kind: 'slurm', time: 'four hours' })],
    ['with a command of two lines', (value) => (value.executor = { kind: 'slurm', command: 'a\nb' })],
    ['with a container without image', (value) => (value.executor = { kind: 'slurm', container: {} })],
    ['with an unknown executor', (value) => (value.executor = { kind: 'cloud' })],
    ['with one anchor', (value) => (value.criteria[0].anchors = ['bad'])],
  ])('agrees with the check: %s', (_name, change) => {
    const value = changed(change);
    expect(fits(evaluationSchema, value)).toBe(checkEvaluation(value).length === 0);
  });

  it('accepts the sample and tells of a misspelt key', async () => {
    const sample = await read('test_data/sample/plans/tiny-editors/evaluation.json');
    expect(checkEvaluation(sample)).toEqual([]);
    expect(fits(evaluationSchema, sample)).toBe(true);
    expect(fits(evaluationSchema, changed((value) => (value.models[0].lora = [])))).toBe(false);
  });
});

describe('the schema of a line of ratings.jsonl', () => {
  const head = { version: 1, at: '2026-01-02T03:04:05Z', rater: 'mira', sessionId: 's' };
  it('tells the kinds of lines apart', () => {
    const rating = { ...head, generationId: 'base/a--b--7', outputSha256: 'a'.repeat(64), answers: { identity: 4, same: true, edit: null }, pins: [{ x: 0.5, y: 0.1, type: 'hand' }] };
    expect(fits(ratingsSchema, rating)).toBe(true);
    expect(fits(ratingsSchema, { ...head, kind: 'session', seed: 'x' })).toBe(true);
    expect(fits(ratingsSchema, { ...head, kind: 'reveal' })).toBe(true);
    expect(fits(ratingsSchema, { ...rating, answers: { identity: 'good' } })).toBe(false);
    expect(fits(ratingsSchema, { ...rating, outputSha256: 'short' })).toBe(false);
    expect(fits(ratingsSchema, { ...head, kind: 'seen' })).toBe(false);
  });
});

describe('what the editor says and offers in JSON files', () => {
  it.each(['evaluation', 'survey'])('describes every key of %s.json', async (name) => {
    const undescribed: string[] = [];
    const walk = (schema: any, at: string): void => {
      for (const [key, value] of Object.entries((schema.properties ?? {}) as Record<string, any>)) {
        if (typeof value.description !== 'string') undescribed.push(`${at}${key}`);
        walk(value, `${at}${key}/`);
        if (value.items) walk(value.items, `${at}${key}/`);
      }
    };
    walk(await read(`media/schemas/${name}.schema.json`), '');
    expect(undescribed).toEqual([]);
  });

  it.each(['evaluation', 'survey'])('offers snippets for %s.json that are right as they stand', async (name) => {
    const schema = await read(`media/schemas/${name}.schema.json`);
    let count = 0;
    const walk = (node: any): void => {
      for (const { body } of node.defaultSnippets ?? []) {
        count++;
        expect(fits(node as Schema, filled(body)), JSON.stringify(body)).toBe(true);
      }
      for (const value of Object.values((node.properties ?? {}) as Record<string, any>)) walk(value);
      if (node.items) walk(node.items);
    };
    walk(schema);
    expect(count).toBeGreaterThan(2);
    if (name === 'evaluation') expect(checkEvaluation(filled((schema as any).defaultSnippets[0].body))).toEqual([]);
  });
});

/** A snippet's body with the texts that stand in its placeholders. */
function filled(body: unknown): unknown {
  const text = JSON.stringify(body).replace(/\$\{\d+\|([^,|]+)[^}]*\}/g, '$1').replace(/\$\{\d+:([^}]*)\}/g, '$1').replace(/\$CURRENT_YEAR|\$CURRENT_MONTH|\$\{CURRENT_DATE\}/g, '11');
  return JSON.parse(text) as unknown;
}
