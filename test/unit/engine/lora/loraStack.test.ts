import { describe, expect, it } from 'vitest';
import { directionNorms } from '../../../../src/engine/lora/directionNorms';
import { stackBytes, stackLoras, type LoraUse, type LoraStack } from '../../../../src/engine/lora/loraStack';
import { largestDifference } from '../golden';
import { baseModel, besideLora, effectOf, inTemporaryFolder, lora, output, query, refusal, up, valuesFor, type Tensors } from './loraFixture';

inTemporaryFolder();

async function stack(...uses: readonly LoraUse[]): Promise<LoraStack> {
  const stacked = await stackLoras(uses, await baseModel());
  if (!stacked.ok) throw new Error(stacked.failure.message);
  return stacked.value;
}

async function refused(uses: readonly LoraUse[], options = {}): Promise<string> {
  const stacked = await stackLoras(uses, await baseModel(), options);
  return stacked.ok ? 'not refused' : `${stacked.failure.code}: ${stacked.failure.message} ${stacked.failure.advice}`;
}

/** Rows of numbers, in float64. */
type Rows = readonly (readonly number[])[];

function rowsOf(name: string, shape: readonly [number, number]): Rows {
  const values = valuesFor(name, shape);
  return Array.from({ length: shape[0] }, (_, row) => [...values.subarray(row * shape[1], (row + 1) * shape[1])]);
}

const times = (left: Rows, right: Rows): Rows => left.map((row) => right[0]!.map((_, column) => row.reduce((sum, value, k) => sum + value * right[k]![column]!, 0)));
const each = (left: Rows, right: Rows, combine: (a: number, b: number) => number): Rows => left.map((row, i) => row.map((value, j) => combine(value, right[i]![j]!)));
const by = (rows: Rows, factor: number): Rows => rows.map((row) => row.map((value) => value * factor));

async function expectDelta(stacked: LoraStack, path: string, expected: Rows): Promise<void> {
  const { weight } = await effectOf(await baseModel(), path, stacked.change(path) ?? {}, stacked.targets);
  expect(largestDifference(weight, expected.flat())).toBeLessThan(4e-6);
}

const pair = (name: string, rows = 8, rank = 4): Tensors => ({ [`${name}.lora_A.weight`]: [[rank, 8]], [`${name}.lora_B.weight`]: [[rows, rank]] });
const deltaOfPair = (name: string, rows = 8, rank = 4): Rows => times(rowsOf(`${name}.lora_B.weight`, [rows, rank]), rowsOf(`${name}.lora_A.weight`, [rank, 8]));

describe('one LoRA', () => {
  it('adds B · A, times the user’s weight', async () => {
    const file = await lora(pair(`transformer.${query}`));
    const stacked = await stack({ file, weight: 0.6 });
    expect([...stacked.targets.keys()]).toEqual([query]);
    await expectDelta(stacked, query, by(deltaOfPair(`transformer.${query}`), 0.6));
    expect(stacked.change(up)?.lowRank).toBeUndefined();
  });

  it('has its alpha divided by each module’s own rank, whether its matrices are called down and up or A and B', async () => {
    const flat = `lora_unet_${output.replaceAll('.', '_')}`;
    const file = await lora({ [`${flat}.lora_down.weight`]: [[2, 8]], [`${flat}.lora_up.weight`]: [[8, 2]], [`${flat}.alpha`]: [[], [1]], ...pair(`lora_unet_${query}`), [`lora_unet_${query}.alpha`]: [[1], [8]] });
    const stacked = await stack({ file, weight: 1 });
    await expectDelta(stacked, output, by(times(rowsOf(`${flat}.lora_up.weight`, [8, 2]), rowsOf(`${flat}.lora_down.weight`, [2, 8])), 1 / 2));
    await expectDelta(stacked, query, by(deltaOfPair(`lora_unet_${query}`), 8 / 4));
  });

  it('is scaled as its metadata says, with exceptions by the end of a path, rank-stabilised or not', async () => {
    const metadata = (more: object) => ({ lora_adapter_metadata: JSON.stringify({ 'transformer.r': 4, 'transformer.lora_alpha': 2, 'transformer.alpha_pattern': { 'net.0.proj': 12 }, ...more }) });
    const tensors = { ...pair(`transformer.${query}`), ...pair(`transformer.${up}`, 12) };
    const plain = await stack({ file: await lora(tensors, { metadata: metadata({}) }), weight: 1 });
    await expectDelta(plain, query, by(deltaOfPair(`transformer.${query}`), 2 / 4));
    await expectDelta(plain, up, by(deltaOfPair(`transformer.${up}`, 12), 12 / 4));
    const stabilised = await stack({ file: await lora(tensors, { metadata: metadata({ 'transformer.use_rslora': true }) }), weight: 1 });
    await expectDelta(stabilised, query, deltaOfPair(`transformer.${query}`));
  });

  it('of PEFT is scaled as adapter_config.json beside it says', async () => {
    const tensors = pair(`base_model.model.${query}`);
    const plain = await stack({ file: await lora(tensors), weight: 1 });
    await expectDelta(plain, query, deltaOfPair(`base_model.model.${query}`));
    await besideLora('adapter_config.json', JSON.stringify({ peft_type: 'LORA', r: 4, lora_alpha: 6, alpha_pattern: {}, rank_pattern: {}, use_rslora: false }));
    const configured = await stack({ file: await lora(tensors), weight: 1 });
    await expectDelta(configured, query, by(deltaOfPair(`base_model.model.${query}`), 6 / 4));
    await besideLora('adapter_config.json', '[');
    expect(await refusal(tensors)).toContain('How strongly lora.safetensors acts cannot be told: adapter_config.json');
  });

  it('is widened exactly from bfloat16', async () => {
    const file = await lora(pair(query), { type: 'BF16' });
    const inputs = (await stack({ file, weight: 1 })).change(query)!.lowRank!;
    const exact = valuesFor(`${query}.lora_A.weight`, [4, 8]);
    expect(largestDifference(inputs.a.data, exact)).toBeLessThan(0.01);
    expect([...new Uint32Array(inputs.a.data.buffer)].every((bits) => (bits & 0xffff) === 0)).toBe(true);
  });

  it('in bfloat16 has its alpha rounded into the first matrix, as diffusers rounds it', async () => {
    const file = await lora({ ...pair(query), [`${query}.alpha`]: [[], [3]] }, { type: 'BF16' });
    const inputs = (await stack({ file, weight: 1 })).change(query)!.lowRank!;
    const plain = (await stack({ file: await lora(pair(query), { type: 'BF16' }), weight: 1 })).change(query)!.lowRank!;
    expect(largestDifference(inputs.a.data, plain.a.data.map((value: number) => value * 0.75))).toBeGreaterThan(0);
    expect(largestDifference(inputs.a.data, plain.a.data.map((value: number) => value * 0.75))).toBeLessThan(2 ** -8);
    expect([...new Uint32Array(inputs.a.data.buffer)].every((bits) => (bits & 0xffff) === 0)).toBe(true);
  });

  it('may change a bias, beside a branch or alone', async () => {
    const file = await lora({ ...pair(query), [`${query}.lora_B.bias`]: [[8]], [`${up}.diff_b`]: [[12]] });
    const stacked = await stack({ file, weight: 0.5 });
    expect([...stacked.targets.keys()]).toEqual([query, up]);
    expect(stacked.change(query)?.bias).toEqual(valuesFor(`${query}.lora_B.bias`, [8]).map((value) => value * 0.5));
    expect(stacked.change(up)?.bias).toEqual(valuesFor(`${up}.diff_b`, [12]).map((value) => value * 0.5));
    expect(stacked.change(up)?.lowRank).toBeUndefined();
  });
});

describe('other methods', () => {
  it.each([1, 4])('LoHa of rank %i is the element-wise product of two low-rank matrices', async (rank) => {
    const shapes = { hada_w1_a: [12, rank], hada_w1_b: [rank, 8], hada_w2_a: [12, rank], hada_w2_b: [rank, 8] } as const;
    const file = await lora({ ...Object.fromEntries(Object.entries(shapes).map(([part, shape]) => [`${up}.${part}`, [shape]])), [`${up}.alpha`]: [[], [2]] });
    const part = (name: keyof typeof shapes) => rowsOf(`${up}.${name}`, shapes[name]);
    const product = each(times(part('hada_w1_a'), part('hada_w1_b')), times(part('hada_w2_a'), part('hada_w2_b')), (a, b) => a * b);
    await expectDelta(await stack({ file, weight: 1.5 }), up, by(product, (1.5 * 2) / rank));
  });

  it.each([
    ['whole factors, which no alpha scales', { lokr_w1: [3, 2], lokr_w2: [4, 4] }, 1],
    ['one factor of low rank', { lokr_w1: [3, 2], lokr_w2_a: [4, 2], lokr_w2_b: [2, 4] }, 6 / 2],
    ['two factors of low rank', { lokr_w1_a: [3, 1], lokr_w1_b: [1, 2], lokr_w2_a: [4, 2], lokr_w2_b: [2, 4] }, 6 / 2],
  ] as const)('LoKr with %s is the Kronecker product', async (_, shapes, scale) => {
    const tensors = Object.fromEntries(Object.entries(shapes).map(([part, shape]) => [`${up}.${part}`, [shape]]));
    const file = await lora({ ...tensors, [`${up}.alpha`]: [[], [6]] } as unknown as Tensors);
    const of = (part: string) => rowsOf(`${up}.${part}`, (shapes as Record<string, readonly [number, number]>)[part]!);
    const side = (name: string) => (name in shapes ? of(name) : times(of(`${name}_a`), of(`${name}_b`)));
    const [w1, w2] = [side('lokr_w1'), side('lokr_w2')];
    const product = Array.from({ length: 12 }, (__, row) => Array.from({ length: 8 }, (___, column) => w1[Math.floor(row / 4)]![Math.floor(column / 4)]! * w2[row % 4]![column % 4]!));
    await expectDelta(await stack({ file, weight: 1 }), up, by(product, scale));
  });

  it('a full difference is added as it is', async () => {
    const file = await lora({ [`diffusion_model.${up}.diff`]: [[12, 8]] });
    await expectDelta(await stack({ file, weight: -2 }), up, by(rowsOf(`diffusion_model.${up}.diff`, [12, 8]), -2));
  });

  it('DoRA as PEFT trains it rescales each row of the changed weight; the user’s weight acts inside', async () => {
    const file = await lora({ ...pair(query), [`${query}.lora_magnitude_vector`]: [[8]] });
    const weight = rowsOf(`${query}.weight`, [8, 8]);
    const magnitude = valuesFor(`${query}.lora_magnitude_vector`, [8]);
    const directed = each(weight, by(deltaOfPair(query), 0.5), (a, b) => a + b);
    const expected = directed.map((row, i) => row.map((value, j) => (magnitude[i]! * value) / Math.hypot(...row) - weight[i]![j]!));
    await expectDelta(await stack({ file, weight: 0.5 }), query, expected);
  });

  it.each([
    ['rows', [8, 1]],
    ['columns', [1, 8]],
  ] as const)('DoRA as Kohya writes it takes norms over %s; the user’s weight acts outside', async (axis, shape) => {
    const file = await lora({ ...pair(query), [`${query}.dora_scale`]: [shape] });
    const weight = rowsOf(`${query}.weight`, [8, 8]);
    const magnitude = valuesFor(`${query}.dora_scale`, shape);
    const directed = each(weight, deltaOfPair(query), (a, b) => a + b);
    const norm = (i: number, j: number) => (axis === 'rows' ? Math.hypot(...directed[i]!) : Math.hypot(...directed.map((row) => row[j]!)));
    const expected = directed.map((row, i) => row.map((value, j) => 0.5 * ((magnitude[axis === 'rows' ? i : j]! * value) / norm(i, j) - weight[i]![j]!)));
    await expectDelta(await stack({ file, weight: 0.5 }), query, expected);
  });
});

describe('a stack', () => {
  it('is one branch for each layer, the same as the LoRAs one after the other', async () => {
    const first = await lora({ ...pair(query, 8, 2), ...pair(up, 12) });
    const second = await lora(pair(`diffusion_model.${query}`, 8, 5));
    const stacked = await stack({ file: first, weight: 0.7 }, { file: second, weight: -0.3 });
    expect(stacked.change(query)?.lowRank?.a.dims).toEqual([7, 8]);
    await expectDelta(stacked, query, each(by(deltaOfPair(query, 8, 2), 0.7), by(deltaOfPair(`diffusion_model.${query}`, 8, 5), -0.3), (a, b) => a + b));
    await expectDelta(stacked, up, by(deltaOfPair(up, 12), 0.7));
  });

  it('of every method is the sum of what each changes alone', async () => {
    const parts = { hada_w1_a: [12, 4], hada_w1_b: [4, 8], hada_w2_a: [12, 4], hada_w2_b: [4, 8] } as const;
    const uses = [
      { file: await lora({ ...pair(up, 12), [`${up}.lora_magnitude_vector`]: [[12]] }), weight: 0.8 },
      { file: await lora({ [`${up}.dora_scale`]: [[12, 1]], ...pair(up, 12), ...pair(query) }), weight: 0.5 },
      { file: await lora(Object.fromEntries(Object.entries(parts).map(([part, shape]) => [`${up}.${part}`, [shape]]))), weight: -1 },
      { file: await lora({ [`${up}.lokr_w1`]: [[3, 2]], [`${up}.lokr_w2`]: [[4, 4]] }), weight: 1 },
      { file: await lora({ [`${up}.diff`]: [[12, 8]] }), weight: 0.3 },
    ];
    const stacked = await stack(...uses);
    expect(stacked.targets.get(up)).toEqual({ rowGain: true, columnGain: false, kronecker: 2, hadamard: 1 });
    const base = await baseModel();
    const alone = await Promise.all(uses.map(async (use) => {
      const single = await stack(use);
      // In the graph of the whole stack, which has inputs that this one does not use.
      return effectOf(base, up, single.change(up) ?? {}, stacked.targets);
    }));
    const sum = Array.from({ length: 96 }, (_, index) => alone.reduce((total, { weight }) => total + weight[index]!, 0));
    const { weight } = await effectOf(base, up, stacked.change(up) ?? {}, stacked.targets);
    expect(largestDifference(weight, sum)).toBeLessThan(1e-5);
    expect(Math.max(...(await effectOf(base, up, {}, stacked.targets)).weight.map(Math.abs))).toBeLessThan(1e-6);
  });

  it('takes at the published size what its small matrices take', async () => {
    const shapes = { dora: [['lora_A.weight', [32, 3072]], ['lora_B.weight', [12288, 32]], ['lora_magnitude_vector', [12288]]], lokr: [['lokr_w1', [8, 8]], ['lokr_w2', [1536, 384]]], loha: [['hada_w1_a', [12288, 32]], ['hada_w1_b', [32, 3072]], ['hada_w2_a', [12288, 32]], ['hada_w2_b', [32, 3072]]], diff: [['diff', [512, 1024]]] } as const;
    const bytes = async (name: keyof typeof shapes) => {
      const file = await lora(Object.fromEntries(shapes[name].map(([part, shape]) => [`${up}.${part}`, [shape, new Float32Array(shape.reduce<number>((size, side) => size * side, 1))]])), { type: 'BF16' });
      return stackBytes({ file, unmatched: [], matched: file.modules.map((module) => ({ module, base: { path: up, shape: [12288, 3072] } })) });
    };
    expect(await bytes('dora')).toBe(4 * (32 * (12288 + 3072) + 12288));
    expect(await bytes('lokr')).toBe(4 * (64 + 1536 * 384));
    expect(await bytes('loha')).toBe(4 * 2 * 32 * (12288 + 3072));
    expect(await bytes('diff')).toBe(4 * 512 * 1024);
  });

  it('measures a weight some rows at a time as it does at once', async () => {
    const base = await baseModel();
    const a = { data: valuesFor('a', [3, 8]), dims: [3, 8] as const };
    const b = { data: valuesFor('b', [12, 3]), dims: [12, 3] as const };
    const norms = (axis: 'rows' | 'columns', atOnce?: number) => directionNorms(base, { path: up, shape: [12, 8] }, [a, b], axis, atOnce);
    const directed = each(rowsOf(`${up}.weight`, [12, 8]), times(rowsOf('b', [12, 3]), rowsOf('a', [3, 8])), (one, other) => one + other);
    for (const atOnce of [undefined, 40]) {
      expect(largestDifference(await norms('rows', atOnce), directed.map((row) => Math.hypot(...row)))).toBeLessThan(1e-6);
      expect(largestDifference(await norms('columns', atOnce), directed[0]!.map((_, column) => Math.hypot(...directed.map((row) => row[column]!))))).toBeLessThan(1e-6);
    }
  });

  it('leaves out a LoRA of weight 0, and is nothing without LoRAs', async () => {
    const file = await lora(pair(query));
    expect((await stack({ file, weight: 0 })).targets.size).toBe(0);
    expect((await stack()).matches).toEqual([]);
  });

  it('names the modules that the base has not', async () => {
    const stacked = await stack({ file: await lora({ ...pair(query), ...pair('transformer_blocks.59.attn.to_q') }), weight: 1 });
    expect(stacked.matches[0]?.unmatched).toEqual(['transformer_blocks.59.attn.to_q']);
    expect([...stacked.targets.keys()]).toEqual([query]);
  });
});

describe('a LoRA is refused', () => {
  const uses = async (tensors: Tensors) => [{ file: await lora(tensors), weight: 1 }];

  it('for another family, by its name, even where layers of it fit', async () => {
    expect(await refused(await uses({ ...pair(query), ...pair('single_transformer_blocks.0.attn.to_q') }))).toMatch(/^lora-other-base: .* is a LoRA for FLUX.1; this base model is Qwen-Image\. Choose/);
    expect(await refused(await uses(pair('a.b')))).toContain('none of its 1 layers, such as a.b, is one of this base');
  });

  it('for a model of another size, with both sizes', async () => {
    expect(await refused(await uses({ [`${query}.lora_A.weight`]: [[4, 16]], [`${query}.lora_B.weight`]: [[16, 4]] }))).toContain('its transformer_blocks.0.attn.to_q changes [16, 16], this base has [8, 8]');
    expect(await refused(await uses({ [`${query}.diff_b`]: [[9]] }))).toContain('another size');
    expect(await refused(await uses({ ...pair(query), [`${query}.dora_scale`]: [[3, 3]] }))).toContain('another size');
  });

  it.each([NaN, Infinity, -Infinity])('that holds %d, naming the tensor', async (value) => {
    const values = valuesFor('', [4, 8]);
    values[17] = value;
    expect(await refused(await uses({ ...pair(query), [`${query}.lora_A.weight`]: [[4, 8], values] }))).toContain(`lora-broken: lora-2.safetensors is broken: ${query}.lora_A.weight holds infinities`);
  });

  it('that changes a layer under two spellings', async () => {
    expect(await refused(await uses({ ...pair(query), ...pair(`lora_unet_${query.replaceAll('.', '_')}`) }))).toContain('changes transformer_blocks.0.attn.to_q twice');
  });

  it('where the memory does not hold it, with figures, before it is read', async () => {
    expect(await refused(await uses({ [`${query}.diff`]: [[8, 8]] }), { memory: 200 })).toMatch(/lora-too-large: .* would take 0\.0 GB of memory, because it holds whole matrices.*extracted/);
    expect(await refused(await uses({ ...pair(query), [`${query}.lora_magnitude_vector`]: [[8]] }), { memory: 200 })).toMatch(/lora-too-large: .* a smaller rank/);
  });

  it('that rescales inputs, on top of one that rescales outputs', async () => {
    const [over, other] = [await lora({ ...pair(query), [`${query}.dora_scale`]: [[8, 1]] }), await lora({ ...pair(query), [`${query}.dora_scale`]: [[1, 8]], ...pair(up, 12) })];
    expect(await refused([{ file: over, weight: 1 }, { file: other, weight: 1 }])).toContain('lora-method: Two DoRAs cannot be put on top of each other');
  });
});
