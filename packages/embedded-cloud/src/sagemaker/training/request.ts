import { listing, tags, vpcConfig } from '#src/sagemaker/validation/common';
import { flag, integer, list, map, type Of, oneOf, structure, text } from '#src/sagemaker/validation/shape';

const inputMode = oneOf('Pipe', 'File', 'FastFile');

export const channel = structure(
  {
    ChannelName: text(),
    DataSource: structure(
      {},
      {
        S3DataSource: structure(
          { S3DataType: oneOf('ManifestFile', 'S3Prefix', 'AugmentedManifestFile'), S3Uri: text() },
          { S3DataDistributionType: oneOf('FullyReplicated', 'ShardedByS3Key') },
        ),
      },
    ),
  },
  {
    ContentType: text(),
    CompressionType: oneOf('None', 'Gzip'),
    RecordWrapperType: oneOf('None', 'RecordIO'),
    InputMode: inputMode,
  },
);
export type Channel = Of<typeof channel>;

export const metricDefinition = structure({ Name: text(), Regex: text() });

/** The instances of a training job. */
export const resourceConfig = structure(
  {},
  {
    InstanceType: text(),
    InstanceCount: integer(),
    VolumeSizeInGB: integer(),
    VolumeKmsKeyId: text(),
    KeepAlivePeriodInSeconds: integer(),
  },
);

/** CreateTrainingJob, as far as the embedded cloud acts on it. */
export const createTrainingJobShape = structure(
  {
    TrainingJobName: text(),
    AlgorithmSpecification: structure(
      { TrainingInputMode: inputMode },
      {
        TrainingImage: text(),
        AlgorithmName: text(),
        MetricDefinitions: list(metricDefinition),
        EnableSageMakerMetricsTimeSeries: flag(),
      },
    ),
    RoleArn: text(),
    OutputDataConfig: structure({ S3OutputPath: text() }, { KmsKeyId: text(), CompressionType: oneOf('GZIP', 'NONE') }),
    ResourceConfig: resourceConfig,
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
    HyperParameters: map(text(), text()),
    InputDataConfig: list(channel),
    VpcConfig: vpcConfig,
    Tags: tags,
    EnableNetworkIsolation: flag(),
    EnableInterContainerTrafficEncryption: flag(),
    EnableManagedSpotTraining: flag(),
    CheckpointConfig: structure({ S3Uri: text() }, { LocalPath: text() }),
    Environment: map(text(), text()),
    RetryStrategy: structure({ MaximumRetryAttempts: integer() }),
  },
);
export type CreateTrainingJob = Of<typeof createTrainingJobShape>;

export const trainingJobNameShape = structure({ TrainingJobName: text() });
export const listTrainingJobsShape = structure(
  {},
  { ...listing, StatusEquals: oneOf('InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped') },
);
