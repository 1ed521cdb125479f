import type { Metric } from './metric.ts';
import { sumOverClasses } from './over-classes.ts';

export const accuracy = {
  name: 'accuracy',
  label: 'Accuracy',
  summary: 'share of rows predicted right',
  source: 'scikit-learn accuracy_score',
  higherIsBetter: true,
  range: [0, 1],
  measure: {
    binary: ({ truePositives, falsePositives, negatives, total }) =>
      (truePositives + negatives - falsePositives) / total,
    multiclass: (tally) => sumOverClasses(tally, ({ hits }) => hits / tally.total),
  },
  trials: { binary: ({ total }) => total, multiclass: ({ total }) => total },
  example: { metric: 'accuracy', min: 0.8 },
} as const satisfies Metric;
