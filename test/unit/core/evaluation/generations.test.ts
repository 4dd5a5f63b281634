import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Generation } from '../../../../src/core/evaluation/generation';
import { readGenerations } from '../../../../src/core/evaluation/generations';
import { packObjects, unpackObjects } from '../../../../src/core/evaluation/packedGenerations';
import { makeGeneration } from '../review/study';

let results: string;
beforeEach(async () => void (results = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'))));
afterEach(() => rm(results, { recursive: true, force: true }));

const longAgo = new Date('2026-01-01T00:00:00Z');

/** As it would lie there after a while: the clock's grain is long over. */
async function write(generation: Generation, name = generation.output.file): Promise<string> {
  const file = path.join(results, generation.modelId, `${name}.json`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(generation));
  await utimes(file, longAgo, longAgo);
  return file;
}

async function study(count: number, modelId = 'base'): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => {
      const made = makeGeneration(modelId, `p${index}.png`, 'left', {
        versions: { evalmark: '1.2.3' }, warnings: index % 3 === 0 ? ['warm'] : [],
        ...(index % 2 === 0 && { engine: { pipeline: 'QwenImageEditPlusPipeline', files: [{ file: 'a.safetensors', bytes: 7, sha256: 'ab' }], loras: [], stages: { text: index / 10 } } }),
      });
      return write({ ...made, output: { ...made.output, file: `p${index}.png` } }, `p${index}`);
    }),
  );
}

const settle = (folder: string): Promise<void> => utimes(path.join(results, folder), longAgo, longAgo);
const indexFile = (): string => path.join(results, '.evalmark', 'generations.json');
const read = async (): Promise<readonly Generation[]> => (await readGenerations(results)).map(({ generation }) => generation);

describe('reading many generations', () => {
  test('the index gives back every field of every sidecar, and is not read as one', async () => {
    const files = await study(600);
    const first = await read();
    expect(first).toHaveLength(600);
    expect(await readdir(path.join(results, '.evalmark'))).toEqual(['generations.json']);
    const written = new Map(await Promise.all(files.map(async (file) => { const one = JSON.parse(await readFile(file, 'utf8')) as Generation; return [one.id, one] as const; })));
    const again = await readGenerations(results);
    for (const { generation, picture } of again) {
      expect(generation).toEqual(written.get(generation.id));
      expect(picture).toBe(path.join(results, 'base', generation.output.file));
    }
    expect(again.map(({ generation }) => generation)).toEqual(first);
  });

  test('few are read without leaving anything behind', async () => {
    await study(20);
    expect(await read()).toHaveLength(20);
    expect(await readdir(results)).toEqual(['base']);
  });

  test('what was replaced, added, removed or torn since is noticed', async () => {
    const files = await study(600);
    await read();
    await write({ ...makeGeneration('base', 'p0.png', 'left'), steps: 99 }, 'p0');
    await write(makeGeneration('base', 'new.png', 'left'), 'new');
    await rm(files[1]!);
    await writeFile(files[2]!, '{"version":1,');
    const now = new Map((await read()).map((generation) => [generation.id, generation]));
    expect(now.get('base/p0--left--7')?.steps).toBe(99);
    expect(now.has('base/new--left--7')).toBe(true);
    expect(now.has('base/p1--left--7')).toBe(false);
    expect(now.has('base/p2--left--7')).toBe(false);
    expect(now.size).toBe(599);
  });

  test('a sidecar that was just written is read again, because a clock may not tell two writes apart', async () => {
    const [file] = await study(600);
    const young = { ...makeGeneration('base', 'p0.png', 'left'), steps: 11 };
    await writeFile(file!, JSON.stringify(young));
    const now = new Date();
    await utimes(file!, now, now);
    await read();
    await writeFile(file!, JSON.stringify({ ...young, steps: 22 }));
    await utimes(file!, now, now);
    expect((await read()).find(({ id }) => id === young.id)?.steps).toBe(22);
  });

  test('in a big folder nothing is looked at as long as the folder is as it was', async () => {
    const files = await study(2100);
    await settle('base');
    await read();
    const { ctimeMs } = await stat(indexFile());
    // Only the folder's own time is asked: the sidecar's is not, which a test can see by changing it.
    await writeFile(files[0]!, '{"not":"ours"}');
    expect(await read()).toHaveLength(2100);
    expect((await stat(indexFile())).ctimeMs).toBe(ctimeMs);
    const stranger = path.join(results, 'base', 'x.json');
    await writeFile(stranger, '{}');
    expect(await read()).toHaveLength(2099);
  });

  test('a damaged or hostile index is no more than none', async () => {
    await study(600);
    await read();
    for (const text of ['', '{', '{"version":1}', '{"version":1,"at":9e15,"folders":[["../..",1,["../x"]]],"files":{"count":1,"columns":[{"path":["name"],"values":["../../etc.json"]}]},"generations":{"count":1,"columns":[{"path":["__proto__","polluted"],"values":[1]}]}}', JSON.stringify({ version: 99 })]) {
      await writeFile(indexFile(), text);
      expect(await read()).toHaveLength(600);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('packed objects come back equal, with missing keys missing, and share what is equal', () => {
  const objects = [
    { id: 'a', edit: { prompt: 'x' }, seconds: { load: 1, edit: 2 } },
    { id: 'b', edit: { prompt: 'x' }, seconds: { load: 1 }, extra: null },
    { id: 'c', list: [1, 2] },
    {},
  ];
  const back = unpackObjects(JSON.parse(JSON.stringify(packObjects(objects, ['seconds']))) as ReturnType<typeof packObjects>);
  expect(back).toEqual(objects);
  expect(back[0]!['edit']).toBe(back[1]!['edit']);
});
