import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installProvider } from '../../../src/core/cuda/installedProvider';
import { reportDevices } from '../../../src/engine/deviceReport';
import { programFor } from '../../../src/engine/engineSetup';
import { temporaryFolder } from '../actionContext';
import { bundleEngine, type EngineBundle } from './engineBundle';

let folder: string;
let bundle: EngineBundle;
const file = process.execPath;

beforeAll(async () => {
  folder = await mkdtemp(temporaryFolder);
  bundle = await bundleEngine();
}, 60_000);
afterAll(async () => {
  await bundle.remove();
  await rm(folder, { recursive: true, force: true });
});

describe('the devices, tried in a process of their own', () => {
  it('are told in the order in which they are tried, each with why it is passed over', async () => {
    const { devices, onnxruntime } = await reportDevices(bundle.entry, programFor({ file, noCuda: 'cuDNN 9 (libcudnn.so.9) cannot be found', devices: ['webgpu', 'cuda'] }));
    expect(devices.map(({ device }) => device)).toEqual(['webgpu', 'cuda', 'cpu']);
    expect(devices.at(-1)?.reason).toBeUndefined();
    expect(onnxruntime).toMatch(/^\d+\.\d+\.\d+$/);
    for (const { device, reason } of devices) if (device === 'cuda') expect(reason).toMatch(/no NVIDIA driver answers|cuDNN 9 \(libcudnn\.so\.9\) cannot be found|has no CUDA/);
  });

  it('are those of the runtime that the host names, when it names one', async () => {
    const runtime = path.resolve(path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..');
    const copy = await installProvider(path.join(folder, 'cuda'), runtime, 'none.whl', async () => []);
    const setup = { file, modules: copy.modules, devices: [] };
    expect(await reportDevices(bundle.entry, programFor(setup))).toMatchObject({ devices: [{ device: 'cpu' }], onnxruntime: copy.version });
    // Without its native files it cannot be the bundled one that answered before.
    await rm(copy.natives, { recursive: true });
    expect(await reportDevices(bundle.entry, programFor(setup))).toMatchObject({ devices: [], problem: expect.stringContaining('onnxruntime_binding.node') });
  });

  it('are none when the process does not live that long', async () => {
    const dying = path.join(folder, 'dying.cjs');
    await writeFile(dying, 'process.stderr.write("cannot load\\n"); process.abort();');
    expect(await reportDevices(dying, programFor({ file }))).toMatchObject({ devices: [], problem: expect.stringContaining('cannot load') });
  });
});
