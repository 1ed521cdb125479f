import { describe, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { python } from '../support/python.ts';
import { runPython } from './container.ts';

/** Values of every kind; each hyperparameter of the container is tried with all of them. */
const probes = [
  '-2147483648',
  '-1',
  '-0.5',
  '0',
  '0.001',
  '0.5',
  '1',
  '1.5',
  '2',
  '2.5',
  '7',
  '100',
  '1e-3',
  '2147483647',
  'true',
  'false',
  'gbtree',
  'gblinear',
  'dart',
  'auto',
  'exact',
  'approx',
  'hist',
  'depthwise',
  'lossguide',
  'uniform',
  'gradient_based',
  'weighted',
  'tree',
  'forest',
  'default',
  'update',
  'normal',
  'logistic',
  'extreme',
  'auc',
  'auc,logloss',
  '[auc, logloss]',
  'error@0.3,aucpr',
  'ndcg@10-',
  'map@5',
  'aft-nloglik',
  'cox-nloglik',
  'gamma-deviance',
  'gamma-nloglik',
  'poisson-nloglik',
  'tweedie-nloglik',
  'rmsle',
  'mape',
  'balanced_accuracy',
  'f1_binary',
  'precision_micro',
  'recall_micro',
  'mse',
  'r2',
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
  'grow_histmaker,prune',
  '(1,0,-1)',
];

const script = `
import json, sys
from tidegate_xgboost.errors import UserError
from tidegate_xgboost.hyperparameters import TABLE
def takes(name, parse, text):
    try:
        parse(name, text)
        return True
    except UserError:
        return False
print(json.dumps({name: [text for text in json.loads(sys.argv[1]) if takes(name, parse, text)] for name, parse in TABLE.items()}))
`;

describe.skipIf(!python)('the hyperparameters of a pipeline', () => {
  it('take whatever the container takes', async () => {
    const { output } = await runPython(['-c', script, JSON.stringify(probes)]);
    const accepted = JSON.parse(output) as Record<string, string[]>;

    expect(Object.keys(accepted).length).toBeGreaterThan(40);
    const refused = Object.entries(accepted).flatMap(([name, texts]) =>
      texts
        .filter((text) => !xgboost.hyperparameters[name]?.schema.safeParse(text).success)
        .map((text) => `${name}: ${text}`),
    );
    expect(refused).toEqual([]);
  });
});
