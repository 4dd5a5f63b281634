import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

/** A folder for the package under test, one for a whole run; the first test that opens an editor fills it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'evx-'));
  project.provide('packageFolder', folder);
  return () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

declare module 'vitest' {
  interface ProvidedContext {
    packageFolder: string;
  }
}
