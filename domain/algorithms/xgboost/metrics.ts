import type { TuningObjective } from '#domain/algorithms/algorithm';
import type { Task } from '#schemas/records/task';

/** Metrics the built-in container evaluates (SageMaker Developer Guide, "XGBoost hyperparameters"; aws/sagemaker-xgboost-container). */
const METRICS = [
  'accuracy',
  'aft-nloglik',
  'auc',
  'aucpr',
  'balanced_accuracy',
  'cox-nloglik',
  'error',
  'f1',
  'f1_binary',
  'f1_macro',
  'gamma-deviance',
  'gamma-nloglik',
  'interval-regression-accuracy',
  'logloss',
  'mae',
  'map',
  'mape',
  'merror',
  'mlogloss',
  'mphe',
  'mse',
  'ndcg',
  'poisson-nloglik',
  'precision',
  'precision_macro',
  'precision_micro',
  'r2',
  'recall',
  'recall_macro',
  'recall_micro',
  'rmse',
  'rmsle',
  'tweedie-nloglik',
];
/** Metrics with a threshold or a cut-off rank: `error@0.7`, `ndcg@10-`. */
const WITH_THRESHOLD = ['error', 'map', 'ndcg'];

/** The problem of an entry of `eval_metric`, if any. */
export function metricProblem(metric: string): string | undefined {
  const [base = '', threshold] = metric.split('@');
  if (threshold === undefined) {
    return METRICS.includes(metric) ? undefined : `"${metric}" is not a metric; allowed: ${METRICS.join(', ')}`;
  }
  if (!WITH_THRESHOLD.includes(base)) {
    return `"${metric}": only ${WITH_THRESHOLD.join(', ')} take a threshold`;
  }
  const number = threshold.replace(/-$/, '');
  return number !== '' && Number.isFinite(Number(number)) ? undefined : `"${metric}": the threshold is not a number`;
}

/** The default metric of a training, also used for early stopping. */
export const defaultEvalMetric: Readonly<Record<Task, string>> = {
  binary: 'auc',
  multiclass: 'mlogloss',
  regression: 'rmse',
};

/** The metrics in an `eval_metric` list. */
export const metricsIn = (list: string): string[] =>
  list
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((metric) => metric.trim())
    .filter((metric) => metric !== '');

/** The objective metrics of a tuning (SageMaker Developer Guide, "Tune an XGBoost model"). */
export const tuning: TuningObjective = {
  metrics: {
    binary: {
      auc: 'Maximize',
      aucpr: 'Maximize',
      accuracy: 'Maximize',
      f1: 'Maximize',
      precision: 'Maximize',
      recall: 'Maximize',
      logloss: 'Minimize',
      error: 'Minimize',
    },
    multiclass: { mlogloss: 'Minimize', merror: 'Minimize', accuracy: 'Maximize', f1_macro: 'Maximize' },
    regression: { rmse: 'Minimize', mae: 'Minimize', mse: 'Minimize', r2: 'Maximize' },
  },
  description:
    'The metric to make best on the validation rows, as XGBoost names it. Without it: the last of `eval_metric`.',
  // XGBoost stops early by the last metric of the list.
  defaultMetric: ({ eval_metric: list }, task) => metricsIn(String(list ?? defaultEvalMetric[task])).at(-1) ?? '',
  reportedAs: (metric) => `validation:${metric}`,
  resource: 'num_round',
  example: {
    metric: 'auc',
    ranges: {
      eta: { min: 0.01, max: 0.3, scale: 'logarithmic' },
      max_depth: [3, 10],
      subsample: { values: [0.6, 0.8, 1] },
    },
    grid: { eta: { values: [0.05, 0.1, 0.2] }, max_depth: { values: [4, 6] } },
  },
};
