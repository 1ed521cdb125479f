import type { Metric } from './metric.ts';
import { classF1, macroMean } from './over-classes.ts';

export const f1Macro = {
  name: 'f1_macro',
  label: 'F1, macro',
  summary: 'mean over classes',
  source: 'scikit-learn f1_score (average="macro", zero_division=0)',
  higherIsBetter: true,
  range: [0, 1],
  measure: {
    multiclass: (tally) => macroMean(tally, classF1),
  },
  example: { metric: 'f1_macro', min: 0.6 },
} as const satisfies Metric;
