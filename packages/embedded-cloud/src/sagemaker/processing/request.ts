import { listing, tags, vpcConfig } from '#src/sagemaker/validation/common';
import {
  flag,
  integer,
  list,
  map,
  type Of,
  oneOf,
  refusedLater,
  structure,
  text,
} from '#src/sagemaker/validation/shape';

/** Types alone: what else the service model demands is checked before (`validation/request.ts`). */

const processingInput = structure(
  { InputName: text() },
  {
    AppManaged: flag(),
    DatasetDefinition: refusedLater(),
    S3Input: structure(
      { S3Uri: text(), S3DataType: oneOf('ManifestFile', 'S3Prefix') },
      {
        LocalPath: text(),
        S3InputMode: oneOf('Pipe', 'File'),
        S3DataDistributionType: oneOf('FullyReplicated', 'ShardedByS3Key'),
        S3CompressionType: oneOf('None', 'Gzip'),
      },
    ),
  },
);
export type ProcessingInput = Of<typeof processingInput>;

const processingOutput = structure(
  { OutputName: text() },
  {
    AppManaged: flag(),
    FeatureStoreOutput: refusedLater(),
    S3Output: structure({ S3Uri: text(), S3UploadMode: oneOf('Continuous', 'EndOfJob') }, { LocalPath: text() }),
  },
);
export type ProcessingOutput = Of<typeof processingOutput>;

/** CreateProcessingJob, as far as the embedded cloud acts on it. */
export const createProcessingJobShape = structure(
  {
    ProcessingJobName: text(),
    ProcessingResources: structure({
      ClusterConfig: structure(
        { InstanceCount: integer(), InstanceType: text(), VolumeSizeInGB: integer() },
        { VolumeKmsKeyId: text() },
      ),
    }),
    AppSpecification: structure(
      { ImageUri: text() },
      { ContainerEntrypoint: list(text()), ContainerArguments: list(text()) },
    ),
    RoleArn: text(),
  },
  {
    ProcessingInputs: list(processingInput),
    ProcessingOutputConfig: structure({ Outputs: list(processingOutput) }, { KmsKeyId: text() }),
    StoppingCondition: structure({ MaxRuntimeInSeconds: integer() }),
    Environment: map(text(), text()),
    NetworkConfig: structure(
      {},
      { EnableInterContainerTrafficEncryption: flag(), EnableNetworkIsolation: flag(), VpcConfig: vpcConfig },
    ),
    Tags: tags,
  },
);
export type CreateProcessingJob = Of<typeof createProcessingJobShape>;

export const processingJobNameShape = structure({ ProcessingJobName: text() });
export const listProcessingJobsShape = structure(
  {},
  { ...listing, StatusEquals: oneOf('InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped') },
);
