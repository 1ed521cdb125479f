import { defineConfig } from 'vitest/config';

/** The embedded cloud killed at random moments under many seeds, and the product itself killed in the middle of its work. */
export default defineConfig({
  test: {
    include: ['test/crash/*.crash.ts'],
    reporters: ['verbose'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
