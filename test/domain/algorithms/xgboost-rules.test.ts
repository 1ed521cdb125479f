import { describe, expect, it } from 'vitest';
import { check } from '#domain/algorithms/xgboost/hyperparameters';
import { metricProblem, metricsIn, tuning } from '#domain/algorithms/xgboost/metrics';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';

describe('a metric of XGBoost', () => {
  it.each(['auc', 'rmse', 'error@0.7', 'ndcg@10-', 'map@3', 'ndcg@-'])('%s is checked', (metric) => {
    if (metric === 'ndcg@-') expect(metricProblem(metric)).toBe('"ndcg@-": the threshold is not a number');
    else expect(metricProblem(metric)).toBeUndefined();
  });
  it('that does not exist is refused with those that do', () => {
    expect(metricProblem('gini')).toMatch(/^"gini" is not a metric; allowed: accuracy, aft-nloglik, auc, /);
  });
  it('takes a threshold only where it has one, and only a number', () => {
    expect(metricProblem('auc@0.5')).toBe('"auc@0.5": only error, map, ndcg take a threshold');
    expect(metricProblem('error@')).toBe('"error@": the threshold is not a number');
    expect(metricProblem('error@high')).toBe('"error@high": the threshold is not a number');
  });
  it('is the last of the list where a tuning names none', () => {
    expect(metricsIn('[auc, logloss ,,]')).toEqual(['auc', 'logloss']);
    expect(tuning.defaultMetric({ eval_metric: 'auc,logloss' }, 'binary')).toBe('logloss');
    expect(tuning.defaultMetric({ eval_metric: ',' }, 'binary')).toBe('');
    expect((['binary', 'multiclass', 'regression'] as const).map((task) => tuning.defaultMetric({}, task))).toEqual([
      'auc',
      'mlogloss',
      'rmse',
    ]);
  });
});

describe('hyperparameters of XGBoost that are wrong together', () => {
  const problems = (all: Record<string, string>) => {
    const found: string[] = [];
    xgboost.check?.(all, (name, problem) => found.push(`${name}: ${problem}`));
    return found;
  };
  it('are none by default, whatever the task', () => {
    for (const task of ['binary', 'multiclass', 'regression'] as const)
      expect(problems(xgboost.defaults({ task, classes: 3, counts: [3, 1], balance: true }))).toEqual([]);
    expect(problems({ objective: 'binary:logistic' })).toEqual([]);
  });
  it('are an objective of classes without their number, and the number without the objective', () => {
    expect(problems({ objective: 'multi:softprob' })).toEqual(['objective: multi:softprob needs num_class']);
    expect(problems({ objective: 'binary:logistic', num_class: '3' })).toEqual([
      'num_class: only a multi: objective has num_class, and the objective is binary:logistic',
    ]);
  });
  it('are auc and an objective that ranks nothing', () => {
    expect(problems({ objective: 'reg:squarederror', eval_metric: 'rmse,auc' })).toEqual([
      'eval_metric: auc does not go with the objective reg:squarederror: set another eval_metric',
    ]);
    expect(problems({ objective: 'rank:pairwise', eval_metric: 'auc' })).toEqual([]);
    expect(problems({ objective: 'multi:softprob', num_class: '3', eval_metric: 'auc' })).toEqual([]);
    expect(problems({ objective: 'multi:softmax', num_class: '3', eval_metric: 'auc' })).toHaveLength(1);
  });
  it('are aft-nloglik and an objective other than survival:aft', () => {
    expect(problems({ objective: 'survival:cox', eval_metric: 'aft-nloglik' })).toEqual([
      'eval_metric: aft-nloglik goes with survival:aft, and the objective is survival:cox',
    ]);
    expect(problems({ objective: 'survival:aft', eval_metric: 'aft-nloglik' })).toEqual([]);
  });
  it('are looked for where no objective is set', () => {
    const found: string[] = [];
    check({ num_class: '3' }, [], (name) => found.push(name));
    expect(found).toEqual(['num_class']);
  });
});

/** Numbers just within the bounds of the container, and just outside of them. */
const bounds: Readonly<Record<string, readonly [accepted: readonly number[], refused: readonly number[]]>> = {
  num_round: [[1], [0, 1.5]],
  early_stopping_rounds: [[1], [0, 1.5]],
  eta: [
    [0, 1],
    [-0.01, 1.01],
  ],
  max_depth: [[0], [-1, 2.5]],
  min_child_weight: [[0], [-0.01]],
  gamma: [[0], [-0.01]],
  subsample: [
    [0.01, 1],
    [0, 1.01],
  ],
  colsample_bytree: [
    [0.01, 1],
    [0, 1.01],
  ],
  colsample_bylevel: [
    [0.01, 1],
    [0, 1.01],
  ],
  colsample_bynode: [
    [0.01, 1],
    [0, 1.01],
  ],
  lambda: [[0], [-0.01]],
  alpha: [[0], [-0.01]],
  max_delta_step: [[0, 0.5], [-0.01]],
  scale_pos_weight: [[0.01], [0]],
  num_class: [[2], [1]],
  base_score: [[-5, 5], []],
  seed: [
    [-(2 ** 31), 2 ** 31 - 1],
    [-(2 ** 31) - 1, 2 ** 31],
  ],
  max_leaves: [[0], [-1]],
  max_bin: [[0], [-1]],
  num_parallel_tree: [[1], [0]],
  sketch_eps: [
    [0.01, 1],
    [0, 1.01],
  ],
  refresh_leaf: [
    [0, 1],
    [-1, 2],
  ],
  rate_drop: [
    [0, 1],
    [-0.01, 1.01],
  ],
  one_drop: [
    [0, 1],
    [-1, 2],
  ],
  skip_drop: [
    [0, 1],
    [-0.01, 1.01],
  ],
  lambda_bias: [
    [0, 1],
    [-0.01, 1.01],
  ],
  tweedie_variance_power: [
    [1.01, 2],
    [1, 2.01],
  ],
  huber_slope: [[0.01], [0]],
  aft_loss_distribution_scale: [[0], [-0.01]],
  csv_weights: [
    [0, 1],
    [-1, 2],
  ],
  prob_buffer_row: [[2], [1]],
  nthread: [[1], [0]],
  verbosity: [
    [0, 3],
    [-1, 4],
  ],
  _kfold: [[2], [1]],
  _num_cv_round: [[1], [0]],
};

describe('the numbers that XGBoost takes', () => {
  const accepts = (name: string, value: unknown) => xgboost.hyperparameters[name]?.schema.safeParse(value).success;

  it.each(Object.entries(bounds))('for %s', (name, [accepted, refused]) => {
    expect(accepted.filter((n) => !accepts(name, n))).toEqual([]);
    expect(refused.filter((n) => accepts(name, n))).toEqual([]);
  });

  it('are listed here for every hyperparameter that is a number', () => {
    const isNumber = (name: string) => [1, 2, 0.5].some((n) => accepts(name, n)) && !accepts(name, 'word');
    expect(Object.keys(xgboost.hyperparameters).filter(isNumber).toSorted()).toEqual(Object.keys(bounds).toSorted());
  });
});
