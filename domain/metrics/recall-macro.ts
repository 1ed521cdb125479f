import type { Metric } from './metric.ts';
import { classRecall, macroMean } from './over-classes.ts';

export const recallMacro = {
  name: 'recall_macro',
  label: 'Recall, macro',
  summary: 'mean over classes',
  source: 'scikit-learn recall_score (average="macro", zero_division=0)',
  higherIsBetter: true,
  range: [0, 1],
  measure: {
    multiclass: (tally) => macroMean(tally, classRecall),
  },
  example: { metric: 'recall_macro', min: 0.6 },
} as const satisfies Metric;
