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

/** CreateTrainingJob's request for a run (SageMaker API reference). @param monotone as of `TrainingFacts` */
export function planTrainingJob(
  run: RunPointer,
  pipeline: TrainingSections,
  counts: ClassCounts,
  env: TrainingEnvironment,
  algorithm: Algorithm = algorithmOf(pipeline),
  monotone: TrainingFacts['monotone'] = [],
) {
  const { instances, maxRuntimeSeconds } = pipeline.training;
  const clean = cleanKeys(run);
  const outputPath = `s3://${env.artifactsBucket}/${artifactKeys(run).modelOutput}`;
  return {
    TrainingJobName: runResourceName(env.stage, run),
    RoleArn: env.trainingRoleArn,
    AlgorithmSpecification: { TrainingImage: env.image, TrainingInputMode: 'File' },
    HyperParameters: trainingHyperparameters(pipeline, counts, algorithm, monotone),
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
    // Without checkpoints: an interrupted job starts over, and the training role needs no right to read what it writes.
    ...(instances.spot ? { EnableManagedSpotTraining: true } : {}),
    Tags: runTags(run, env.stage),
  };
}

/**
 * CreateTransformJob's request to score the run's holdout with the candidate or the champion. The output has one prediction per
 * line, in row order (SageMaker API Reference, CreateTransformJob).
 */
export function planTransformJob(
  run: RunPointer,
  model: 'candidate' | 'champion',
  modelName: string,
  pipeline: Pick<TrainingSections, 'training'>,
  env: TrainingEnvironment,
  { input, output }: ModelFormat = algorithmOf(pipeline),
) {
  const clean = cleanKeys(run);
  return {
    TransformJobName: transformJobName(env.stage, run, model),
    ModelName: modelName,
    BatchStrategy: 'MultiRecord',
    MaxPayloadInMB: 6,
    TransformInput: {
      ContentType: input.contentType,
      SplitType: 'Line',
      CompressionType: 'None',
      DataSource: {
        S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${env.cleanBucket}/${clean.holdout(model)}` },
      },
    },
    TransformOutput: {
      S3OutputPath: `s3://${env.cleanBucket}/${clean.scores(model)}`.replace(/\/$/, ''),
      Accept: output.contentType,
      AssembleWith: 'Line',
      KmsKeyId: env.cleanKeyArn,
    },
    TransformResources: { InstanceType: pipeline.training.instances.type, InstanceCount: 1 },
    Tags: runTags(run, env.stage),
  };
}

/**
 * S3 URI of a run's model: the output of its training job (SageMaker API Reference, OutputDataConfig).
 *
 * @param training the run's training record; after a tuning it names the selected job
 */
export const modelDataUrl = (
  run: RunPointer,
  training: { readonly trainingJob?: string | undefined },
  env: Pick<TrainingEnvironment, 'stage' | 'artifactsBucket'>,
): string => {
  const job = training.trainingJob ?? runResourceName(env.stage, run);
  return `s3://${env.artifactsBucket}/${artifactKeys(run).modelOutput}/${job}/output/model.tar.gz`;
};
