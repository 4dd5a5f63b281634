import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceFacts, deviceOf } from '../../../../src/core/environment/graphicsFacts';
import { diskFact, pythonFact } from '../../../../src/core/environment/facts';
import { findGraphicsCards, readGraphicsCards } from '../../../../src/core/environment/graphicsCards';
import { temporaryFolder } from '../../actionContext';

/** As drivers 580 and 470 print it. */
const greeting = (driver: string, cuda: string) => `Thu Nov 26 08:12:05 2026\n+----+\n| NVIDIA-SMI ${driver}             Driver Version: ${driver}     CUDA Version: ${cuda}     |\n+----+`;

let folder: string;
const { PATH } = process.env;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(async () => {
  process.env.PATH = PATH;
  await rm(folder, { recursive: true, force: true });
});

async function tool(name: string, script: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  process.env.PATH = folder;
}

describe.skipIf(process.platform === 'win32')('what this machine offers', () => {
  it('is asked of the driver: card, memory, driver and CUDA, each once', async () => {
    await tool('nvidia-smi', `if [ $# -gt 0 ]; then echo "NVIDIA H200, 580.159.04, 1024, 143771"; else echo "${greeting('580.159.04', '13.0')}"; fi`);
    const found = await findGraphicsCards();
    expect(deviceOf(found)).toEqual({ short: 'cuda:0 1.0/140 GB', long: 'NVIDIA H200, 151 GB' });
    expect(deviceFacts(found).map(({ label, value, wanting = false }) => [label, value, wanting])).toEqual([
      ['GPU', 'NVIDIA H200', false],
      ['VRAM', '150 GB of 151 GB free', false],
      ['Driver', '580.159.04, CUDA 13.0', false],
    ]);
  });

  it('a driver too old for the engine says which one to take', () => {
    const found = readGraphicsCards('NVIDIA GeForce RTX 2080, 470.82.01, 300, 7982\nNVIDIA GeForce RTX 2080, 470.82.01, 0, 7982\n', greeting('470.82.01', '11.4'));
    const [card, , driver] = deviceFacts(found);
    expect(card).toMatchObject({ value: '2 × NVIDIA GeForce RTX 2080' });
    expect(driver).toMatchObject({ value: '470.82.01, CUDA 11.4', wanting: true });
    expect(driver?.detail).toContain('580 or later');
  });

  it('where no driver answers, the processor is named and nothing is warned of', async () => {
    await tool('nvidia-smi', 'echo "NVIDIA-SMI has failed because it could not communicate with the driver"; exit 9');
    const found = await findGraphicsCards();
    expect(found).toBeUndefined();
    expect(deviceFacts(found)).toMatchObject([{ label: 'Processor', value: expect.stringMatching(/\d+ cores$/) }]);
    expect(deviceOf(found).short).toBe('cpu');
    expect(readGraphicsCards('GB10, 580.95.05, [N/A], [N/A]', '')).toBeUndefined();
  });

  it('Python is the first that answers, disk is the volume of the cache', async () => {
    await tool('python', 'echo Python 3.13.3');
    expect(await pythonFact()).toMatchObject({ label: 'Python', value: '3.13.3' });
    await rm(path.join(folder, 'python'));
    expect(await pythonFact()).toMatchObject({ value: 'not found' });
    expect(await diskFact(path.join(folder, 'not', 'there', 'yet'))).toMatchObject({ label: 'Disk', value: expect.stringMatching(/ free$/) });
  });
});
