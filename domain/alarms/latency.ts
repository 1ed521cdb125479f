import { type AlarmKind, newFleet } from './alarm-kind.ts';

/** SageMaker measures in microseconds. */
export const latency = {
  name: 'latency',
  summary: 'The time that the new model takes for 99 of 100 requests (p99), in milliseconds.',
  unit: 'ms',
  example: 250,
  usual: 1000,
  max: 60_000,
  rule: (limit, watched) => ({
    ...newFleet(watched),
    MetricName: 'ModelLatency',
    ExtendedStatistic: 'p99',
    Threshold: limit * 1000,
  }),
} as const satisfies AlarmKind;
