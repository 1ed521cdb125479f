import {
  choice,
  flag,
  type Hyperparameter,
  integer,
  real,
  text,
  tunableInteger,
  tunableReal,
  words,
} from '#domain/algorithms/hyperparameter';
import { metricProblem } from './metrics.ts';

const share = { above: 0, to: 1 };
const weight = { from: 0 };
const zeroOrOne = { from: 0, to: 1 };
const objectives = [
  'binary:logistic',
  'binary:logitraw',
  'binary:hinge',
  'count:poisson',
  'multi:softmax',
  'multi:softprob',
  'rank:pairwise',
  'rank:ndcg',
  'rank:map',
  'reg:linear',
  'reg:squarederror',
  'reg:logistic',
  'reg:gamma',
  'reg:pseudohubererror',
  'reg:squaredlogerror',
  'reg:tweedie',
  'reg:absoluteerror',
  'survival:aft',
  'survival:cox',
];

/**
 * The hyperparameters of the built-in XGBoost with their ranges (SageMaker Developer Guide, "XGBoost hyperparameters"; if the
 * guide has none, aws/sagemaker-xgboost-container), and the tunable ones ("Tune an XGBoost model").
 */
export const hyperparameters: Readonly<Record<string, Hyperparameter>> = {
  num_round: tunableInteger('boosting rounds at most', { from: 1 }),
  early_stopping_rounds: integer('rounds without progress on the validation shards that end the training', { from: 1 }),
  eta: tunableReal('step size: how much each round counts', { from: 0, to: 1 }),
  max_depth: tunableInteger('levels of a tree; 0 for no limit', { from: 0 }),
  min_child_weight: tunableReal('least sum of row weights (hessian) in a leaf', weight),
  gamma: tunableReal('least loss reduction that a split must bring', weight),
  subsample: tunableReal('share of the rows that a round sees', share),
  colsample_bytree: tunableReal('share of the features that a tree sees', share),
  colsample_bylevel: tunableReal('share of the features that a level sees', share),
  colsample_bynode: tunableReal('share of the features that a split sees', share),
  lambda: tunableReal('L2 regularization of leaf weights', weight),
  alpha: tunableReal('L1 regularization of leaf weights', weight),
  // The guide tunes it in whole numbers; the container takes fractions.
  max_delta_step: {
    ...real('most that a leaf may change the prediction; 0 for no limit', weight),
    search: { type: 'integer', bounds: weight },
  },
  scale_pos_weight: real('weight of the positive class; imbalance sets it when absent', { above: 0 }),
  objective: choice('what is learnt; the task sets it when absent', objectives),
  num_class: integer('classes of a multi: objective; label.classes sets it when absent', { from: 2 }),
  base_score: real('prediction before the first round'),
  eval_metric: words('metrics on the validation shards, apart by commas; the last one stops early', metricProblem),
  seed: integer('seed of the random numbers', { from: -(2 ** 31), to: 2 ** 31 - 1 }),
  booster: choice('what a round adds: a tree, a linear model, or a tree with dropout', ['gbtree', 'gblinear', 'dart']),
  tree_method: choice('how splits are found', ['auto', 'exact', 'approx', 'hist', 'gpu_hist']),
  grow_policy: choice('which leaf is split next', ['depthwise', 'lossguide']),
  max_leaves: integer('leaves of a tree; 0 for no limit', { from: 0 }),
  max_bin: integer('bins of a feature for hist', { from: 0 }),
  num_parallel_tree: integer('trees grown in a round', { from: 1 }),
  monotone_constraints: text('a sign a feature, as (1,0,-1): the prediction rises or falls with it'),
  interaction_constraints: text('features that may meet in a tree, as [[0,1],[2,3]]'),
  sampling_method: choice('how the rows of a round are drawn', ['uniform', 'gradient_based']),
  sketch_eps: real('width of the bins for approx', { above: 0, below: 1 }),
  updater: text('names of tree updaters, apart by commas'),
  refresh_leaf: integer('1: the refresh updater changes leaves too', zeroOrOne),
  process_type: choice('whether trees are made or updated', ['default', 'update']),
  sample_type: choice('dart: how dropped trees are drawn', ['uniform', 'weighted']),
  normalize_type: choice('dart: how a new tree is weighed', ['tree', 'forest']),
  rate_drop: real('dart: share of the trees that are dropped', zeroOrOne),
  one_drop: integer('dart: 1 drops at least one tree', zeroOrOne),
  skip_drop: real('dart: probability that none is dropped', zeroOrOne),
  lambda_bias: real('gblinear: L2 regularization of the bias', zeroOrOne),
  tweedie_variance_power: real('reg:tweedie: nearer to 2 for gamma, to 1 for Poisson', { above: 1, to: 2 }),
  huber_slope: real('reg:pseudohubererror: where the loss becomes linear', { above: 0 }),
  aft_loss_distribution: choice('survival:aft: distribution of the noise', ['normal', 'logistic', 'extreme']),
  aft_loss_distribution_scale: real('survival:aft: scale of the noise', weight),
  csv_weights: integer('1: the second column of the training CSV is the weight', zeroOrOne),
  deterministic_histogram: flag('whether histograms on a GPU repeat exactly'),
  single_precision_histogram: flag('whether histograms are kept in single precision'),
  predictor: choice('what predicts', ['auto', 'cpu_predictor', 'gpu_predictor']),
  dsplit: choice('how hosts divide the data', ['row', 'col']),
  prob_buffer_row: integer('rows that the approx method buffers', { from: 1 }),
  nthread: integer('threads; all cores when absent', { from: 1 }),
  verbosity: integer('0 silent to 3 debug', { from: 0, to: 3 }),
  save_model_on_termination: flag('whether a stopped training saves what it has'),
  use_dask_gpu_training: flag('whether several GPUs train together'),
  _kfold: integer('folds of a cross-validation in the container', { from: 2 }),
  _num_cv_round: integer('repetitions of a cross-validation in the container', { from: 1 }),
  _tuning_objective_metric: text('set by SageMaker in a tuning'),
};

/** Names of the same settings in XGBoost's Python API, and the documented aliases. */
export const aliases: Readonly<Record<string, string>> = {
  learning_rate: 'eta',
  min_split_loss: 'gamma',
  reg_lambda: 'lambda',
  reg_alpha: 'alpha',
  n_estimators: 'num_round',
  num_rounds: 'num_round',
  num_boost_round: 'num_round',
  num_iterations: 'num_round',
  random_state: 'seed',
  n_jobs: 'nthread',
  num_classes: 'num_class',
  max_leaf_nodes: 'max_leaves',
  bagging_fraction: 'subsample',
  feature_fraction: 'colsample_bytree',
  metric: 'eval_metric',
};

/** Combinations that the container refuses at start, although each value is valid. */
export function check(
  all: Readonly<Record<string, string>>,
  metrics: readonly string[],
  report: (name: string, problem: string) => void,
): void {
  const { objective = '' } = all;
  const isMulticlass = objective.startsWith('multi:');
  if (isMulticlass && all['num_class'] === undefined) report('objective', `${objective} needs num_class`);
  if (!isMulticlass && all['num_class'] !== undefined)
    report('num_class', `only a multi: objective has num_class, and the objective is ${objective}`);
  if (metrics.includes('auc') && !/^(binary:|rank:|multi:softprob)/.test(objective))
    report('eval_metric', `auc does not go with the objective ${objective}: set another eval_metric`);
  if (metrics.includes('aft-nloglik') && objective !== 'survival:aft')
    report('eval_metric', `aft-nloglik goes with survival:aft, and the objective is ${objective}`);
}
