import { type AlarmKind, instances } from './alarm-kind.ts';

export const memory = {
  name: 'memory',
  summary: 'The use of the memory of the fullest instance, in percent. Both fleets count.',
  unit: '%',
  example: 90,
  max: 100,
  rule: (limit, watched) => ({
    ...instances(watched),
    MetricName: 'MemoryUtilization',
    Statistic: 'Maximum',
    Threshold: limit,
  }),
} as const satisfies AlarmKind;
