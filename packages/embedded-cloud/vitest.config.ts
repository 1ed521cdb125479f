import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'embedded-cloud',
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/fast-check.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Bounded by the test's own time-out: a busy machine is slow, not wrong.
    expect: { poll: { timeout: 25_000 } },
  },
});
