import { type AlarmKind, newFleet } from '#domain/alarms/alarm-kind';

export const clientErrors = {
  name: 'clientErrors',
  summary: 'The share of requests to the new fleet that it refuses with a 4xx status, in percent.',
  unit: '%',
  example: 5,
  max: 100,
  rule: (limit, watched) => ({
    ...newFleet(watched),
    MetricName: 'Invocation4XXErrors',
    Statistic: 'Average',
    Threshold: limit / 100,
  }),
} as const satisfies AlarmKind;
