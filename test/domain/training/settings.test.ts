import { expect, it } from 'vitest';
import { imbalanceSchema } from '#domain/imbalance/settings';
import { trainingSchemaOf } from '#domain/training/settings';

const schema = trainingSchemaOf();

it('a training has defaults', () => {
  expect(schema.parse(undefined)).toEqual({
    algorithm: 'xgboost',
    hyperparameters: {},
    instances: { type: 'ml.m5.xlarge', count: 1, volumeSizeInGB: 30, spot: false },
    maxRuntimeSeconds: 3600,
  });
  expect(imbalanceSchema.parse(undefined)).toBe('auto');
});

it('a tuning has defaults', () => {
  expect(schema.parse({ tuning: { maxJobs: 4, ranges: {} } })).toMatchObject({
    tuning: {
      strategy: 'Bayesian',
      maxJobs: 4,
      parallel: 2,
      earlyStopping: false,
      maxRuntimeSeconds: 36_000,
      seed: 42,
    },
  });
});

it.each([
  [{ instances: { count: 0 } }, false],
  [{ instances: { count: 20 } }, true],
  [{ instances: { count: 21 } }, false],
  [{ instances: { volumeSizeInGB: 0 } }, false],
  [{ instances: { volumeSizeInGB: 16_384 } }, true],
  [{ instances: { volumeSizeInGB: 16_385 } }, false],
  [{ maxRuntimeSeconds: 59 }, false],
  [{ maxRuntimeSeconds: 60 }, true],
  [{ maxRuntimeSeconds: 432_000 }, true],
  [{ maxRuntimeSeconds: 432_001 }, false],
  [{ tuning: { ranges: {}, maxJobs: 0 } }, false],
  [{ tuning: { ranges: {}, maxJobs: 1 } }, true],
  [{ tuning: { ranges: {}, maxJobs: 750 } }, true],
  [{ tuning: { ranges: {}, maxJobs: 751 } }, false],
  [{ tuning: { ranges: {}, parallel: 0 } }, false],
  [{ tuning: { ranges: {}, parallel: 10 } }, true],
  [{ tuning: { ranges: {}, parallel: 11 } }, false],
  [{ tuning: { ranges: {}, maxRuntimeSeconds: 119 } }, false],
  [{ tuning: { ranges: {}, maxRuntimeSeconds: 120 } }, true],
  [{ tuning: { ranges: {}, maxRuntimeSeconds: 82_800 } }, true],
  [{ tuning: { ranges: {}, maxRuntimeSeconds: 82_801 } }, false],
  [{ tuning: { ranges: {}, seed: -1 } }, false],
  [{ tuning: { ranges: {}, seed: 2_147_483_647 } }, true],
  [{ tuning: { ranges: {}, seed: 2_147_483_648 } }, false],
  [{ tuning: { ranges: { eta: { values: [] } } } }, false],
])('a training with %o is accepted: %s', (fields, accepted) => {
  expect(schema.safeParse(fields).success).toBe(accepted);
});
