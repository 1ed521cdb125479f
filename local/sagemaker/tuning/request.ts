import { channel, metricDefinition } from '#local/sagemaker/training/request';
import {
  environment,
  image,
  kmsKeyId,
  listing,
  roleArn,
  s3Uri,
  tags,
  vpcConfig,
} from '#local/sagemaker/validation/common';
import { trainingInstanceType } from '#local/sagemaker/validation/instance-types';
import { flag, integer, list, map, type Of, oneOf, real, structure, text } from '#local/sagemaker/validation/shape';

/** Constraints from the SageMaker service model (API version 2017-07-24). */

export const tuningJobName = text({ min: 1, max: 32, pattern: '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}' });
const parameterName = text({ max: 256 });
const parameterValue = text({ max: 256 });
const unsupported = structure({});

const numericRange = structure(
  { Name: parameterName, MinValue: parameterValue, MaxValue: parameterValue },
  { ScalingType: oneOf('Auto', 'Linear', 'Logarithmic', 'ReverseLogarithmic') },
);
export type NumericRange = Of<typeof numericRange>;

const parameterRanges = structure(
  {},
  {
    IntegerParameterRanges: list(numericRange, { max: 30 }),
    ContinuousParameterRanges: list(numericRange, { max: 30 }),
    CategoricalParameterRanges: list(
      structure({ Name: parameterName, Values: list(parameterValue, { min: 1, max: 30 }) }),
      { max: 30 },
    ),
    AutoParameters: list(structure({ Name: parameterName, ValueHint: parameterValue }), { max: 100 }),
  },
);
export type ParameterRanges = Of<typeof parameterRanges>;

const objective = structure({ Type: oneOf('Maximize', 'Minimize'), MetricName: text({ min: 1, max: 255 }) });
export type Objective = Of<typeof objective>;

const inputMode = oneOf('Pipe', 'File', 'FastFile');

const trainingJobDefinition = structure(
  {
    AlgorithmSpecification: structure(
      { TrainingInputMode: inputMode },
      {
        TrainingImage: image,
        AlgorithmName: text({ min: 1, max: 170 }),
        MetricDefinitions: list(metricDefinition, { max: 40 }),
      },
    ),
    RoleArn: roleArn,
    OutputDataConfig: structure(
      { S3OutputPath: s3Uri },
      { KmsKeyId: kmsKeyId, CompressionType: oneOf('GZIP', 'NONE') },
    ),
    StoppingCondition: structure(
      {},
      {
        MaxRuntimeInSeconds: integer({ min: 1 }),
        MaxWaitTimeInSeconds: integer({ min: 1 }),
        MaxPendingTimeInSeconds: integer({ min: 7200, max: 2_419_200 }),
      },
    ),
  },
  {
    DefinitionName: text({ min: 1, max: 64, pattern: '[a-zA-Z0-9](-*[a-zA-Z0-9]){0,63}' }),
    TuningObjective: objective,
    HyperParameterRanges: parameterRanges,
    StaticHyperParameters: map(text({ max: 256 }), text({ max: 2500 }), { max: 100 }),
    InputDataConfig: list(channel, { min: 1, max: 20 }),
    VpcConfig: vpcConfig,
    ResourceConfig: structure(
      {},
      {
        InstanceType: trainingInstanceType,
        InstanceCount: integer({ min: 0 }),
        VolumeSizeInGB: integer({ min: 0 }),
        VolumeKmsKeyId: kmsKeyId,
        KeepAlivePeriodInSeconds: integer({ min: 0, max: 21_600 }),
      },
    ),
    HyperParameterTuningResourceConfig: unsupported,
    EnableNetworkIsolation: flag(),
    EnableInterContainerTrafficEncryption: flag(),
    EnableManagedSpotTraining: flag(),
    CheckpointConfig: structure({ S3Uri: s3Uri }, { LocalPath: text({ max: 4096 }) }),
    RetryStrategy: structure({ MaximumRetryAttempts: integer({ min: 1, max: 30 }) }),
    Environment: environment(48, 512),
  },
);
export type TrainingJobDefinition = Of<typeof trainingJobDefinition>;

/** CreateHyperParameterTuningJob, as far as the embedded cloud acts on it. */
export const createTuningJobShape = structure(
  {
    HyperParameterTuningJobName: tuningJobName,
    HyperParameterTuningJobConfig: structure(
      {
        Strategy: oneOf('Bayesian', 'Random', 'Hyperband', 'Grid'),
        ResourceLimits: structure(
          { MaxParallelTrainingJobs: integer({ min: 1 }) },
          {
            MaxNumberOfTrainingJobs: integer({ min: 1 }),
            MaxRuntimeInSeconds: integer({ min: 120, max: 15_768_000 }),
          },
        ),
      },
      {
        StrategyConfig: structure(
          {},
          {
            HyperbandStrategyConfig: structure(
              {},
              { MinResource: integer({ min: 1 }), MaxResource: integer({ min: 1 }) },
            ),
          },
        ),
        HyperParameterTuningJobObjective: objective,
        ParameterRanges: parameterRanges,
        TrainingJobEarlyStoppingType: oneOf('Off', 'Auto'),
        TuningJobCompletionCriteria: structure(
          {},
          {
            TargetObjectiveMetricValue: real(),
            BestObjectiveNotImproving: structure({}, { MaxNumberOfTrainingJobsNotImproving: integer({ min: 3 }) }),
            ConvergenceDetected: structure({}, { CompleteOnConvergence: oneOf('Disabled', 'Enabled') }),
          },
        ),
        RandomSeed: integer({ min: 0 }),
      },
    ),
  },
  {
    TrainingJobDefinition: trainingJobDefinition,
    TrainingJobDefinitions: list(trainingJobDefinition, { min: 1, max: 10 }),
    WarmStartConfig: structure({
      ParentHyperParameterTuningJobs: list(structure({}, { HyperParameterTuningJobName: tuningJobName }), {
        min: 1,
        max: 5,
      }),
      WarmStartType: oneOf('IdenticalDataAndAlgorithm', 'TransferLearning'),
    }),
    Tags: tags,
    Autotune: unsupported,
  },
);
export type CreateTuningJob = Of<typeof createTuningJobShape>;
export type TuningConfig = CreateTuningJob['HyperParameterTuningJobConfig'];

export const tuningJobNameShape = structure({ HyperParameterTuningJobName: tuningJobName });
export const listTuningJobsShape = structure(
  {},
  {
    ...listing,
    StatusEquals: oneOf('Completed', 'InProgress', 'Failed', 'Stopped', 'Stopping', 'Deleting', 'DeleteFailed'),
  },
);
export const listTrialsShape = structure(
  { HyperParameterTuningJobName: tuningJobName },
  {
    NextToken: listing.NextToken,
    MaxResults: listing.MaxResults,
    StatusEquals: oneOf('InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped', 'Deleting'),
    SortBy: oneOf('Name', 'CreationTime', 'Status', 'FinalObjectiveMetricValue'),
    SortOrder: listing.SortOrder,
  },
);
export type ListTrials = Of<typeof listTrialsShape>;
