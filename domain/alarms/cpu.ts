import { type AlarmKind, instances } from './alarm-kind.ts';

/** The sum over the cores: four cores reach 400 (SageMaker Developer Guide, "SageMaker AI endpoint metrics"). */
export const cpu = {
  name: 'cpu',
  summary: 'The use of the processors of the busiest instance, in percent, 100 for each core. Both fleets count.',
  unit: '%',
  example: 180,
  max: 100_000,
  rule: (limit, watched) => ({
    ...instances(watched),
    MetricName: 'CPUUtilization',
    Statistic: 'Maximum',
    Threshold: limit,
  }),
} as const satisfies AlarmKind;
