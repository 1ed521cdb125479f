import type { Metric } from './metric.ts';

export const mae = {
  name: 'mae',
  label: 'MAE',
  summary: 'mean absolute error',
  source: 'scikit-learn mean_absolute_error',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  interval: 'scale',
  measure: {
    regression: ({ absoluteErrorSum, total }) => absoluteErrorSum / total,
  },
  example: { metric: 'mae', max: 8 },
} as const satisfies Metric;
