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
import type { Task } from '#schemas/records/task';
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
] as const;

/**
 * The hyperparameters of the built-in XGBoost with their ranges (SageMaker Developer Guide, "XGBoost hyperparameters"; if the
 * guide has none, aws/sagemaker-xgboost-container), and the tunable ones ("Tune an XGBoost model").
 */
export const hyperparameters: Readonly<Record<string, Hyperparameter>> = {
  num_round: tunableInteger('Boosting rounds at most.', { from: 1 }, 300),
  early_stopping_rounds: integer(
    'Rounds without progress on the validation rows that end the training.',
    { from: 1 },
    20,
  ),
  eta: tunableReal('Step size: how much each round counts.', { from: 0, to: 1 }, 0.1),
  max_depth: tunableInteger('Levels of a tree; 0 sets no limit.', { from: 0 }, 5),
  min_child_weight: tunableReal('Least sum of row weights (hessian) in a leaf.', weight, 5),
  gamma: tunableReal('Least loss reduction that a split must bring.', weight, 0.1),
  subsample: tunableReal('Share of the rows that a round sees.', share, 0.8),
  colsample_bytree: tunableReal('Share of the inputs that a tree sees.', share, 0.8),
  colsample_bylevel: tunableReal('Share of the inputs that a level of a tree sees.', share, 0.8),
  colsample_bynode: tunableReal('Share of the inputs that a split sees.', share, 0.8),
  lambda: tunableReal('L2 regularization of leaf weights.', weight, 2),
  alpha: tunableReal('L1 regularization of leaf weights.', weight, 0.5),
  // The guide tunes it in whole numbers; the container takes fractions.
  max_delta_step: {
    ...real('Most that a leaf may change the prediction; 0 sets no limit.', weight, 1),
    search: { type: 'integer', bounds: weight },
  },
  scale_pos_weight: real('Weight of the positive class. Without it: as `imbalance` says.', { above: 0 }, 3),
  objective: choice('What is learnt. Without it: as the task needs.', objectives, 'reg:tweedie'),
  num_class: integer('Classes of a `multi:` objective. Without it: as many as `label.classes`.', { from: 2 }, 3),
  base_score: real('Prediction before the first round.', {}, 0.5),
  eval_metric: words(
    'Metrics on the validation rows, with commas between them. The last one stops the training early.',
    metricProblem,
    'logloss,auc',
  ),
  seed: integer('Seed of the random numbers.', { from: -(2 ** 31), to: 2 ** 31 - 1 }, 7),
  booster: choice('What a round adds.', ['gbtree', 'gblinear', 'dart'], 'dart'),
  tree_method: choice('How splits are found.', ['auto', 'exact', 'approx', 'hist', 'gpu_hist'], 'hist'),
  grow_policy: choice('Which leaf is split next.', ['depthwise', 'lossguide'], 'lossguide'),
  max_leaves: integer('Leaves of a tree; 0 sets no limit.', { from: 0 }, 31),
  max_bin: integer('Bins of an input for `hist`.', { from: 0 }, 512),
  num_parallel_tree: integer('Trees that a round grows.', { from: 1 }, 4),
  monotone_constraints: text('A sign for each input: the prediction rises or falls with it.', '(1,0,-1)'),
  interaction_constraints: text('Inputs that may meet in a tree.', '[[0,1],[2,3]]'),
  sampling_method: choice('How the rows of a round are drawn.', ['uniform', 'gradient_based'], 'gradient_based'),
  sketch_eps: real('Width of the bins for `approx`.', share, 0.03),
  updater: text('Names of tree updaters, with commas between them.', 'grow_histmaker,prune'),
  refresh_leaf: integer('1: the `refresh` updater changes leaves too.', zeroOrOne, 1),
  process_type: choice('Whether trees are made or updated.', ['default', 'update']),
  sample_type: choice('`dart`: how dropped trees are drawn.', ['uniform', 'weighted'], 'weighted'),
  normalize_type: choice('`dart`: how a new tree is weighed.', ['tree', 'forest'], 'forest'),
  rate_drop: real('`dart`: share of the trees that are dropped.', zeroOrOne, 0.1),
  one_drop: integer('`dart`: 1 drops at least one tree.', zeroOrOne, 1),
  skip_drop: real('`dart`: probability that no tree is dropped.', zeroOrOne, 0.5),
  lambda_bias: real('`gblinear`: L2 regularization of the bias.', zeroOrOne, 0.1),
  tweedie_variance_power: real(
    '`reg:tweedie`: near 2 for a gamma distribution, near 1 for Poisson.',
    { above: 1, to: 2 },
    1.5,
  ),
  huber_slope: real('`reg:pseudohubererror`: where the loss becomes linear.', { above: 0 }, 1),
  aft_loss_distribution: choice('`survival:aft`: distribution of the noise.', ['normal', 'logistic', 'extreme']),
  aft_loss_distribution_scale: real('`survival:aft`: scale of the noise.', weight, 1.2),
  csv_weights: integer(
    '1: the second column of the training CSV is the weight of its row. `imbalance: { weights: balanced }` writes it and sets this.',
    zeroOrOne,
    0,
  ),
  deterministic_histogram: flag('Whether histograms on a GPU repeat exactly.'),
  single_precision_histogram: flag('Whether histograms are kept in single precision.'),
  predictor: choice('What predicts.', ['auto', 'cpu_predictor', 'gpu_predictor'], 'cpu_predictor'),
  dsplit: choice('How instances divide the data.', ['row', 'col']),
  prob_buffer_row: integer('Rows that the `approx` method buffers.', { above: 1 }, 2),
  nthread: integer('Threads. Without it: all cores.', { from: 1 }, 4),
  verbosity: integer('0 is silent, 3 is debugging.', { from: 0, to: 3 }, 2),
  save_model_on_termination: flag('Whether a stopped training saves what it has.'),
  use_dask_gpu_training: flag('Whether several GPUs train together.'),
  _kfold: integer('Folds of a cross-validation in the container.', { from: 2 }, 5),
  _num_cv_round: integer('Repetitions of a cross-validation in the container.', { from: 1 }, 2),
  _tuning_objective_metric: text('The metric of a tuning. SageMaker sets it.', 'validation:auc'),
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

/** The objectives whose answers a task is judged by: probabilities, or classes as 0 and 1; for regression one number a row. */
const objectivesOf: Readonly<Record<Task, (objective: string) => boolean>> = {
  binary: (objective) => ['binary:logistic', 'binary:hinge', 'reg:logistic'].includes(objective),
  multiclass: (objective) => objective === 'multi:softprob',
  regression: (objective) => objective !== 'multi:softprob',
};

/** Combinations that the container refuses at start, or that cannot be evaluated, although each value is valid. */
export function check(
  all: Readonly<Record<string, string>>,
  task: Task,
  metrics: readonly string[],
  report: (name: string, problem: string) => void,
): void {
  const { objective = '' } = all;
  const isMulticlass = objective.startsWith('multi:');
  if (objective !== '' && !objectivesOf[task](objective)) {
    const fitting = objectives.filter(objectivesOf[task]);
    const fix = fitting.length > 5 ? 'leave it out' : `set ${fitting.join(', ')}, or leave it out`;
    report('objective', `a ${task} task cannot be evaluated by the answers of ${objective}: ${fix}`);
  }
  if (isMulticlass && all['num_class'] === undefined) report('objective', `${objective} needs num_class`);
  if (!isMulticlass && all['num_class'] !== undefined)
    report('num_class', `only a multi: objective has num_class, and the objective is ${objective}`);
  // aws/sagemaker-xgboost-container, hyperparameter_validation.py
  const method = all['tree_method'] ?? 'auto';
  if (all['interaction_constraints'] !== undefined && !['exact', 'hist', 'approx'].includes(method))
    report('tree_method', 'interaction constraints go with exact, hist and approx only: set one of them');
  if (all['monotone_constraints'] !== undefined) {
    if (!['exact', 'hist'].includes(method))
      report('tree_method', 'monotone constraints go with exact and hist only: set one of them');
    if (all['booster'] === 'gblinear')
      report('booster', 'gblinear has no monotone constraints: choose another booster, or declare no column monotone');
  }
  if (metrics.includes('auc') && !/^(binary:|rank:|multi:softprob)/.test(objective))
    report('eval_metric', `auc does not go with the objective ${objective}: set another eval_metric`);
  if (metrics.includes('aft-nloglik') && objective !== 'survival:aft')
    report('eval_metric', `aft-nloglik goes with survival:aft, and the objective is ${objective}`);
}
