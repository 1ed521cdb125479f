import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeTuning } from '#cli/tuning';
import { ALGORITHMS, type Algorithms } from '#domain/algorithms/registry';
import { csvOutput } from '#domain/data/transform';
import { endpointConfigRequest } from '#domain/deployment/requests';
import { planTrainingJob, planTransformJob } from '#domain/training/plan';
import { planTuningJob } from '#domain/training/tuning';
import { parsePipeline } from '#schemas/load-pipeline';
import { pipelineSchemaOf } from '#schemas/pipeline';
import { imageRepositories, registryMappings, trainingImages } from '../../../resources/training-images.ts';
import { algorithmChapter } from '../../../scripts/reference/chapters/algorithms.ts';
import { jsonSchemaOf, settingsOf } from '../../../scripts/reference/settings.ts';
import { env, run } from '../training/a-run.ts';
import { linearLearner } from './linear-learner.ts';

/** What docs/extend.md adds to the registry. */
const algorithms: Algorithms = [...ALGORITHMS, linearLearner];

const yaml = (training: string, column = 'x: { role: feature, type: number }', task = 'binary') => `name: loans
dataset:
  format: csv
  label: { column: y${task === 'binary' ? ', positive: 1' : ', classes: [a, b, c]'} }
  columns: { ${column} }
evaluation: { task: ${task}, gates: [{ metric: ${task === 'binary' ? 'auc' : 'accuracy'}, min: 0.5 }] }
training: ${training}
`;
const read = (...args: Parameters<typeof yaml>) => parsePipeline(yaml(...args), 'loans.yml', { algorithms });
const problems = (...args: Parameters<typeof yaml>): string => {
  try {
    read(...args);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was accepted');
};
const tuned = '{ algorithm: linear-learner, tuning: { maxJobs: 4, ranges: { learning_rate: [0.001, 0.1] } } }';

describe('an added algorithm', () => {
  it('is a form of the training section and of its JSON Schema', () => {
    expect(() => parsePipeline(yaml('{ algorithm: linear-learner }'), 'loans.yml')).toThrow(
      'found "linear-learner"; allowed: xgboost.',
    );
    expect(read('{ algorithm: linear-learner, hyperparameters: { epochs: 30 } }').training).toMatchObject({
      algorithm: 'linear-learner',
      hyperparameters: { epochs: 30 },
    });
    expect(read('{}').training.algorithm).toBe('xgboost');
    const json = z.toJSONSchema(pipelineSchemaOf({ algorithms }), { io: 'input' });
    expect(JSON.stringify(json.properties?.['training'])).toContain('"linear-learner"');
  });

  it('has hyperparameters of its own: those of another algorithm are refused and not suggested', () => {
    const message = problems(
      '{ algorithm: linear-learner, hyperparameters: { max_depth: 5, epoch: 3, num_round: 9 } }',
    );
    expect(message).toContain(
      'training.hyperparameters.max_depth: not a known setting. Allowed: epochs, learning_rate, l1.',
    );
    expect(message).toContain('training.hyperparameters.epoch: not a known setting. Did you mean epochs?');
    expect(message).toContain('training.hyperparameters.num_round: not a known setting. Did you mean epochs?');
    expect(problems('{ hyperparameters: { epochs: 3 } }')).toContain('hyperparameters.epochs: not a known setting.');
    expect(problems('{ algorithm: linear-lerner }')).toContain(
      'training.algorithm: found "linear-lerner"; allowed: xgboost, linear-learner. Did you mean linear-learner?',
    );
  });

  it('learns its own tasks only, and takes no missing value where it says so', () => {
    expect(problems('{ algorithm: linear-learner }', undefined, 'multiclass')).toContain(
      'training.algorithm: Linear learner learns no multiclass task; it learns binary, regression',
    );
    expect(problems('{ algorithm: linear-learner }', 'x: { role: feature, type: number, impute: none }')).toContain(
      'dataset.columns.x: may be missing, and Linear learner takes no missing value',
    );
    expect(problems('{ algorithm: linear-learner }', 't: { role: feature, type: datetime, parts: [hour] }')).toContain(
      'dataset.columns.t: may be missing',
    );
    expect(read('{ algorithm: linear-learner }', 'c: { role: feature, type: category }').training.algorithm).toBe(
      'linear-learner',
    );
  });

  it('is trained by its own defaults, tuned by its own metric, and scored in its own form', () => {
    const pipeline = read(tuned);
    const job = planTrainingJob(run, pipeline, [1, 1], env, linearLearner);
    expect(job.HyperParameters).toEqual({ epochs: '15', predictor_type: 'binary_classifier' });
    expect(planTuningJob(run, pipeline, [1, 1], env, linearLearner)).toMatchObject({
      HyperParameterTuningJobConfig: {
        HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'validation:roc_auc_score' },
        ParameterRanges: { ContinuousParameterRanges: [{ Name: 'learning_rate', MinValue: '0.001', MaxValue: '0.1' }] },
      },
    });
    expect(planTransformJob(run, 'candidate', 'm', pipeline, env, linearLearner)).toMatchObject({
      TransformInput: { ContentType: 'text/csv' },
      TransformOutput: { Accept: 'application/jsonlines' },
    });
    expect([...linearLearner.output.readScores('{"score":0.25}\n{"score":0.75}\n', 1, 'a')]).toEqual([0.25, 0.75]);
    expect(csvOutput(linearLearner.input)).toContain("NULLSTR ''");
  });

  it('trains on one instance where it says so', () => {
    const alone: Algorithms = [...ALGORITHMS, { ...linearLearner, distributed: false }];
    const spot = read('{ algorithm: linear-learner, instances: { spot: true } }');
    const [channel] = planTrainingJob(run, spot, [1, 1], env, { ...linearLearner, distributed: false }).InputDataConfig;
    expect(channel?.DataSource.S3DataSource.S3DataDistributionType).toBe('FullyReplicated');
    expect(() =>
      parsePipeline(yaml('{ algorithm: linear-learner, instances: { count: 2 } }'), 'loans.yml', { algorithms: alone }),
    ).toThrow('training.instances.count: Linear learner trains on one instance');
  });

  it('is not tuned where it says nothing of tuning', () => {
    const { tuning: _, ...untuned } = linearLearner;
    const kinds = { algorithms: [...ALGORITHMS, untuned] satisfies Algorithms };
    expect(() => parsePipeline(yaml(tuned), 'loans.yml', kinds)).toThrow('training.tuning: not a known setting');
  });

  it('has its image in the template, and its answers captured in their form', async () => {
    expect(registryMappings(algorithms)).toMatchObject({
      LinearLearnerRegistry: { 'eu-central-1': { Account: '664544806723' } },
    });
    expect(imageRepositories(algorithms)).toEqual(['sagemaker-xgboost', 'linear-learner']);
    const images = JSON.stringify(await trainingImages(async ({ version }) => version, algorithms));
    expect(images).toContain('/linear-learner:1');
    expect(images).toContain('{"Fn::FindInMap":["LinearLearnerRegistry",{"Ref":"AWS::Region"},"Account"]}');
    const target = { run, modelName: 'm', endpointName: 'e', endpointConfigName: 'c' };
    expect(
      endpointConfigRequest(target, read(tuned), { stage: 'dev', cleanBucket: 'c', cleanKeyArn: 'k' }, linearLearner)
        .DataCaptureConfig?.CaptureContentTypeHeader,
    ).toEqual({ CsvContentTypes: ['text/csv'], JsonContentTypes: ['application/jsonlines'] });
  });

  it('is in the reference and in the tuning that the CLI shows', () => {
    const kind = algorithmChapter(algorithms).kinds.find(({ name }) => name === 'linear-learner');
    expect(kind?.settings.map(({ path }) => path.join('.'))).toEqual(['epochs', 'learning_rate', 'l1']);
    expect(kind?.yaml).toContain('algorithm: linear-learner');
    expect(kind?.problem(kind.example)).toBeUndefined();
    const setting = settingsOf(jsonSchemaOf(pipelineSchemaOf({ algorithms }))).find(
      ({ path }) => path.join('.') === 'training.algorithm',
    );
    expect(setting?.words).toBe('one of `xgboost` or `linear-learner`');
    const trial = {
      trainingJob: 'job-1',
      status: 'Completed',
      hyperparameters: { learning_rate: '0.01' },
      objective: 0.8,
    };
    const tuning = { tuningJob: 't', strategy: 'Bayesian', metric: 'validation:roc_auc_score', trials: [trial] };
    const table = describeTuning({ hyperparameters: {}, image: 'i', tuning: { ...tuning, direction: 'Maximize' } });
    expect(table).toContain('LEARNING_RATE');
    expect(table).toContain('VALIDATION:ROC_AUC_SCORE');
  });
});

describe('docs/extend.md', () => {
  it('shows linear-learner.ts as it is tested here', () => {
    const docs = readFileSync(new URL('../../../docs/extend.md', import.meta.url), 'utf8');
    const source = readFileSync(new URL('linear-learner.ts', import.meta.url), 'utf8');
    expect(docs).toContain(`\`\`\`ts\n${source}\`\`\``);
  });
});
