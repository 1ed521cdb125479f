import type { Algorithm, ClassCounts, ModelFormat, TrainingFacts } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { runResourceName, transformJobName } from '#domain/naming';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import type { TrainingSections } from '#domain/training/settings';

/** The stack's settings for a training. */
export interface TrainingEnvironment {
  readonly stage: string;
  readonly cleanBucket: string;
  readonly artifactsBucket: string;
  readonly cleanKeyArn: string;
  readonly artifactsKeyArn: string;
  readonly trainingRoleArn: string;
  readonly image: string;
}

/** Tags of every job of a run. */
export const runTags = (run: RunPointer, stage: string) => [
  { Key: 'tidegate:stage', Value: stage },
  { Key: 'tidegate:pipeline', Value: run.pipeline },
  { Key: 'tidegate:run', Value: run.runId },
];

const channel = (name: string, uri: string, { input, distributed }: Algorithm) => ({
  ChannelName: name,
  ContentType: input.contentType,
  CompressionType: 'None',
  InputMode: 'File',
  DataSource: {
    S3DataSource: {
      S3DataType: 'S3Prefix',
      S3Uri: uri,
      S3DataDistributionType: distributed ? 'ShardedByS3Key' : 'FullyReplicated',
    },
  },
});

/** What a training goes on from. */
export interface StartModel {
  /** The length of the model, in the unit of the algorithm. */
  readonly rounds: number;
}

/** The folder of the training container that SageMaker fills from the checkpoints in S3 (SageMaker API Reference, CheckpointConfig). */
const checkpointFolder = '/opt/ml/checkpoints';

/** The hyperparameters and the checkpoints of a training that goes on from a model. */
function continued(
  run: RunPointer,
  hyperparameters: Readonly<Record<string, string>>,
  { rounds }: StartModel,
  env: TrainingEnvironment,
  { continuation, label }: Algorithm,
) {
  if (!continuation) throw new RangeError(`${label} cannot go on from a model`);
  const uri = `s3://${env.artifactsBucket}/${artifactKeys(run).checkpoints}`;
  return {
    HyperParameters: continuation.lengthen(hyperparameters, rounds),
    CheckpointConfig: { S3Uri: uri, LocalPath: checkpointFolder },
  };
}

/**
 * CreateTrainingJob's request for a run (SageMaker API reference).
 *
 * @param monotone as of `TrainingFacts`
 * @param start the model that the training goes on from, which lies in the run's checkpoints
 */
export function planTrainingJob(
  run: RunPointer,
  pipeline: TrainingSections,
  counts: ClassCounts,
  env: TrainingEnvironment,
  algorithm: Algorithm = algorithmOf(pipeline),
  monotone: TrainingFacts['monotone'] = [],
  start?: StartModel,
) {
  const { instances, maxRuntimeSeconds } = pipeline.training;
  const clean = cleanKeys(run);
  const hyperparameters = trainingHyperparameters(pipeline, counts, algorithm, monotone);
  const outputPath = `s3://${env.artifactsBucket}/${artifactKeys(run).modelOutput}`;
  return {
    TrainingJobName: runResourceName(env.stage, run),
    RoleArn: env.trainingRoleArn,
    AlgorithmSpecification: { TrainingImage: env.image, TrainingInputMode: 'File' },
    HyperParameters: hyperparameters,
    ...(start ? continued(run, hyperparameters, start, env, algorithm) : {}),
    InputDataConfig: [
      channel('train', `s3://${env.cleanBucket}/${clean.train}`, algorithm),
      channel('validation', `s3://${env.cleanBucket}/${clean.validation}`, algorithm),
    ],
    OutputDataConfig: { S3OutputPath: outputPath, KmsKeyId: env.artifactsKeyArn },
    ResourceConfig: {
      InstanceType: instances.type,
      InstanceCount: instances.count,
      VolumeSizeInGB: instances.volumeSizeInGB,
    },
    StoppingCondition: {
      MaxRuntimeInSeconds: maxRuntimeSeconds,
      ...(instances.spot ? { MaxWaitTimeInSeconds: Math.min(2 * maxRuntimeSeconds, 432_000) } : {}),
    },
    // An interrupted job starts over, from the model that it went on from if there is one.
    ...(instances.spot ? { EnableManagedSpotTraining: true } : {}),
    Tags: runTags(run, env.stage),
  };
}

/** What a scoring reads, writes and runs on. */
interface Scoring {
  readonly jobName: string;
  readonly modelName: string;
  /** Prefixes of the clean bucket, each ending in `/`. */
  readonly inputs: string;
  readonly scores: string;
  readonly instanceType: string;
}

/** The stack's settings for a scoring. */
export type ScoringEnvironment = Pick<TrainingEnvironment, 'stage' | 'cleanBucket' | 'cleanKeyArn'>;

/** CreateTransformJob's request. The output has one prediction per line, in row order (SageMaker API Reference, CreateTransformJob). */
const scoringJob = (
  run: RunPointer,
  { jobName, modelName, inputs, scores, instanceType }: Scoring,
  env: ScoringEnvironment,
  { input, output }: ModelFormat,
) => ({
  TransformJobName: jobName,
  ModelName: modelName,
  BatchStrategy: 'MultiRecord',
  MaxPayloadInMB: 6,
  TransformInput: {
    ContentType: input.contentType,
    SplitType: 'Line',
    CompressionType: 'None',
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${env.cleanBucket}/${inputs}` } },
  },
  TransformOutput: {
    S3OutputPath: `s3://${env.cleanBucket}/${scores}`.replace(/\/$/, ''),
    Accept: output.contentType,
    AssembleWith: 'Line',
    KmsKeyId: env.cleanKeyArn,
  },
  TransformResources: { InstanceType: instanceType, InstanceCount: 1 },
  Tags: runTags(run, env.stage),
});

/** The request to score the run's holdout with the candidate or the champion. */
export const planTransformJob = (
  run: RunPointer,
  model: 'candidate' | 'champion',
  modelName: string,
  pipeline: Pick<TrainingSections, 'training'>,
  env: TrainingEnvironment,
  format: ModelFormat = algorithmOf(pipeline),
) =>
  scoringJob(
    run,
    {
      jobName: transformJobName(env.stage, run, model),
      modelName,
      inputs: cleanKeys(run).holdout(model),
      scores: cleanKeys(run).scores(model),
      instanceType: pipeline.training.instances.type,
    },
    env,
    format,
  );

/** The request to score a batch. @param model the run of the model @param pipeline as that run pinned it */
export const planBatchJob = (
  batch: RunPointer,
  model: RunPointer,
  pipeline: Pick<TrainingSections, 'training'>,
  env: ScoringEnvironment,
) =>
  scoringJob(
    batch,
    {
      jobName: transformJobName(env.stage, batch, 'batch'),
      modelName: runResourceName(env.stage, model),
      inputs: cleanKeys(batch).batchInputs,
      scores: cleanKeys(batch).batchScores,
      instanceType: pipeline.training.instances.type,
    },
    env,
    algorithmOf(pipeline),
  );

/**
 * The key of a run's model in the artifacts bucket: the output of its training job (SageMaker API Reference, OutputDataConfig).
 *
 * @param training the run's training record; after a tuning it names the selected job
 */
export const modelKey = (
  run: RunPointer,
  training: { readonly trainingJob?: string | undefined },
  stage: string,
): string => {
  const job = training.trainingJob ?? runResourceName(stage, run);
  return `${artifactKeys(run).modelOutput}/${job}/output/model.tar.gz`;
};

/** S3 URI of a run's model. @param training as of `modelKey` */
export const modelDataUrl = (
  run: RunPointer,
  training: { readonly trainingJob?: string | undefined },
  env: Pick<TrainingEnvironment, 'stage' | 'artifactsBucket'>,
): string => `s3://${env.artifactsBucket}/${modelKey(run, training, env.stage)}`;
