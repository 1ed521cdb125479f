import { describe, expect, it } from 'vitest';
import { planTrainingJob } from '#domain/training/plan';
import { planTuningJob } from '#domain/training/tuning';
import { parsePipeline } from '#schemas/load-pipeline';
import { env, run } from './a-run.ts';

const pipeline = (training: string, task: 'binary' | 'regression' = 'binary') =>
  parsePipeline(
    `name: loans
dataset:
  format: csv
  label: ${task === 'binary' ? '{ column: y, positive: 1 }' : '{ column: y }'}
  columns: { x: { role: feature, type: number } }
evaluation: { task: ${task}, gates: [${task === 'binary' ? '{ metric: auc, min: 0.5 }' : '{ metric: rmse, max: 5 }'}] }
training: ${training}
`,
    'loans.yml',
  );
const plan = (training: string, task?: 'binary' | 'regression') =>
  planTuningJob(run, pipeline(training, task), [850, 150], env);

describe('planTuningJob', () => {
  it('searches the ranges of the pipeline and keeps everything else as the training would have it', () => {
    const training =
      '{ hyperparameters: { subsample: 0.8 }, tuning: { maxJobs: 20, parallel: 4, seed: 5, ranges: { eta: [0.01, 0.3], max_depth: { min: 3, max: 10, scale: linear }, num_round: { values: [50, 100] } } } }';
    const job = plan(training);

    expect(job.HyperParameterTuningJobConfig).toEqual({
      Strategy: 'Bayesian',
      HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'validation:auc' },
      ResourceLimits: { MaxNumberOfTrainingJobs: 20, MaxParallelTrainingJobs: 4, MaxRuntimeInSeconds: 36_000 },
      ParameterRanges: {
        IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '3', MaxValue: '10', ScalingType: 'Linear' }],
        ContinuousParameterRanges: [{ Name: 'eta', MinValue: '0.01', MaxValue: '0.3', ScalingType: 'Auto' }],
        CategoricalParameterRanges: [{ Name: 'num_round', Values: ['50', '100'] }],
      },
      TrainingJobEarlyStoppingType: 'Off',
      RandomSeed: 5,
    });
    const {
      TrainingJobName: _,
      Tags,
      HyperParameters: all,
      ...same
    } = planTrainingJob(run, pipeline(training), [850, 150], env);
    const { num_round: _searched, ...fixed } = all;
    expect(job.TrainingJobDefinition).toEqual({ ...same, StaticHyperParameters: fixed });
    expect(fixed).toMatchObject({ subsample: '0.8', scale_pos_weight: '5.66667', eval_metric: 'auc' });
    expect(job.Tags).toEqual(Tags);
  });

  it('asks for the metric the pipeline is tuned by, and knows which way is better', () => {
    const objective = (training: string, task?: 'binary' | 'regression') =>
      plan(training, task).HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
    const tuning = 'tuning: { maxJobs: 2, ranges: { eta: [0.1, 0.2] }';

    expect(objective(`{ ${tuning} } }`, 'regression')).toEqual({ Type: 'Minimize', MetricName: 'validation:rmse' });
    expect(objective(`{ ${tuning}, metric: logloss } }`)).toEqual({
      Type: 'Minimize',
      MetricName: 'validation:logloss',
    });
    expect(objective(`{ hyperparameters: { eval_metric: 'logloss,aucpr' }, ${tuning} } }`)).toEqual({
      Type: 'Maximize',
      MetricName: 'validation:aucpr',
    });
  });

  it('lets a grid have as many jobs as combinations', () => {
    const { ResourceLimits } = plan(
      '{ tuning: { strategy: Grid, ranges: { eta: { values: [0.1, 0.2] } } } }',
    ).HyperParameterTuningJobConfig;

    expect(ResourceLimits).not.toHaveProperty('MaxNumberOfTrainingJobs');
  });

  it('divides the boosting rounds under Hyperband', () => {
    const job = plan(
      '{ hyperparameters: { num_round: 270 }, tuning: { strategy: Hyperband, maxJobs: 9, ranges: { eta: [0.1, 0.2] } } }',
    );

    expect(job.HyperParameterTuningJobConfig.StrategyConfig).toEqual({
      HyperbandStrategyConfig: { MinResource: 10, MaxResource: 270 },
    });
    expect(job.TrainingJobDefinition.StaticHyperParameters['num_round']).toBe('270');
  });

  it('trains on spot capacity without checkpoints', () => {
    const job = plan('{ instances: { spot: true }, tuning: { maxJobs: 2, ranges: { eta: [0.1, 0.2] } } }');

    expect(job.TrainingJobDefinition).toMatchObject({
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxWaitTimeInSeconds: 7200 },
    });
    expect(job.TrainingJobDefinition).not.toHaveProperty('CheckpointConfig');
  });

  it('refuses a pipeline that asks for none', () => {
    expect(() => plan('{}')).toThrow('the pipeline loans asks for no tuning');
  });
});
