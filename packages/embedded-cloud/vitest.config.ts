import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'embedded-cloud',
    include: ['test/**/*.test.ts'],
    // Every test starts its own cloud, and clouds share nothing in a process: the files of a worker share the modules that they load.
    isolate: false,
    setupFiles: ['test/support/fast-check.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Bounded by the test's own time-out: a busy machine is slow, not wrong.
    expect: { poll: { timeout: 25_000 } },
  },
});
