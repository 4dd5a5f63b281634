import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkEnvironment, type EnvironmentQuestion } from '../../../../src/core/environment/checkEnvironment';
import { cudaFact, devicesFact } from '../../../../src/core/environment/engineFacts';
import { temporaryFolder } from '../../actionContext';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const question = (): EnvironmentQuestion => ({
  cacheFolder: folder,
  tokenStored: true,
  folder,
  node: async () => ({ file: '/usr/bin/node', version: '22.1.0', source: 'path' }),
  cuda: async () => ({ kind: 'absent' }),
  devices: async () => ({ devices: [{ device: 'cuda', reason: 'no NVIDIA driver answers' }, { device: 'cpu' }], onnxruntime: '1.30.0' }),
});

it('says of Node, devices, disk, token and git what there is, and what to do about what is wanting', async () => {
  const before = await checkEnvironment(question());
  const row = (facts: typeof before.facts, id: string) => facts.find((fact) => fact.id === id);
  expect(row(before.facts, 'node')).toMatchObject({ value: '22.1.0', detail: expect.stringContaining('found on the path') });
  expect(row(before.facts, 'devices')).toMatchObject({ value: 'cpu', detail: expect.stringContaining('cuda: not used because no NVIDIA driver answers') });
  expect(row(before.facts, 'disk')?.value).toMatch(/ free$/);
  expect(row(before.facts, 'hub')?.value).toBe('token in secret storage');
  expect(row(before.facts, 'git')).toMatchObject({ value: 'no repository', wanting: true, detail: expect.stringContaining('git init') });

  execFileSync('git', ['init', '--quiet', '--initial-branch=main', folder]);
  execFileSync('git', ['-C', folder, 'config', 'user.email', 'tester@example.org']);
  await writeFile(path.join(folder, 'file'), '');
  const { facts } = await checkEnvironment(question());
  expect(row(facts, 'git')).toMatchObject({ value: 'main', detail: 'Commits go to main as tester@example.org.' });
});

it('tries no device where a quick look is enough', async () => {
  const { devices: _devices, ...quick } = question();
  expect((await checkEnvironment(quick)).facts.map(({ id }) => id)).not.toContain('devices');
});

it('warns of a card that stays unused, and of an engine that does not start', () => {
  const report = { devices: [{ device: 'cuda', reason: 'x' }, { device: 'cpu' }], onnxruntime: '1.30.0' };
  expect(devicesFact(report, true).wanting).toBe(true);
  expect(devicesFact(report, false).wanting).toBeUndefined();
  expect(devicesFact({ devices: [{ device: 'cuda' }, { device: 'cpu' }], onnxruntime: '1.30.0' }, true)).toMatchObject({ value: 'cuda → cpu' });
  expect(devicesFact({ devices: [], onnxruntime: undefined, problem: 'Error: no such file' }, false)).toMatchObject({ wanting: true, detail: expect.stringContaining('Error: no such file') });
});

it('says of CUDA what is missing and how to get it', () => {
  expect(cudaFact({ kind: 'absent' })).toMatchObject({ wanting: true, fix: { kind: 'get-cuda' }, detail: expect.stringContaining('Get CUDA Provider') });
  const provider = { version: '1.30.0', modules: '/m', natives: '/n' };
  expect(cudaFact({ kind: 'missing', provider, missing: ['libcudnn.so.9'] })).toMatchObject({ value: 'lacks libcudnn.so.9', detail: expect.stringContaining('Install cuDNN 9') });
  expect(cudaFact({ kind: 'ready', provider, folders: ['/opt/cuda/lib64'] })).toMatchObject({ value: 'provider 1.30.0', detail: expect.stringContaining('/opt/cuda/lib64') });
});
