import { listing, tags } from '#src/sagemaker/validation/common';
import {
  flag,
  integer,
  list,
  type Of,
  oneOf,
  real,
  refusedLater,
  structure,
  text,
} from '#src/sagemaker/validation/shape';

const serverlessConfig = structure(
  { MemorySizeInMB: integer(), MaxConcurrency: integer() },
  { ProvisionedConcurrency: integer() },
);
export type ServerlessConfig = Of<typeof serverlessConfig>;

const productionVariant = structure(
  { VariantName: text() },
  {
    ModelName: text(),
    InitialInstanceCount: integer(),
    InstanceType: text(),
    InitialVariantWeight: real(),
    ServerlessConfig: serverlessConfig,
    VolumeSizeInGB: integer(),
    ModelDataDownloadTimeoutInSeconds: integer(),
    ContainerStartupHealthCheckTimeoutInSeconds: integer(),
    EnableSSMAccess: flag(),
  },
);

const dataCapture = structure(
  {
    InitialSamplingPercentage: integer(),
    DestinationS3Uri: text(),
    CaptureOptions: list(structure({ CaptureMode: oneOf('Input', 'Output', 'InputAndOutput') })),
  },
  {
    EnableCapture: flag(),
    KmsKeyId: text(),
    CaptureContentTypeHeader: structure(
      {},
      {
        CsvContentTypes: list(text()),
        JsonContentTypes: list(text()),
      },
    ),
  },
);
export type DataCapture = Of<typeof dataCapture>;

export type ProductionVariant = Of<typeof productionVariant>;

const asyncInference = structure(
  { OutputConfig: structure({}, { S3OutputPath: text(), S3FailurePath: text(), KmsKeyId: text() }) },
  { ClientConfig: structure({}, { MaxConcurrentInvocationsPerInstance: integer() }) },
);

export const createEndpointConfigShape = structure(
  { EndpointConfigName: text(), ProductionVariants: list(productionVariant) },
  {
    DataCaptureConfig: dataCapture,
    Tags: tags,
    KmsKeyId: text(),
    AsyncInferenceConfig: asyncInference,
    ExplainerConfig: refusedLater(),
    ShadowProductionVariants: list(refusedLater()),
    ExecutionRoleArn: text(),
  },
);
export type CreateEndpointConfig = Of<typeof createEndpointConfigShape>;

const capacity = structure({ Type: oneOf('INSTANCE_COUNT', 'CAPACITY_PERCENT'), Value: integer() });
export type Capacity = Of<typeof capacity>;

const deploymentConfig = structure(
  {},
  {
    BlueGreenUpdatePolicy: structure(
      {
        TrafficRoutingConfiguration: structure(
          { Type: oneOf('ALL_AT_ONCE', 'CANARY', 'LINEAR'), WaitIntervalInSeconds: integer() },
          { CanarySize: capacity, LinearStepSize: capacity },
        ),
      },
      { TerminationWaitInSeconds: integer(), MaximumExecutionTimeoutInSeconds: integer() },
    ),
    RollingUpdatePolicy: structure(
      { MaximumBatchSize: capacity, WaitIntervalInSeconds: integer() },
      { MaximumExecutionTimeoutInSeconds: integer(), RollbackMaximumBatchSize: capacity },
    ),
    AutoRollbackConfiguration: structure({}, { Alarms: list(structure({}, { AlarmName: text() })) }),
  },
);
export type DeploymentConfig = Of<typeof deploymentConfig>;

export const createEndpointShape = structure(
  { EndpointName: text(), EndpointConfigName: text() },
  { DeploymentConfig: deploymentConfig, Tags: tags },
);
export const updateEndpointShape = structure(
  { EndpointName: text(), EndpointConfigName: text() },
  {
    RetainAllVariantProperties: flag(),
    ExcludeRetainedVariantProperties: list(
      structure({ VariantPropertyType: oneOf('DesiredInstanceCount', 'DesiredWeight', 'DataCaptureConfig') }),
    ),
    DeploymentConfig: deploymentConfig,
    RetainDeploymentConfig: flag(),
  },
);
export type UpdateEndpoint = Of<typeof updateEndpointShape>;

export const updateWeightsShape = structure({
  EndpointName: text(),
  DesiredWeightsAndCapacities: list(
    structure({ VariantName: text() }, { DesiredWeight: real(), DesiredInstanceCount: integer() }),
  ),
});

export const endpointNameShape = structure({ EndpointName: text() });
export const endpointConfigNameShape = structure({ EndpointConfigName: text() });
export const listEndpointsShape = structure(
  {},
  {
    ...listing,
    StatusEquals: oneOf(
      'OutOfService',
      'Creating',
      'Updating',
      'SystemUpdating',
      'RollingBack',
      'InService',
      'Deleting',
      'Failed',
      'UpdateRollbackFailed',
    ),
  },
);
export const listEndpointConfigsShape = structure({}, { ...listing, SortBy: oneOf('Name', 'CreationTime') });
