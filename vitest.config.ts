import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

/** Tests that mock an SDK client, or whose subject keeps a client, a pipeline or a setting for the life of its process. */
const withMocks = [
  'test/functions/*.test.ts',
  'test/functions/aws/*.test.ts',
  'test/functions/claims/*.test.ts',
  'test/functions/runtime/{middleware,config}.test.ts',
  'test/cli/endpoint-tests/*.test.ts',
  'test/cli/{delete-data,drop-folder,faults,output,run-end,running-pipelines,stage-findings}.test.ts',
  'test/containers/xgboost-in-cloud.test.ts',
];
// Bounded by the test's own time-out: a busy machine is slow, not wrong.
const patient = { poll: { timeout: 25_000 } };
const unit = {
  setupFiles: ['test/support/fast-check.ts'],
  testTimeout: MINUTE / 2,
  hookTimeout: 2 * MINUTE,
  expect: patient,
};

/** `npm test` runs the packages, `domain`, `unit` and `unit-shared`; what takes minutes runs by name: `vitest run --project chaos`. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['domain/**'], exclude: ['test/**'] },
    projects: [
      'packages/*/vitest.config.ts',
      {
        test: {
          name: 'unit',
          include: withMocks,
          ...unit,
        },
      },
      {
        // Tests that mock no module and leave no environment behind: the files of a worker share the modules that they load.
        test: {
          name: 'unit-shared',
          include: ['test/**/*.test.ts'],
          exclude: ['test/domain/**', ...withMocks],
          isolate: false,
          ...unit,
        },
      },
      {
        // Pure functions without mocks: the files of a worker share the modules that they load.
        test: {
          name: 'domain',
          include: ['test/domain/**/*.test.ts'],
          setupFiles: ['test/support/fast-check.ts'],
          isolate: false,
          testTimeout: MINUTE / 2,
          hookTimeout: 2 * MINUTE,
        },
      },
      {
        // Whole runs, runs on real data sets, and what takes more than ten seconds: two files side by side.
        test: {
          name: 'data',
          include: ['test/**/*.data.ts'],
          setupFiles: ['test/support/fast-check.ts'],
          testTimeout: 15 * MINUTE,
          hookTimeout: 5 * MINUTE,
          expect: patient,
        },
      },
      {
        // The embedded cloud killed at random moments under many seeds, and the product killed in the middle of its work.
        test: {
          name: 'crash',
          include: ['test/crash/*.crash.ts'],
          testTimeout: 10 * MINUTE,
          hookTimeout: 5 * MINUTE,
          expect: patient,
        },
      },
      {
        // Whole runs with one fault each, hundreds of them: two clouds side by side. A file has one path, or half of it.
        test: {
          name: 'chaos',
          include: ['test/chaos/*.chaos.ts'],
          chaiConfig: { truncateThreshold: 0 },
          testTimeout: 3 * MINUTE,
          hookTimeout: 5 * MINUTE,
          expect: patient,
        },
      },
    ],
  },
});
