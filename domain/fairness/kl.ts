import { overLabels } from './distributions.ts';
import type { FairnessMetric } from './fairness-metric.ts';

export const kl = {
  name: 'KL',
  label: 'Kullback-Leibler Divergence',
  stage: 'pre-training',
  formula: 'Σ P_a(y) ln(P_a(y) / P_d(y))',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-data-bias-metric-kl-divergence.html',
  range: [0, Number.POSITIVE_INFINITY],
  fair: 0,
  meaning: 'How far the labels of the two facets are distributed apart, in nats: 0 is not at all.',
  measure: ({ labels }) => overLabels(labels, (a, d) => a * Math.log(a / d)),
  example: { fairness: { metric: 'KL', max: 0.1 } },
} as const satisfies FairnessMetric;
