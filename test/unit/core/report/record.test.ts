import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Generation } from '../../../../src/core/evaluation/generation';
import { readRecord, recordText, writeRecord } from '../../../../src/core/report/record/recordFile';
import { generationsOf, tablesOf } from '../../../../src/core/report/record/tables';
import { readResults, recordResults } from '../../../../src/core/report/results';
import { makeContext, temporaryFolder } from '../../actionContext';
import { fits, type Schema } from '../evaluation/jsonSchema';
import { planOf } from './planOf';
import { evaluation, generations, layOut } from './study';

let workspace: string;

beforeEach(async () => {
  workspace = await mkdtemp(temporaryFolder);
  await writeFile(path.join(workspace, 'tasks.md'), '# Small plan\n\n**Change ID**: `small`\n');
});
afterEach(() => rm(workspace, { recursive: true, force: true }));

const plan = planOf([{ id: '4.1', title: 'Results', deliverable: 'docs/small-results.md', steps: [['**Option A**: as is', 'todo', ['Which model?']]] }]);

function context(overrides: Parameters<typeof makeContext>[1] = {}) {
  return makeContext(workspace, { plan, evaluation: async () => ({ ok: true, value: evaluation }), ...overrides });
}

const file = (): Promise<string> => readFile(path.join(workspace, 'results.json'), 'utf8');

describe('results.json', () => {
  it('holds every output in a line of its own, what they share once, and is the same when nothing changed', async () => {
    await layOut(workspace);
    const where = context();
    expect((await recordResults(where)).ok).toBe(true);
    const text = await file();
    expect(where.written).toEqual([path.join(workspace, 'results.json')]);
    expect(text.split('\n').filter((line) => line.startsWith('    {"id":"'))).toHaveLength(generations.length);
    const { environments, models, pictures, edits, ratings } = JSON.parse(text) as Record<string, Record<string, unknown>>;
    expect([environments, models, pictures, edits].map((table) => Object.keys(table ?? {}).length)).toEqual([1, 2, 3, 2]);
    expect(Object.values(environments ?? {})).toEqual([expect.objectContaining({ device: 'cpu', versions: { evalmark: '0.1.0' }, machine: expect.objectContaining({ system: expect.stringContaining(process.platform) }) })]);
    expect(ratings).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), setAside: 0 });

    const again = context();
    await recordResults(again);
    expect(again.written).toEqual([]);
    await writeFile(path.join(workspace, 'results.json'), text.replaceAll('\n', '\r\n'));
    await recordResults(again);
    expect(again.written).toEqual([]);
  });

  it('gives the same results where the outputs themselves are not', async () => {
    await layOut(workspace);
    const here = await recordResults(context());
    const text = await file();
    await rm(path.join(workspace, 'test_data'), { recursive: true });
    const elsewhere = await recordResults(context());
    expect(elsewhere).toEqual(here);
    expect(await file()).toBe(text);
  });

  it('follows this disk for a model that has outputs on it, and drops models that the evaluation no longer has', async () => {
    await layOut(workspace);
    await recordResults(context());
    await rm(path.join(workspace, evaluation.results, 'base', 'test_01--forest--7.json'));
    await rm(path.join(workspace, evaluation.results, 'loras'), { recursive: true });
    const results = await readResults(context());
    const ids = results.ok ? results.value.generations.map(({ id }) => id) : [];
    expect(ids).not.toContain('base/test_01--forest--7');
    expect(ids.filter((id) => id.startsWith('angles/'))).toHaveLength(6);
    expect(results.ok && results.value.record.ratings.setAside).toBe(1);
    const fewer = { ...evaluation, models: evaluation.models.filter(({ id }) => id !== 'angles') };
    const without = await readResults(context({ evaluation: async () => ({ ok: true, value: fewer }) }));
    expect(without.ok && without.value.generations.every(({ modelId }) => modelId === 'base')).toBe(true);
  });

  it('is not made before there is an output, and somebody else\'s file of that name is left alone', async () => {
    await recordResults(context());
    await expect(file()).rejects.toThrow('ENOENT');
    for (const text of ['{"passed": 12}', '{ "version": 1,', '[]']) {
      await writeFile(path.join(workspace, 'results.json'), text);
      await layOut(workspace);
      expect(await recordResults(context())).toMatchObject({ ok: false, failure: { code: 'results-unreadable' } });
      expect(await file()).toBe(text);
    }
  });

  it('keeps what people wrote of options and decision also when the document is gone', async () => {
    await layOut(workspace);
    const document = path.join(workspace, 'docs/small-results.md');
    await recordResults(context());
    const { writeSection } = await import('../../../../src/core/report/managedSection');
    await writeSection(document, 'decision', '**Option A: as is**', context());
    await writeSection(document, 'decision-rationale', '### Rationale\n\nIt is *good* enough.\n\n- really', context());
    await writeSection(document, 'option-a-judgement', '**Which model?**\n\nAngles.', context());
    await recordResults(context());
    const before = await readRecord(workspace);
    expect(before).toMatchObject({
      value: { decision: { approach: '**Option A: as is**', rationale: 'It is *good* enough.\n\n- really' }, options: { A: [{ question: 'Which model?', text: 'Angles.' }] } },
    });
    await rm(document);
    await recordResults(context());
    expect(await readRecord(workspace)).toEqual(before);
  });

  it('fits its schema, which leaves other files of that name alone', async () => {
    await layOut(workspace);
    await recordResults(context());
    const schema = JSON.parse(await readFile('media/schemas/results.schema.json', 'utf8')) as Schema;
    expect(fits(schema, JSON.parse(await file()))).toBe(true);
    expect(fits(schema, { passed: 12 })).toBe(true);
    expect(fits(schema, { ...(JSON.parse(await file()) as object), generations: [{ id: 'x' }] })).toBe(false);
  });

  it('reads back what it wrote', async () => {
    await layOut(workspace);
    const results = await recordResults(context());
    const read = await readRecord(workspace);
    expect(read.ok && results.ok && read.value).toEqual(results.ok && JSON.parse(recordText(results.value.record)));
    expect(read.ok && read.value && (await writeRecord(workspace, read.value))).toEqual({ ok: true, value: false });
  });
});

describe('the tables of results.json', () => {
  const generation = fc
    .record({ base: fc.constantFrom(...generations), seed: fc.nat(5), device: fc.constantFrom('cpu', 'cuda'), prompt: fc.string(), revision: fc.option(fc.string(), { nil: undefined }) })
    .map(({ base, seed, device, prompt, revision }): Generation => ({
      ...base, id: `${base.id}-${seed}-${device}`, seed, device, edit: { ...base.edit, prompt }, model: { base: base.model.base, loras: [], ...(revision === undefined ? {} : { revision }) },
    }));

  it('lose nothing and do not depend on the order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(generation, { selector: ({ id }) => id, maxLength: 20 }), (all) => {
        const placed = all.map((one) => ({ generation: one, file: `base/${one.output.file}`, machine: undefined }));
        const tables = tablesOf(placed);
        expect(tablesOf([...placed].reverse())).toEqual(tables);
        expect([...generationsOf(tables)].sort((left, right) => (left.generation.id < right.generation.id ? -1 : 1))).toEqual([...placed].sort((left, right) => (left.generation.id < right.generation.id ? -1 : 1)));
      }),
    );
  });
});
