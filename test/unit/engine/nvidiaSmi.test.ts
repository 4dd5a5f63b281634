import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceMemory, hasNvidiaDevice, parseRows } from '../../../src/engine/memory/nvidiaSmi';
import { temporaryFolder } from '../actionContext';

const before = process.env['PATH'];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(async () => {
  process.env['PATH'] = before;
  await rm(folder, { recursive: true });
});

/** A tool of that name that answers like the real one. */
async function tool(processes: string, devices: string): Promise<void> {
  const file = path.join(folder, 'nvidia-smi');
  await writeFile(file, `#!/bin/sh\ncase "$1" in *compute-apps*) printf '${processes}';; *) printf '${devices}';; esac\n`);
  await chmod(file, 0o755);
  process.env['PATH'] = `${folder}:${before ?? ''}`;
}

describe.runIf(process.platform !== 'win32')("the device's memory", () => {
  it('is what the process holds on all devices', async () => {
    await tool('11, 100\\n42, 2000\\n42, 48\\n', '0, 2100\\n');
    expect(await deviceMemory(42)).toEqual({ bytes: 2048 * 1024 * 1024, own: true });
    expect(await hasNvidiaDevice()).toBe(true);
  });

  it('is the first device as a whole where processes are not told', async () => {
    await tool('', '0, 512\\n1, 9999\\n');
    expect(await deviceMemory(42)).toEqual({ bytes: 512 * 1024 * 1024, own: false });
  });

  it('is unknown without the tool', async () => {
    process.env['PATH'] = folder;
    expect(await deviceMemory(42)).toBeUndefined();
    expect(await hasNvidiaDevice()).toBe(false);
  });

  it('leaves out figures that the driver does not give', () => {
    expect(parseRows('7, [N/A]\n8, 12\n\nNo devices were found')).toEqual([[8, 12]]);
  });
});
