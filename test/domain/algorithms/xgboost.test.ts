import { describe, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { parsePipeline } from '#schemas/load-pipeline';

const read = (hyperparameters: string, task: 'binary' | 'multiclass' | 'regression' = 'binary') => {
  const label = { binary: 'y, positive: 1', multiclass: 'y, classes: [a, b, c]', regression: 'y' }[task];
  const metric = { binary: 'auc', multiclass: 'accuracy', regression: 'rmse' }[task];
  return parsePipeline(
    `name: small
dataset:
  format: csv
  label: { column: ${label} }
  columns: { x: { role: feature, type: number } }
evaluation: { task: ${task}, gates: [{ metric: ${metric}, ${task === 'regression' ? 'max' : 'min'}: 0.7 }] }
training:
  hyperparameters: ${hyperparameters}
`,
    'small.yml',
  );
};
const problem = (...args: Parameters<typeof read>): string => {
  try {
    read(...args);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};

describe('fixed hyperparameters of XGBoost', () => {
  it.each([
    ['{ learning_rate: 0.1 }', 'learning_rate: not a known setting. Did you mean eta?'],
    ['{ n_estimators: 100 }', 'n_estimators: not a known setting. Did you mean num_round?'],
    ['{ max_dept: 3 }', 'max_dept: not a known setting. Did you mean max_depth?'],
    ['{ max_depth: deep }', 'max_depth: found "deep"; expected a number.'],
    ['{ max_depth: 2.5 }', 'max_depth: found 2.5; expected a whole number.'],
    ['{ max_depth: -1 }', 'max_depth: found -1; must be at least 0.'],
    ['{ eta: 1.5 }', 'eta: found 1.5; must be at most 1.'],
    ['{ eta: "1.5" }', 'eta: found "1.5"; must be at most 1.'],
    ['{ subsample: 0 }', 'subsample: found 0; must be above 0.'],
    ['{ booster: gbtre }', 'booster: found "gbtre"; allowed: gbtree, gblinear, dart. Did you mean gbtree?'],
    ['{ objective: binary:logisitc }', 'Did you mean binary:logistic?'],
    ['{ eval_metric: "auc,aucc" }', 'eval_metric: "aucc" is not a metric; allowed: accuracy, '],
    ['{ eval_metric: auc@0.5 }', 'only error, map, ndcg take a threshold'],
    ['{ eval_metric: error@half }', 'the threshold is not a number'],
    ['{ eta: true }', 'eta: found true; expected a number.'],
    ['{ eta: }', 'eta: found nothing; expected a number.'],
  ])('are checked before anything is trained: %s', (hyperparameters, words) => {
    const message = problem(hyperparameters);

    expect(message).toMatch(/small\.yml:8:\d+ training\.hyperparameters\./);
    expect(message).toContain(words);
  });

  it.each([
    ['{ objective: multi:softmax }', 'binary', 'objective: multi:softmax needs num_class'],
    ['{ objective: multi:softmax }', 'multiclass', 'objective: a multiclass task cannot be evaluated'],
    ['{ num_class: 3 }', 'binary', 'num_class: only a multi: objective has num_class'],
    ['{ eval_metric: "auc" }', 'regression', 'eval_metric: auc does not go with the objective reg:squarederror'],
    ['{ objective: reg:squarederror }', 'binary', 'eval_metric: auc does not go with the objective reg:squarederror'],
    ['{ eval_metric: aft-nloglik }', 'regression', 'aft-nloglik goes with survival:aft'],
  ] as const)('are checked together with the defaults of the task: %s', (hyperparameters, task, words) => {
    expect(problem(hyperparameters, task)).toContain(words);
  });

  it('may be quoted, and travel as text', () => {
    const pipeline = read(
      '{ eta: "0.05", max_depth: "7", deterministic_histogram: "true", eval_metric: "[logloss,auc]" }',
    );

    expect(trainingHyperparameters(pipeline, [1, 1])).toMatchObject({
      eta: '0.05',
      max_depth: '7',
      deterministic_histogram: 'true',
      eval_metric: '[logloss,auc]',
    });
  });

  it('have a description each, and aliases name one that is there', () => {
    for (const [name, { schema }] of Object.entries(xgboost.hyperparameters)) {
      expect([name, schema.description ?? '']).not.toEqual([name, '']);
    }
    expect(Object.values(xgboost.aliases).filter((name) => !Object.hasOwn(xgboost.hyperparameters, name))).toEqual([]);
    expect(Object.keys(xgboost.aliases).filter((name) => Object.hasOwn(xgboost.hyperparameters, name))).toEqual([]);
  });

  it('include every default of every task', () => {
    for (const task of xgboost.tasks) {
      const defaults = xgboost.defaults({
        task,
        classes: 3,
        counts: [3, 1],
        balance: true,
        weighted: false,
        monotone: [],
      });
      for (const [name, value] of Object.entries(defaults)) {
        expect([name, xgboost.hyperparameters[name]?.schema.safeParse(value).success]).toEqual([name, true]);
      }
    }
  });
});

describe('the defaults of XGBoost', () => {
  const defaults = (task: 'binary' | 'multiclass' | 'regression', counts: number[], balance = true) =>
    xgboost.defaults({ task, classes: 3, counts, balance, weighted: false, monotone: [] });

  it('weigh the positives of a binary task, where there are some', () => {
    expect(defaults('binary', [3, 1])).toMatchObject({ scale_pos_weight: '3', objective: 'binary:logistic' });
    expect(defaults('binary', [1, 3])).toMatchObject({ scale_pos_weight: '0.333333' });
    for (const unweighted of [
      defaults('binary', [3, 0]),
      defaults('binary', []),
      defaults('binary', [3, 1], false),
      defaults('multiclass', [3, 1, 2]),
      defaults('regression', [3, 1]),
    ])
      expect(unweighted).not.toHaveProperty('scale_pos_weight');
  });

  it('read weights of rows, where there are some', () => {
    const facts = { task: 'multiclass', classes: 3, counts: [], balance: false, monotone: [] } as const;
    expect(xgboost.defaults({ ...facts, weighted: true })).toMatchObject({ csv_weights: '1' });
    expect(xgboost.defaults({ ...facts, weighted: false })).not.toHaveProperty('csv_weights');
  });

  it('constrain the model where a column is declared monotone, with a way of finding splits that takes constraints', () => {
    const facts = { task: 'binary', classes: 2, counts: [], balance: false, weighted: false } as const;
    expect(xgboost.defaults({ ...facts, monotone: [0, -1, 1] })).toMatchObject({
      monotone_constraints: '(0,-1,1)',
      tree_method: 'hist',
    });
    for (const monotone of [[], [0, 0]] as const) {
      expect(xgboost.defaults({ ...facts, monotone })).not.toHaveProperty('monotone_constraints');
      expect(xgboost.defaults({ ...facts, monotone })).not.toHaveProperty('tree_method');
    }
  });

  it('count the classes of a multiclass task alone', () => {
    expect(defaults('multiclass', [3, 1, 2])).toMatchObject({ num_class: '3', objective: 'multi:softprob' });
    expect(defaults('binary', [3, 1])).not.toHaveProperty('num_class');
    expect(defaults('regression', [])).not.toHaveProperty('num_class');
  });
});
