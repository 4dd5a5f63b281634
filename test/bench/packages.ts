import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Most megabytes of each package: what its native files take, and little more. */
const limits: Readonly<Record<string, number>> = { 'linux-x64': 31, 'linux-arm64': 24, 'darwin-arm64': 26, 'win32-x64': 43 };

/** Makes all packages and holds their sizes against their limits. Says so where they cannot be made, as without a network. */
export function benchPackages(): boolean {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'evalmark-'));
  try {
    const { status, stderr } = spawnSync(process.execPath, ['packaging/package.mjs', '--out', folder], { encoding: 'utf8' });
    if (status !== 0) {
      console.log(`NOT MEASURED  the packages could not be made:\n${stderr}`);
      return false;
    }
    const sizes = Object.entries(limits).map(([target, limit]) => {
      const file = readdirSync(folder).find((name) => name.includes(target));
      const megabytes = file === undefined ? Number.NaN : statSync(path.join(folder, file)).size / 1e6;
      const isMet = megabytes <= limit;
      console.log(`package for ${target}: ${megabytes.toFixed(1)} MB; target ${limit}: ${isMet ? 'met' : 'MISSED'}`);
      return isMet;
    });
    return sizes.every(Boolean);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
