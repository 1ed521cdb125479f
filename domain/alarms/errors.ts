import { type AlarmKind, newFleet } from './alarm-kind.ts';

/** Each invocation counts 0 or 1, so the average is the share (SageMaker Developer Guide, "SageMaker AI endpoint invocation metrics"). */
export const errors = {
  name: 'errors',
  summary: 'The share of requests to the new fleet that fail with a 5xx status, in percent.',
  unit: '%',
  example: 2,
  usual: 1,
  max: 100,
  rule: (limit, watched) => ({
    ...newFleet(watched),
    MetricName: 'Invocation5XXErrors',
    Statistic: 'Average',
    Threshold: limit / 100,
  }),
} as const satisfies AlarmKind;
