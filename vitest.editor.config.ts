import { defineConfig } from 'vitest/config';

/** Tests in a real VS Code in a real browser: one at a time, each with an editor of its own. */
export default defineConfig({
  test: {
    include: ['test/editor/**/*.test.ts'],
    globalSetup: ['test/editor/packageFolder.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
    maxWorkers: 1,
    // A loaded machine can be late with a row or a key; what is broken fails twice.
    retry: process.env.CI ? 1 : 0,
  },
});
