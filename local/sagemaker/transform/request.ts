import {
  contentType,
  entityName,
  environment,
  kmsKeyId,
  listing,
  modelName,
  s3Uri,
  tags,
} from '#local/sagemaker/validation/common';
import { transformInstanceType } from '#local/sagemaker/validation/instance-types';
import { integer, type Of, oneOf, structure, text } from '#local/sagemaker/validation/shape';

const jsonPath = text({ max: 63 });

/** CreateTransformJob, as far as the embedded cloud acts on it. */
export const createTransformJobShape = structure(
  {
    TransformJobName: entityName,
    ModelName: modelName,
    TransformInput: structure(
      {
        DataSource: structure({
          S3DataSource: structure({
            S3DataType: oneOf('ManifestFile', 'S3Prefix', 'AugmentedManifestFile'),
            S3Uri: s3Uri,
          }),
        }),
      },
      {
        ContentType: contentType,
        CompressionType: oneOf('None', 'Gzip'),
        SplitType: oneOf('None', 'Line', 'RecordIO', 'TFRecord'),
      },
    ),
    TransformOutput: structure(
      { S3OutputPath: s3Uri },
      { Accept: contentType, AssembleWith: oneOf('None', 'Line'), KmsKeyId: kmsKeyId },
    ),
    TransformResources: structure(
      { InstanceType: transformInstanceType, InstanceCount: integer({ min: 1 }) },
      { VolumeKmsKeyId: kmsKeyId },
    ),
  },
  {
    MaxConcurrentTransforms: integer({ min: 0 }),
    ModelClientConfig: structure(
      {},
      {
        InvocationsTimeoutInSeconds: integer({ min: 1, max: 3600 }),
        InvocationsMaxRetries: integer({ min: 0, max: 3 }),
      },
    ),
    MaxPayloadInMB: integer({ min: 0 }),
    BatchStrategy: oneOf('MultiRecord', 'SingleRecord'),
    Environment: environment(16, 10_240),
    DataProcessing: structure(
      {},
      { InputFilter: jsonPath, OutputFilter: jsonPath, JoinSource: oneOf('Input', 'None') },
    ),
    Tags: tags,
  },
);
export type CreateTransformJob = Of<typeof createTransformJobShape>;

export const transformJobNameShape = structure({ TransformJobName: entityName });
export const listTransformJobsShape = structure(
  {},
  { ...listing, StatusEquals: oneOf('InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped') },
);
