import type { MetricName } from '#schemas/pipeline-gates';

/** Whether a larger value of the metric means a better model. */
const higherIsBetter: Record<MetricName, boolean> = {
  auc: true,
  pr_auc: true,
  accuracy: true,
  precision: true,
  recall: true,
  f1: true,
  ks: true,
  log_loss: false,
  brier: false,
  precision_macro: true,
  recall_macro: true,
  f1_macro: true,
  precision_weighted: true,
  recall_weighted: true,
  f1_weighted: true,
  auc_ovr_macro: true,
  mse: false,
  rmse: false,
  mae: false,
  r2: true,
};

export const isHigherBetter = (metric: MetricName): boolean => higherIsBetter[metric];
