import type { Metric } from './metric.ts';

export const logLoss = {
  name: 'log_loss',
  label: 'Log-loss',
  summary: 'mean −ln of the probability given to the truth',
  source: 'scikit-learn log_loss, probabilities clipped to [ε, 1 - ε] with ε = 2⁻⁵²',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  interval: 'scale',
  measure: {
    binary: ({ logLossSum, total }) => logLossSum / total,
    multiclass: ({ logLossSum, total }) => logLossSum / total,
  },
  example: { metric: 'log_loss', max: 0.4 },
} as const satisfies Metric;
