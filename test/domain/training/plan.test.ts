import { describe, expect, it } from 'vitest';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { modelDataUrl, planTrainingJob, planTransformJob } from '#domain/training/plan';
import { parsePipeline } from '#schemas/load-pipeline';
import { env, run } from './a-run.ts';

const pipeline = (more = '', task = 'binary') => {
  const label = {
    binary: '{ column: y, positive: 1 }',
    multiclass: '{ column: y, classes: [a, b, c] }',
    regression: '{ column: y }',
  }[task];
  const gate = {
    binary: '{ metric: auc, min: 0.5 }',
    multiclass: '{ metric: accuracy, min: 0.5 }',
    regression: '{ metric: rmse, max: 5 }',
  }[task];
  return parsePipeline(
    `name: loans\ndataset:\n  format: csv\n  label: ${label}\n  columns: { x: { role: feature, type: number } }\nevaluation: { task: ${task}, gates: [${gate}] }\n${more}`,
    'loans.yml',
  );
};

describe('trainingHyperparameters', () => {
  it('weighs the positives by negatives / positives when imbalance is auto', () => {
    expect(trainingHyperparameters(pipeline(), [850, 150])).toMatchObject({
      objective: 'binary:logistic',
      eval_metric: 'auc',
      scale_pos_weight: '5.66667',
      num_round: '200',
    });
  });

  it('leaves the weight out when imbalance is none or there is no positive', () => {
    expect(trainingHyperparameters(pipeline('imbalance: none'), [850, 150])).not.toHaveProperty('scale_pos_weight');
    expect(trainingHyperparameters(pipeline(), [10, 0])).not.toHaveProperty('scale_pos_weight');
    expect(trainingHyperparameters(pipeline(), [])).not.toHaveProperty('scale_pos_weight');
  });

  it('counts the classes of a multiclass task', () => {
    expect(trainingHyperparameters(pipeline('', 'multiclass'), [1, 1, 1])).toMatchObject({
      objective: 'multi:softprob',
      num_class: '3',
    });
  });

  it('knows regression', () => {
    expect(trainingHyperparameters(pipeline('', 'regression'), [])).toMatchObject({
      objective: 'reg:squarederror',
      eval_metric: 'rmse',
    });
  });

  it("lets the pipeline's own values win, as strings", () => {
    const own = pipeline('training: { hyperparameters: { num_round: 50, eta: 0.1, scale_pos_weight: 1 } }');

    expect(trainingHyperparameters(own, [850, 150])).toMatchObject({
      num_round: '50',
      eta: '0.1',
      scale_pos_weight: '1',
    });
  });
});

describe('planTrainingJob', () => {
  it('goes on from a model in the checkpoints of the run, on top of its rounds', () => {
    const own = pipeline('training: { incremental: true, hyperparameters: { num_round: 50 } }');
    const job = planTrainingJob(run, own, [1, 1], env, undefined, [], { rounds: 120 });

    expect(job).toMatchObject({
      HyperParameters: { num_round: '170', objective: 'binary:logistic' },
      CheckpointConfig: {
        S3Uri: 's3://artifacts/loans/runs/20260131-090507-ab12/checkpoints/',
        LocalPath: '/opt/ml/checkpoints',
      },
    });
    const { continuation: _, ...other } = xgboost;
    expect(() => planTrainingJob(run, own, [1, 1], env, other, [], { rounds: 120 })).toThrow('XGBoost cannot go on');
  });

  it('reads label-first CSV, sharded by key, and writes below the run', () => {
    const job = planTrainingJob(run, pipeline(), [1, 1], env);

    expect(job.TrainingJobName).toBe('tidegate-dev-loans-20260131-090507-ab12');
    expect(
      job.InputDataConfig.map((c) => [
        c.ChannelName,
        c.ContentType,
        c.DataSource.S3DataSource.S3DataDistributionType,
        c.DataSource.S3DataSource.S3Uri,
      ]),
    ).toEqual([
      ['train', 'text/csv', 'ShardedByS3Key', 's3://clean/loans/runs/20260131-090507-ab12/encoded/train/'],
      ['validation', 'text/csv', 'ShardedByS3Key', 's3://clean/loans/runs/20260131-090507-ab12/encoded/validation/'],
    ]);
    expect(job).not.toHaveProperty('EnableManagedSpotTraining');
    expect(`${job.OutputDataConfig.S3OutputPath}/${job.TrainingJobName}/output/model.tar.gz`).toBe(
      modelDataUrl(run, {}, env),
    );
  });

  it('trains on spot capacity with a longer wait, and without checkpoints, which the training role could not read', () => {
    const job = planTrainingJob(
      run,
      pipeline('training: { instances: { spot: true }, maxRuntimeSeconds: 600 }'),
      [1, 1],
      env,
    );

    expect(job).toMatchObject({
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 1200 },
    });
    expect(job).not.toHaveProperty('CheckpointConfig');
  });
});

describe('planTransformJob', () => {
  it('scores candidate and champion on their own encodings of the same rows', () => {
    const jobs = (['candidate', 'champion'] as const).map((model) =>
      planTransformJob(run, model, `model-${model}`, pipeline(), env),
    );

    expect(
      jobs.map((j) => [
        j.TransformJobName.slice(-2),
        j.ModelName,
        j.TransformInput.DataSource.S3DataSource.S3Uri,
        j.TransformOutput.S3OutputPath,
      ]),
    ).toEqual([
      [
        '-n',
        'model-candidate',
        's3://clean/loans/runs/20260131-090507-ab12/holdout/candidate/',
        's3://clean/loans/runs/20260131-090507-ab12/holdout/scores/candidate',
      ],
      [
        '-o',
        'model-champion',
        's3://clean/loans/runs/20260131-090507-ab12/holdout/champion/',
        's3://clean/loans/runs/20260131-090507-ab12/holdout/scores/champion',
      ],
    ]);
  });
});
