import type { Metric } from './metric.ts';

export const ks = {
  name: 'ks',
  label: 'KS',
  summary: 'largest gap between the classes’ score distributions',
  source: 'SciPy ks_2samp, two-sided statistic',
  higherIsBetter: true,
  range: [0, 1],
  interval: 'maximum',
  measure: {
    binary: ({ largestGap, positives, negatives }) => largestGap / (positives * negatives),
  },
  example: { metric: 'ks', min: 0.3 },
} as const satisfies Metric;
