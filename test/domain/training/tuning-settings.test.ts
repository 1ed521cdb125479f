import { describe, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { searchRanges } from '#domain/training/tuning-settings';
import { parsePipeline } from '#schemas/load-pipeline';

const read = (training: string) =>
  parsePipeline(
    `name: small
dataset:
  format: csv
  label: { column: y, positive: 1 }
  columns:
    x: { role: feature, type: number }
evaluation:
  task: binary
  gates: [{ metric: auc, min: 0.7 }]
training: ${training}
`,
    'pipelines/small.yml',
  );
const problems = (training: string): string => {
  try {
    read(training);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};
const tuning = (fields: string) => `{ tuning: { ${fields} } }`;

describe('tuning in a pipeline file', () => {
  it('takes the short form and fills in the rest', () => {
    expect(read(tuning('maxJobs: 20, parallel: 4, ranges: { eta: [0.01, 0.3] }')).training.tuning).toEqual({
      strategy: 'Bayesian',
      maxJobs: 20,
      parallel: 4,
      ranges: { eta: [0.01, 0.3] },
      earlyStopping: false,
      maxRuntimeSeconds: 36_000,
      seed: 42,
    });
  });

  it('reads every form of a range, as whole numbers where XGBoost takes only those', () => {
    const ranges =
      '{ max_depth: [2, 8], eta: { min: 0.001, max: 1, scale: logarithmic }, alpha: { values: [0, 1, 10] } }';
    const found = read(tuning(`maxJobs: 2, ranges: ${ranges}`)).training.tuning;

    expect(found && searchRanges(found, xgboost)).toEqual([
      ['alpha', { kind: 'values', values: [0, 1, 10] }],
      ['eta', { kind: 'continuous', min: 0.001, max: 1, scale: 'logarithmic' }],
      ['max_depth', { kind: 'integer', min: 2, max: 8, scale: 'auto' }],
    ]);
  });

  it.each([
    [
      'an unknown hyperparameter',
      'maxJobs: 2, ranges: { etta: [0.1, 0.2] }',
      'training.tuning.ranges.etta',
      'Did you mean eta?',
    ],
    [
      'one that is not tuned by SageMaker',
      'maxJobs: 2, ranges: { scale_pos_weight: [1, 2] }',
      'ranges.scale_pos_weight',
      'not a known setting',
    ],
    ['nothing to search', 'maxJobs: 2, ranges: {}', 'training.tuning.ranges', 'nothing to search'],
    [
      'bounds upside down',
      'maxJobs: 2, ranges: { eta: [0.3, 0.01] }',
      'ranges.eta',
      'the least, 0.3, must be below the most, 0.01',
    ],
    [
      'a bound XGBoost refuses',
      'maxJobs: 2, ranges: { eta: [0.1, 1.5] }',
      'ranges.eta',
      '1.5 is outside: eta is from 0 to 1',
    ],
    [
      'an open bound',
      'maxJobs: 2, ranges: { subsample: [0, 1] }',
      'ranges.subsample',
      '0 is outside: subsample is above 0 to 1',
    ],
    ['half a level of depth', 'maxJobs: 2, ranges: { max_depth: [2, 4.5] }', 'ranges.max_depth', '4.5 is not whole'],
    [
      'a logarithm of 0',
      'maxJobs: 2, ranges: { alpha: { min: 0, max: 9, scale: logarithmic } }',
      'ranges.alpha',
      'needs a least above 0',
    ],
    ['a value twice', 'maxJobs: 2, ranges: { alpha: { values: [1, 1] } }', 'ranges.alpha', 'listed twice'],
    ['no number of jobs', 'ranges: { eta: [0.1, 0.2] }', 'training.tuning.maxJobs', 'missing; how many training jobs'],
    [
      'more jobs than SageMaker trains',
      'maxJobs: 751, ranges: { eta: [0.1, 0.2] }',
      'training.tuning.maxJobs',
      'must be at most 750',
    ],
    [
      'more at once than SageMaker trains',
      'maxJobs: 20, parallel: 11, ranges: { eta: [0.1, 0.2] }',
      'tuning.parallel',
      'must be at most 10',
    ],
    [
      'more at once than in all',
      'maxJobs: 2, parallel: 3, ranges: { eta: [0.1, 0.2] }',
      'tuning.parallel',
      '3 jobs at once of 2 in all',
    ],
    [
      'a grid of numbers without end',
      'strategy: Grid, ranges: { eta: [0.1, 0.2] }',
      'ranges.eta',
      'a Grid needs values',
    ],
    [
      'a number of jobs for a grid',
      'strategy: Grid, maxJobs: 4, ranges: { eta: { values: [0.1] } }',
      'tuning.maxJobs',
      'leave maxJobs out',
    ],
    [
      'a metric of another task',
      'maxJobs: 2, metric: rmse, ranges: { eta: [0.1, 0.2] }',
      'tuning.metric',
      '"rmse" cannot be tuned for in a binary task; allowed: auc',
    ],
    [
      'early stopping under Hyperband',
      'strategy: Hyperband, maxJobs: 2, earlyStopping: true, ranges: { eta: [0.1, 0.2] }',
      'tuning.earlyStopping',
      'stops jobs by itself',
    ],
    [
      'rounds under Hyperband',
      'strategy: Hyperband, maxJobs: 2, ranges: { num_round: [5, 9] }',
      'ranges.num_round',
      'how many rounds each job gets',
    ],
    [
      'an unknown strategy',
      'strategy: Baysian, maxJobs: 2, ranges: { eta: [0.1, 0.2] }',
      'tuning.strategy',
      'Did you mean Bayesian?',
    ],
  ])('refuses %s and says where and why', (_, fields, path, words) => {
    const message = problems(tuning(fields));

    expect(message).toContain(path);
    expect(message).toContain(words);
  });

  it('refuses a grid of more combinations than SageMaker trains', () => {
    const values = JSON.stringify(Array.from({ length: 30 }, (_, i) => i / 100 + 0.01));

    expect(
      problems(tuning(`strategy: Grid, ranges: { eta: { values: ${values} }, subsample: { values: ${values} } }`)),
    ).toContain('900 combinations; SageMaker trains at most 750');
  });

  it('refuses a value and a range for one hyperparameter', () => {
    expect(
      problems('{ hyperparameters: { eta: 0.1 }, tuning: { maxJobs: 2, ranges: { eta: [0.1, 0.2] } } }'),
    ).toContain('eta is searched by training.tuning');
  });

  it('refuses an eval_metric that no tuning is made for', () => {
    expect(
      problems(
        "{ hyperparameters: { eval_metric: 'auc,error@0.7' }, tuning: { maxJobs: 2, ranges: { eta: [0.1, 0.2] } } }",
      ),
    ).toContain('"error@0.7" cannot be tuned for');
  });
});
