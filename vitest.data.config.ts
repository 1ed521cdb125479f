import { defineConfig } from 'vitest/config';

/** Whole runs on real data sets: minutes each, one after another. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.data.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 300_000,
  },
});
