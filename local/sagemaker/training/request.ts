import {
  contentType,
  entityName,
  environment,
  kmsKeyId,
  listing,
  roleArn,
  s3Uri,
  tags,
  vpcConfig,
} from '#local/sagemaker/validation/common';
import { trainingInstanceType } from '#local/sagemaker/validation/instance-types';
import { flag, integer, list, map, type Of, oneOf, structure, text } from '#local/sagemaker/validation/shape';

const inputMode = oneOf('Pipe', 'File', 'FastFile');
const unsupported = structure({});

export const channel = structure(
  {
    ChannelName: text({ min: 1, max: 64, pattern: '[A-Za-z0-9\\.\\-_]+' }),
    DataSource: structure(
      {},
      {
        S3DataSource: structure(
          { S3DataType: oneOf('ManifestFile', 'S3Prefix', 'AugmentedManifestFile'), S3Uri: s3Uri },
          { S3DataDistributionType: oneOf('FullyReplicated', 'ShardedByS3Key') },
        ),
        FileSystemDataSource: unsupported,
      },
    ),
  },
  {
    ContentType: contentType,
    CompressionType: oneOf('None', 'Gzip'),
    RecordWrapperType: oneOf('None', 'RecordIO'),
    InputMode: inputMode,
  },
);
export type Channel = Of<typeof channel>;

export const metricDefinition = structure({ Name: text({ min: 1, max: 255 }), Regex: text({ min: 1, max: 500 }) });

/** CreateTrainingJob, as far as the embedded cloud acts on it. */
export const createTrainingJobShape = structure(
  {
    TrainingJobName: entityName,
    AlgorithmSpecification: structure(
      { TrainingInputMode: inputMode },
      {
        TrainingImage: text({ max: 255 }),
        AlgorithmName: text({ min: 1, max: 170 }),
        MetricDefinitions: list(metricDefinition, { max: 40 }),
        EnableSageMakerMetricsTimeSeries: flag(),
      },
    ),
    RoleArn: roleArn,
    OutputDataConfig: structure(
      { S3OutputPath: s3Uri },
      { KmsKeyId: kmsKeyId, CompressionType: oneOf('GZIP', 'NONE') },
    ),
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
    StoppingCondition: structure(
      {},
      {
        MaxRuntimeInSeconds: integer({ min: 1 }),
        MaxWaitTimeInSeconds: integer({ min: 1 }),
        MaxPendingTimeInSeconds: integer({ min: 1800, max: 2_419_200 }),
      },
    ),
  },
  {
    HyperParameters: map(text({ max: 256 }), text({ max: 2500 }), { max: 100 }),
    InputDataConfig: list(channel, { min: 1, max: 20 }),
    VpcConfig: vpcConfig,
    Tags: tags,
    EnableNetworkIsolation: flag(),
    EnableInterContainerTrafficEncryption: flag(),
    EnableManagedSpotTraining: flag(),
    CheckpointConfig: structure({ S3Uri: s3Uri }, { LocalPath: text({ max: 4096 }) }),
    Environment: environment(100, 512),
    RetryStrategy: structure({ MaximumRetryAttempts: integer({ min: 1, max: 30 }) }),
  },
);
export type CreateTrainingJob = Of<typeof createTrainingJobShape>;

export const trainingJobNameShape = structure({ TrainingJobName: entityName });
export const listTrainingJobsShape = structure(
  {},
  { ...listing, StatusEquals: oneOf('InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped') },
);
