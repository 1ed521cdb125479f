import { channel, metricDefinition, resourceConfig } from '#src/sagemaker/training/request';
import { listing, tags, vpcConfig } from '#src/sagemaker/validation/common';
import {
  flag,
  integer,
  list,
  map,
  type Of,
  oneOf,
  real,
  refusedLater,
  structure,
  text,
} from '#src/sagemaker/validation/shape';

/** Types alone: what else the service model demands is checked before (`validation/request.ts`). */

const numericRange = structure(
  { Name: text(), MinValue: text(), MaxValue: text() },
  { ScalingType: oneOf('Auto', 'Linear', 'Logarithmic', 'ReverseLogarithmic') },
);
export type NumericRange = Of<typeof numericRange>;

const parameterRanges = structure(
  {},
  {
    IntegerParameterRanges: list(numericRange),
    ContinuousParameterRanges: list(numericRange),
    CategoricalParameterRanges: list(structure({ Name: text(), Values: list(text()) })),
    AutoParameters: list(structure({ Name: text(), ValueHint: text() })),
  },
);
export type ParameterRanges = Of<typeof parameterRanges>;

const objective = structure({ Type: oneOf('Maximize', 'Minimize'), MetricName: text() });
export type Objective = Of<typeof objective>;

const inputMode = oneOf('Pipe', 'File', 'FastFile');

const trainingJobDefinition = structure(
  {
    AlgorithmSpecification: structure(
      { TrainingInputMode: inputMode },
      {
        TrainingImage: text(),
        AlgorithmName: text(),
        MetricDefinitions: list(metricDefinition),
      },
    ),
    RoleArn: text(),
    OutputDataConfig: structure({ S3OutputPath: text() }, { KmsKeyId: text(), CompressionType: oneOf('GZIP', 'NONE') }),
    StoppingCondition: structure(
      {},
      {
        MaxRuntimeInSeconds: integer(),
        MaxWaitTimeInSeconds: integer(),
        MaxPendingTimeInSeconds: integer(),
      },
    ),
  },
  {
    DefinitionName: text(),
    TuningObjective: objective,
    HyperParameterTuningResourceConfig: refusedLater(),
    HyperParameterRanges: parameterRanges,
    StaticHyperParameters: map(text(), text()),
    InputDataConfig: list(channel),
    VpcConfig: vpcConfig,
    ResourceConfig: resourceConfig,
    EnableNetworkIsolation: flag(),
    EnableInterContainerTrafficEncryption: flag(),
    EnableManagedSpotTraining: flag(),
    CheckpointConfig: structure({ S3Uri: text() }, { LocalPath: text() }),
    RetryStrategy: structure({ MaximumRetryAttempts: integer() }),
    Environment: map(text(), text()),
  },
);
export type TrainingJobDefinition = Of<typeof trainingJobDefinition>;

/** CreateHyperParameterTuningJob, as far as the embedded cloud acts on it. */
export const createTuningJobShape = structure(
  {
    HyperParameterTuningJobName: text(),
    HyperParameterTuningJobConfig: structure(
      {
        Strategy: oneOf('Bayesian', 'Random', 'Hyperband', 'Grid'),
        ResourceLimits: structure(
          { MaxParallelTrainingJobs: integer() },
          {
            MaxNumberOfTrainingJobs: integer(),
            MaxRuntimeInSeconds: integer(),
          },
        ),
      },
      {
        StrategyConfig: structure(
          {},
          {
            HyperbandStrategyConfig: structure({}, { MinResource: integer(), MaxResource: integer() }),
          },
        ),
        HyperParameterTuningJobObjective: objective,
        ParameterRanges: parameterRanges,
        TrainingJobEarlyStoppingType: oneOf('Off', 'Auto'),
        TuningJobCompletionCriteria: structure(
          {},
          {
            TargetObjectiveMetricValue: real(),
            BestObjectiveNotImproving: structure({}, { MaxNumberOfTrainingJobsNotImproving: integer() }),
            ConvergenceDetected: structure({}, { CompleteOnConvergence: oneOf('Disabled', 'Enabled') }),
          },
        ),
        RandomSeed: integer(),
      },
    ),
  },
  {
    TrainingJobDefinition: trainingJobDefinition,
    TrainingJobDefinitions: list(trainingJobDefinition),
    WarmStartConfig: structure({
      ParentHyperParameterTuningJobs: list(structure({}, { HyperParameterTuningJobName: text() })),
      WarmStartType: oneOf('IdenticalDataAndAlgorithm', 'TransferLearning'),
    }),
    Tags: tags,
    Autotune: refusedLater(),
  },
);
export type CreateTuningJob = Of<typeof createTuningJobShape>;
export type TuningConfig = CreateTuningJob['HyperParameterTuningJobConfig'];

export const tuningJobNameShape = structure({ HyperParameterTuningJobName: text() });
export const listTuningJobsShape = structure(
  {},
  {
    ...listing,
    StatusEquals: oneOf('Completed', 'InProgress', 'Failed', 'Stopped', 'Stopping', 'Deleting', 'DeleteFailed'),
  },
);
export const listTrialsShape = structure(
  { HyperParameterTuningJobName: text() },
  {
    NextToken: listing.NextToken,
    MaxResults: listing.MaxResults,
    StatusEquals: oneOf('InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped', 'Deleting'),
    SortBy: oneOf('Name', 'CreationTime', 'Status', 'FinalObjectiveMetricValue'),
    SortOrder: listing.SortOrder,
  },
);
export type ListTrials = Of<typeof listTrialsShape>;
