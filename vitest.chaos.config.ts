import { defineConfig } from 'vitest/config';

/** Whole runs with one fault each, hundreds of them: two clouds side by side. */
export default defineConfig({
  test: {
    include: ['test/chaos/*.chaos.ts'],
    reporters: ['verbose', './test/chaos/tally-reporter.ts'],
    chaiConfig: { truncateThreshold: 0 },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
