import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '#domain/algorithms/registry';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { checkTraining } from '#domain/training/rules';
import { planTuningJob } from '#domain/training/tuning';
import { gridJobs, searchRanges } from '#domain/training/tuning-settings';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';
import { env, run } from './a-run.ts';

const pipeline = (training: Record<string, unknown> = {}, columns?: Record<string, unknown>) =>
  pipelineSchema.parse(smallPipeline(columns ? { columns } : {}, { training }));
/** What is wrong with a training, by path. */
function problems(training: Record<string, unknown>, algorithm = xgboost, columns?: Record<string, unknown>) {
  const found: string[] = [];
  const others = ALGORITHMS.filter(({ name }) => name !== algorithm.name);
  checkTraining(pipeline(training, columns), (path, message) => found.push(`${path.join('.')}: ${message}`), [
    algorithm,
    ...others,
  ]);
  return found;
}

describe('the rules of a training', () => {
  it('report what the container would refuse, at the hyperparameter', () => {
    const hyperparameters = { objective: 'reg:squarederror', eval_metric: 'auc' };
    const { error } = pipelineSchema.safeParse(smallPipeline({}, { training: { hyperparameters } }));
    expect(error?.issues).toMatchObject([
      { path: ['training', 'hyperparameters', 'objective'] },
      {
        path: ['training', 'hyperparameters', 'eval_metric'],
        message: 'auc does not go with the objective reg:squarederror: set another eval_metric',
      },
    ]);
  });

  it('report what a training that goes on from the champion cannot have', () => {
    const tuning = { maxJobs: 3, ranges: { eta: [0.1, 0.5] } };
    expect(problems({ incremental: true })).toEqual([]);
    expect(problems({ incremental: false, hyperparameters: { booster: 'dart' } })).toEqual([]);
    const issues = (training: object) => pipelineSchema.safeParse(smallPipeline({}, { training })).error?.issues;
    expect(issues({ incremental: true, hyperparameters: { booster: 'dart' } })).toMatchObject([
      {
        path: ['training', 'hyperparameters', 'booster'],
        message: expect.stringMatching(/^training\.incremental adds trees/),
      },
    ]);
    expect(issues({ incremental: true, tuning })).toMatchObject([
      { path: ['training', 'incremental'], message: expect.stringContaining('leave out training.tuning') },
    ]);
    const { continuation: _, ...without } = xgboost;
    expect(problems({ incremental: true }, without)).toEqual([]);
  });

  it('report rows of several drops that the split does not keep together, and a continuation that would read them', () => {
    const issues = (training: object, dataset: Record<string, unknown>, split: object = {}) =>
      pipelineSchema.safeParse(smallPipeline(dataset, { training, split })).error?.issues;
    const history = { data: { history: '90d' } };
    expect(issues(history, { id: 'id' })).toBeUndefined();
    expect(issues(history, {}, { groupBy: 'duplicates' })).toBeUndefined();
    expect(issues({ data: 'newest', incremental: true }, { id: 'id' }, { groupBy: 'duplicates' })).toBeUndefined();
    expect(issues(history, { id: 'id' }, { groupBy: 'duplicates' })).toMatchObject([
      { path: ['training', 'data'], message: expect.stringContaining('set split.groupBy to id') },
    ]);
    expect(issues({ data: 'accumulate', incremental: true }, { id: 'id' })).toMatchObject([
      { path: ['training', 'incremental'], message: expect.stringContaining('leave out training.data') },
    ]);
    expect(issues({ data: { history: '90' } }, { id: 'id' })).toHaveLength(1);
  });

  it('report a task the algorithm does not learn, and instances it does not use', () => {
    const single = { ...xgboost, tasks: ['regression'] as const, distributed: false };
    expect(problems({ instances: { count: 2 } }, single)).toEqual([
      'training.algorithm: XGBoost learns no binary task; it learns regression',
      'training.instances.count: XGBoost trains on one instance',
    ]);
    expect(problems({}, { ...xgboost, distributed: false })).toEqual([]);
    expect(problems({ instances: { count: 2 } })).toEqual([]);
  });

  it('report interactions that may be missing where the algorithm takes no missing value', () => {
    const number = { role: 'feature', type: 'number' };
    const category = { role: 'feature', type: 'category' };
    const settings = smallPipeline({
      columns: { x: number, z: number, c: category, d: category },
      interactions: [
        ['x', 'z'],
        ['c', 'd'],
      ],
    });
    const found: string[] = [];
    const complete = { ...xgboost, input: { ...xgboost.input, missing: null } };
    checkTraining(pipelineSchema.parse(settings), (path, message) => found.push(`${path.join('.')}: ${message}`), [
      complete,
    ]);
    expect(found).toEqual([
      'dataset.interactions: x and z make an input that may be missing, and XGBoost takes no missing value: leave the interaction out',
    ]);
  });

  it('report every model input that may be missing where the algorithm takes no missing value', () => {
    const complete = { ...xgboost, input: { ...xgboost.input, missing: null } };
    const columns = {
      x: { role: 'feature', type: 'number', impute: 'none' },
      filled: { role: 'feature', type: 'number', impute: 'zero' },
      late: { role: 'feature', type: 'boolean' },
      owns: { role: 'feature', type: 'boolean', impute: 'mode' },
      zip: { role: 'quasi', action: 'generalize', binWidth: 5, feature: { type: 'number', impute: 'none' } },
      age: { role: 'quasi', action: 'generalize', binWidth: 5 },
      email: { role: 'pii', action: 'drop' },
      note: { role: 'ignore' },
    };
    const message = 'may be missing, and XGBoost takes no missing value: impute it, or do not make it a model input';
    expect(problems({}, complete, columns)).toEqual([
      `dataset.columns.x: ${message}`,
      `dataset.columns.late: ${message}`,
      `dataset.columns.zip: ${message}`,
    ]);
    expect(problems({}, xgboost, columns)).toEqual([]);
  });
});

describe('the ranges of a tuning', () => {
  it('are those of hyperparameters that can be searched', () => {
    const ranges = { eta: [0.1, 0.3] as [number, number], nope: [1, 2] as [number, number], alpha: undefined };
    expect(searchRanges({ ranges } as never, xgboost)).toEqual([
      ['eta', { kind: 'continuous', min: 0.1, max: 0.3, scale: 'auto' }],
    ]);
  });
  it('make as many combinations as the product of their values', () => {
    expect(gridJobs([])).toBe(1);
    expect(
      gridJobs([
        ['a', { kind: 'values', values: [1, 2, 3] }],
        ['b', { kind: 'integer', min: 1, max: 9, scale: 'auto' }],
        ['c', { kind: 'values', values: [1, 2] }],
      ]),
    ).toBe(6);
  });
});

describe('planning a tuning', () => {
  const tuning = { maxJobs: 2, ranges: { eta: [0.1, 0.2] } };
  it('may stop jobs that fall behind', () => {
    const early = (earlyStopping: boolean) =>
      planTuningJob(run, pipeline({ tuning: { ...tuning, earlyStopping } }), [1, 1], env).HyperParameterTuningJobConfig
        .TrainingJobEarlyStoppingType;
    expect([early(true), early(false)]).toEqual(['Auto', 'Off']);
  });
  it('refuses a metric that is not one of the task', () => {
    const own = pipeline({ tuning });
    const damaged = {
      ...own,
      training: { ...own.training, tuning: { ...own.training.tuning, metric: 'rmse' } as never },
    };
    expect(() => planTuningJob(run, damaged, [1, 1], env)).toThrow('"rmse" cannot be tuned for in a binary task');
  });
});
