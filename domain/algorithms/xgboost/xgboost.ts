import type { Algorithm } from '#domain/algorithms/algorithm';
import { parseScores } from '#domain/evaluation/score-text';
import type { Task } from '#schemas/records/task';
import { continuation } from './continuation.ts';
import { aliases, check, hyperparameters } from './hyperparameters.ts';
import { image } from './image.ts';
import { defaultEvalMetric, metricsIn, tuning } from './metrics.ts';
import { readModel } from './model/read-model.ts';

/** Objective by task. All of them return probabilities or values. */
const objectives: Readonly<Record<Task, string>> = {
  binary: 'binary:logistic',
  multiclass: 'multi:softprob',
  regression: 'reg:squarederror',
};

/** The built-in XGBoost (SageMaker Developer Guide, "XGBoost algorithm with Amazon SageMaker AI"). */
export const xgboost: Algorithm = {
  name: 'xgboost',
  label: 'XGBoost',
  summary: 'Gradient-boosted trees, by the built-in container of SageMaker.',
  tasks: ['binary', 'multiclass', 'regression'],
  image,
  hyperparameters,
  hyperparametersDescription:
    'Hyperparameters of the built-in XGBoost by their names. `num_round`, `objective`, `eval_metric` and `num_class` have defaults by task.',
  aliases,
  defaults: ({ task, classes, counts: [negatives = 0, positives = 0], balance, weighted, monotone }) => ({
    num_round: '200',
    early_stopping_rounds: '20',
    seed: '42',
    objective: objectives[task],
    eval_metric: defaultEvalMetric[task],
    ...(task === 'multiclass' ? { num_class: String(classes) } : {}),
    // negatives / positives, as XGBoost's documentation recommends for unbalanced classes
    ...(task === 'binary' && balance && positives > 0
      ? { scale_pos_weight: String(Number((negatives / positives).toPrecision(6))) }
      : {}),
    ...(weighted ? { csv_weights: '1' } : {}),
    // The container takes the constraints with these two ways of finding splits only (aws/sagemaker-xgboost-container,
    // hyperparameter_validation.py).
    ...(monotone.some((sign) => sign !== 0)
      ? { monotone_constraints: `(${monotone.join(',')})`, tree_method: 'hist' }
      : {}),
  }),
  check: (all, task, report) => check(all, task, metricsIn(all['eval_metric'] ?? ''), report),
  tuning,
  continuation,
  explaining: { modelFile: continuation.modelFile, readModel },
  balancing: {
    rowWeights: 'csv_weights',
    positiveWeight: 'scale_pos_weight',
    givesProbabilities: ({ objective }) => objective === objectives.binary,
  },
  // A request's delimiter is the choice of Python's csv.Sniffer from the first line: a comma, where there is one; otherwise the most
  // frequent character, and a comma again if that is a letter or digit (aws/sagemaker-xgboost-container, encoder.py,
  // csv_to_dmatrix). In `-1e-07` it is the minus, in `-0001e-07` the zero.
  input: { contentType: 'text/csv', delimiter: ',', missing: '', missingAlone: 'nan', zerosAlone: '000' },
  // one number per line, or `[p0, p1, …]` per line for multi:softprob
  output: { contentType: 'text/csv', readScores: parseScores },
  distributed: true,
  example: { num_round: 300, early_stopping_rounds: 20, eta: 0.1, max_depth: 5 },
};
