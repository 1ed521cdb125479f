import { overLabels } from './distributions.ts';
import type { FairnessMetric } from './fairness-metric.ts';

export const js = {
  name: 'JS',
  label: 'Jensen-Shannon Divergence',
  stage: 'pre-training',
  formula: '½ (KL(P_a, P) + KL(P_d, P)), P = ½ (P_a + P_d)',
  source: 'https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-data-bias-metric-jensen-shannon-divergence.html',
  range: [0, Math.LN2],
  fair: 0,
  meaning:
    'How far the labels of the two facets are distributed apart, in nats and the same from both sides: 0 is not at all.',
  measure: ({ labels }) =>
    overLabels(labels, (a, d) => (a * Math.log((2 * a) / (a + d)) + d * Math.log((2 * d) / (a + d))) / 2),
  example: { fairness: { metric: 'JS', max: 0.1 } },
} as const satisfies FairnessMetric;
