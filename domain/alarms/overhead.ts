import { type AlarmKind, newFleet } from './alarm-kind.ts';

/** SageMaker measures in microseconds. */
export const overhead = {
  name: 'overhead',
  summary: 'The time that SageMaker adds to 99 of 100 requests to the new fleet (p99), in milliseconds.',
  unit: 'ms',
  example: 500,
  max: 60_000,
  realTimeOnly: true,
  rule: (limit, watched) => ({
    ...newFleet(watched),
    MetricName: 'OverheadLatency',
    ExtendedStatistic: 'p99',
    Threshold: limit * 1000,
  }),
} as const satisfies AlarmKind;
