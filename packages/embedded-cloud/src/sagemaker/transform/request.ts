import { listing, tags } from '#src/sagemaker/validation/common';
import { integer, map, type Of, oneOf, structure, text } from '#src/sagemaker/validation/shape';

/** CreateTransformJob, as far as the embedded cloud acts on it. */
export const createTransformJobShape = structure(
  {
    TransformJobName: text(),
    ModelName: text(),
    TransformInput: structure(
      {
        DataSource: structure({
          S3DataSource: structure({
            S3DataType: oneOf('ManifestFile', 'S3Prefix', 'AugmentedManifestFile'),
            S3Uri: text(),
          }),
        }),
      },
      {
        ContentType: text(),
        CompressionType: oneOf('None', 'Gzip'),
        SplitType: oneOf('None', 'Line', 'RecordIO', 'TFRecord'),
      },
    ),
    TransformOutput: structure(
      { S3OutputPath: text() },
      { Accept: text(), AssembleWith: oneOf('None', 'Line'), KmsKeyId: text() },
    ),
    TransformResources: structure({ InstanceType: text(), InstanceCount: integer() }, { VolumeKmsKeyId: text() }),
  },
  {
    MaxConcurrentTransforms: integer(),
    ModelClientConfig: structure(
      {},
      {
        InvocationsTimeoutInSeconds: integer(),
        InvocationsMaxRetries: integer(),
      },
    ),
    MaxPayloadInMB: integer(),
    BatchStrategy: oneOf('MultiRecord', 'SingleRecord'),
    Environment: map(text(), text()),
    DataProcessing: structure({}, { InputFilter: text(), OutputFilter: text(), JoinSource: oneOf('Input', 'None') }),
    Tags: tags,
  },
);
export type CreateTransformJob = Of<typeof createTransformJobShape>;

export const transformJobNameShape = structure({ TransformJobName: text() });
export const listTransformJobsShape = structure(
  {},
  { ...listing, StatusEquals: oneOf('InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped') },
);
