import { describe, expect, it } from 'vitest';
import { check } from '#domain/algorithms/xgboost/hyperparameters';
import { metricProblem, metricsIn, tuning } from '#domain/algorithms/xgboost/metrics';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import type { Task } from '#schemas/records/task';

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
  const problems = (all: Record<string, string>, task?: Task) => {
    const found: string[] = [];
    const own = task ?? (all['objective']?.startsWith('multi:') ? 'multiclass' : 'regression');
    xgboost.check?.(all, own, (name, problem) => found.push(`${name}: ${problem}`));
    return found;
  };
  it('are none by default, whatever the task', () => {
    for (const task of ['binary', 'multiclass', 'regression'] as const)
      expect(
        problems(
          xgboost.defaults({ task, classes: 3, counts: [3, 1], balance: true, weighted: false, monotone: [] }),
          task,
        ),
      ).toEqual([]);
    expect(problems({ objective: 'binary:logistic' })).toEqual([]);
  });
  it('are an objective of classes without their number, and the number without the objective', () => {
    expect(problems({ objective: 'multi:softprob' })).toEqual(['objective: multi:softprob needs num_class']);
    expect(problems({ objective: 'binary:logistic', num_class: '3' })).toEqual([
      'num_class: only a multi: objective has num_class, and the objective is binary:logistic',
    ]);
  });
  it('are constraints on trees and a way of finding splits that takes none', () => {
    const exact = 'tree_method: monotone constraints go with exact and hist only: set one of them';
    expect(problems({ monotone_constraints: '(1)' })).toEqual([exact]);
    expect(problems({ monotone_constraints: '(1)', tree_method: 'approx' })).toEqual([exact]);
    expect(problems({ monotone_constraints: '(1)', tree_method: 'exact' })).toEqual([]);
    expect(problems({ monotone_constraints: '(1)', tree_method: 'hist', booster: 'gblinear' })).toEqual([
      'booster: gblinear has no monotone constraints: choose another booster, or declare no column monotone',
    ]);
    expect(problems({ interaction_constraints: '[[0,1]]', tree_method: 'approx' })).toEqual([]);
    expect(problems({ interaction_constraints: '[[0,1]]' })).toEqual([
      'tree_method: interaction constraints go with exact, hist and approx only: set one of them',
    ]);
  });
  it('are auc and an objective that ranks nothing', () => {
    expect(problems({ objective: 'reg:squarederror', eval_metric: 'rmse,auc' })).toEqual([
      'eval_metric: auc does not go with the objective reg:squarederror: set another eval_metric',
    ]);
    expect(problems({ objective: 'rank:pairwise', eval_metric: 'auc' })).toEqual([]);
    expect(problems({ objective: 'multi:softprob', num_class: '3', eval_metric: 'auc' })).toEqual([]);
    expect(problems({ objective: 'multi:softmax', num_class: '3', eval_metric: 'auc' }, 'regression')).toHaveLength(1);
  });
  it('are aft-nloglik and an objective other than survival:aft', () => {
    expect(problems({ objective: 'survival:cox', eval_metric: 'aft-nloglik' })).toEqual([
      'eval_metric: aft-nloglik goes with survival:aft, and the objective is survival:cox',
    ]);
    expect(problems({ objective: 'survival:aft', eval_metric: 'aft-nloglik' })).toEqual([]);
  });
  it('are an objective whose answers cannot be evaluated', () => {
    expect(problems({ objective: 'multi:softmax', num_class: '3' }, 'multiclass')).toEqual([
      'objective: a multiclass task cannot be evaluated by the answers of multi:softmax: set multi:softprob, or leave it out',
    ]);
    expect(problems({ objective: 'multi:softprob', num_class: '2' }, 'binary')).toEqual([
      'objective: a binary task cannot be evaluated by the answers of multi:softprob: set binary:logistic, binary:hinge, reg:logistic, or leave it out',
    ]);
    expect(problems({ objective: 'multi:softprob', num_class: '2' }, 'regression')).toEqual([
      'objective: a regression task cannot be evaluated by the answers of multi:softprob: leave it out',
    ]);
    for (const objective of ['binary:logitraw', 'reg:squarederror', 'rank:pairwise', 'count:poisson'])
      expect(problems({ objective }, 'binary')).toHaveLength(1);
    for (const objective of ['binary:logistic', 'binary:hinge', 'reg:logistic'])
      expect(problems({ objective }, 'binary')).toEqual([]);
  });
  it('are looked for where no objective is set', () => {
    const found: string[] = [];
    check({ num_class: '3' }, 'binary', [], (name) => found.push(name));
    expect(found).toEqual(['num_class']);
  });
});

describe('a bounded hyperparameter of XGBoost', () => {
  const accepts = (name: string, value: number) => xgboost.hyperparameters[name]?.schema.safeParse(value).success;
  it.each([
    ['huber_slope', 0.01, 0],
    ['tweedie_variance_power', 2, 1],
    ['subsample', 1, 0],
    ['eta', 0, -0.01],
    ['num_round', 1, 0],
    ['num_parallel_tree', 1, 0],
    ['rate_drop', 0, 1.01],
    ['one_drop', 1, 2],
    ['max_depth', 0, -1],
  ])('%s takes %d and refuses %d', (name, inside, outside) => {
    expect(accepts(name, inside)).toBe(true);
    expect(accepts(name, outside)).toBe(false);
  });
});
