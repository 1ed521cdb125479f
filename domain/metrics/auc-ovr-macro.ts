import { rankDescending, rankedAuc } from '#domain/tallies/ranking';
import type { Metric } from './metric.ts';

export const aucOvrMacro = {
  name: 'auc_ovr_macro',
  label: 'ROC AUC, one vs rest',
  summary: 'mean over classes',
  source: 'scikit-learn roc_auc_score (multi_class="ovr", average="macro")',
  higherIsBetter: true,
  range: [0, 1],
  interval: 'scale',
  measure: {
    multiclass: {
      // one ranking a class: more than the shared tally holds
      prepare({ labels, scores, classes }) {
        const rankings = Array.from({ length: classes }, (_, index) => ({
          ranking: rankDescending(Float64Array.from(labels, (_label, row) => scores[row * classes + index] as number)),
          isClass: Uint8Array.from(labels, (label) => (label === index ? 1 : 0)),
        }));
        return (rowWeights) =>
          rankings.reduce((sum, { ranking, isClass }) => sum + rankedAuc(ranking, isClass, rowWeights) / classes, 0);
      },
    },
  },
  example: { metric: 'auc_ovr_macro', min: 0.8 },
} as const satisfies Metric;
