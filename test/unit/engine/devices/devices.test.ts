import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineSettings } from '../../../../src/core/evaluation/evaluation';
import { chooseDevice, type DeviceProbe } from '../../../../src/engine/devices/chooseDevice';
import { whyNoCuda } from '../../../../src/engine/devices/providerFiles';
import { selfTest, type SelfTest } from '../../../../src/engine/devices/selfTest';
import type { Device } from '../../../../src/engine/graph/graphSession';
import { temporaryFolder } from '../../actionContext';

describe('the self-test', () => {
  it('finds the processor right, with the fused attention', async () => {
    expect(await selfTest('cpu', 'float32')).toEqual({ kind: 'right', attention: 'multiHead', warnings: [] });
  });
});

describe('the device', () => {
  const right: SelfTest = { kind: 'right', attention: 'multiHead', warnings: [] };
  const probe = (tests: Partial<Record<Device, SelfTest>>): DeviceProbe => ({
    whyUnavailable: async (device) => (device === 'cpu' || tests[device] ? undefined : 'it is not there'),
    selfTest: async (device) => tests[device] ?? right,
  });
  const choose = async (device: EngineSettings['device'], precision: EngineSettings['precision'], tests: Partial<Record<Device, SelfTest>>) => {
    const chosen = await chooseDevice({ device, precision }, true, probe(tests));
    return chosen.ok ? chosen.value : chosen.failure;
  };

  it('is CUDA before WebGPU before the processor', async () => {
    expect(await choose('auto', 'auto', { cuda: right, webgpu: right })).toMatchObject({ device: 'cuda', compute: 'bfloat16', warnings: [] });
    expect(await choose('auto', 'auto', { webgpu: right })).toMatchObject({ device: 'webgpu', compute: 'float32' });
    expect(await choose('auto', 'auto', {})).toEqual({ device: 'cpu', compute: 'float32', attention: 'multiHead', warnings: [] });
  });

  it('that computes wrongly is passed over with a message', async () => {
    const wrong: SelfTest = { kind: 'wrong', reason: 'its numbers are off by 0.18' };
    expect(await choose('auto', 'auto', { webgpu: wrong })).toMatchObject({ device: 'cpu', warnings: [expect.stringContaining('off by 0.18')] });
    expect(await choose('webgpu', 'auto', { webgpu: wrong })).toMatchObject({ device: 'cpu', warnings: [expect.stringContaining('WebGPU')] });
  });

  it.each([
    ['CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0', 'the NVIDIA driver or the GPU is too old'],
    ['CUDA failure 209: no kernel image is available for execution on the device', 'the NVIDIA driver or the GPU is too old'],
    ['CUDA failure 2: out of memory ; GPU=0 ; hostname=x', 'the GPU ran out of memory'],
    ['CUDNN_STATUS_NOT_INITIALIZED', 'the GPU reported an error'],
  ])('gives way to the processor and says in plain words why: %s', async (reason, words) => {
    expect(await choose('cuda', 'auto', { cuda: { kind: 'wrong', reason } })).toMatchObject({ device: 'cpu', warnings: [expect.stringContaining(`CUDA cannot be used because ${words}`)] });
  });

  it('that was asked for and is not there, and a precision that it cannot compute in, are told', async () => {
    expect(await choose('cuda', 'bfloat16', {})).toMatchObject({ device: 'cpu', warnings: [expect.stringContaining('it is not there'), expect.stringContaining('bfloat16 was not applied')] });
  });

  it('of another system gives way to the processor', async () => {
    const foreign = process.platform === 'darwin' ? 'directml' : 'coreml';
    const chosen = await chooseDevice({ device: foreign, precision: 'auto' }, false);
    expect(chosen).toMatchObject({ ok: true, value: { device: 'cpu', warnings: [expect.stringContaining('has no')] } });
  });

  it('is none where even the processor computes wrongly', async () => {
    expect(await choose('cpu', 'auto', { cpu: { kind: 'wrong', reason: 'its numbers are off by 3' } })).toMatchObject({ code: 'engine-broken' });
  });
});

describe.runIf(process.platform === 'linux')('the files for CUDA', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(temporaryFolder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are named when they are missing', async () => {
    expect(await whyNoCuda(folder)).toMatch(/libonnxruntime_providers_shared\.so, libonnxruntime_providers_cuda\.so/);
    for (const name of ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']) await writeFile(path.join(folder, name), '');
    // An empty file needs nothing of NVIDIA's.
    expect(await whyNoCuda(folder)).toBeUndefined();
  });
});
