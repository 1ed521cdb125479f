import { capacity, type RollOutStrategy } from './roll-out-strategy.ts';

/** Batches of 5 % to 50 % of the instances (SageMaker API Reference, RollingUpdatePolicy). */
export const rolling = {
  name: 'rolling',
  summary: '`percent` of the instances at a time are replaced: no second fleet is paid for.',
  percent: { min: 5, max: 50, default: 50 },
  bakeMinutes: 10,
  waits: ({ percent }) => Math.ceil(100 / percent),
  policy: ({ percent, bakeSeconds }, seconds) => ({
    RollingUpdatePolicy: {
      MaximumBatchSize: capacity(percent),
      WaitIntervalInSeconds: bakeSeconds,
      MaximumExecutionTimeoutInSeconds: seconds,
      RollbackMaximumBatchSize: capacity(100),
    },
  }),
} as const satisfies RollOutStrategy;
