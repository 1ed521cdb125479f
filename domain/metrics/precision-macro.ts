import type { Metric } from './metric.ts';
import { classPrecision, macroMean } from './over-classes.ts';

export const precisionMacro = {
  name: 'precision_macro',
  label: 'Precision, macro',
  summary: 'mean over classes',
  source: 'scikit-learn precision_score (average="macro", zero_division=0)',
  higherIsBetter: true,
  range: [0, 1],
  measure: {
    multiclass: (tally) => macroMean(tally, classPrecision),
  },
  example: { metric: 'precision_macro', min: 0.6 },
} as const satisfies Metric;
