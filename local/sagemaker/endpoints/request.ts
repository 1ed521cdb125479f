import {
  endpointName,
  entityName,
  kmsKeyId,
  listing,
  modelName,
  roleArn,
  tags,
} from '#local/sagemaker/validation/common';
import { hostingInstanceType } from '#local/sagemaker/validation/instance-types';
import { flag, integer, list, type Of, oneOf, real, structure, text } from '#local/sagemaker/validation/shape';

const unsupported = structure({});
const mimeType = text({ min: 1, max: 256, pattern: '[a-zA-Z0-9](-*[a-zA-Z0-9])*\\/[a-zA-Z0-9](-*[a-zA-Z0-9.])*' });

const serverlessConfig = structure(
  { MemorySizeInMB: integer(), MaxConcurrency: integer() },
  { ProvisionedConcurrency: integer() },
);
export type ServerlessConfig = Of<typeof serverlessConfig>;

const productionVariant = structure(
  { VariantName: endpointName },
  {
    ModelName: modelName,
    InitialInstanceCount: integer({ min: 1 }),
    InstanceType: hostingInstanceType,
    InitialVariantWeight: real({ min: 0 }),
    ServerlessConfig: serverlessConfig,
    VolumeSizeInGB: integer({ min: 1, max: 512 }),
    ModelDataDownloadTimeoutInSeconds: integer({ min: 60, max: 3600 }),
    ContainerStartupHealthCheckTimeoutInSeconds: integer({ min: 60, max: 3600 }),
    EnableSSMAccess: flag(),
  },
);

const dataCapture = structure(
  {
    InitialSamplingPercentage: integer({ min: 0, max: 100 }),
    DestinationS3Uri: text({ max: 512, pattern: '(https|s3)://([^/])/?(.*)' }),
    CaptureOptions: list(structure({ CaptureMode: oneOf('Input', 'Output', 'InputAndOutput') }), { min: 1, max: 32 }),
  },
  {
    EnableCapture: flag(),
    KmsKeyId: kmsKeyId,
    CaptureContentTypeHeader: structure(
      {},
      {
        CsvContentTypes: list(mimeType, { min: 1, max: 10 }),
        JsonContentTypes: list(mimeType, { min: 1, max: 10 }),
      },
    ),
  },
);
export type DataCapture = Of<typeof dataCapture>;

export type ProductionVariant = Of<typeof productionVariant>;

export const createEndpointConfigShape = structure(
  { EndpointConfigName: endpointName, ProductionVariants: list(productionVariant, { min: 1, max: 10 }) },
  {
    DataCaptureConfig: dataCapture,
    Tags: tags,
    KmsKeyId: kmsKeyId,
    AsyncInferenceConfig: unsupported,
    ExplainerConfig: unsupported,
    ShadowProductionVariants: list(unsupported),
    ExecutionRoleArn: roleArn,
  },
);
export type CreateEndpointConfig = Of<typeof createEndpointConfigShape>;

const capacity = structure({ Type: oneOf('INSTANCE_COUNT', 'CAPACITY_PERCENT'), Value: integer({ min: 1 }) });
export type Capacity = Of<typeof capacity>;
const wait = integer({ min: 0, max: 3600 });
const executionTimeout = integer({ min: 600, max: 28_800 });

const deploymentConfig = structure(
  {},
  {
    BlueGreenUpdatePolicy: structure(
      {
        TrafficRoutingConfiguration: structure(
          { Type: oneOf('ALL_AT_ONCE', 'CANARY', 'LINEAR'), WaitIntervalInSeconds: wait },
          { CanarySize: capacity, LinearStepSize: capacity },
        ),
      },
      { TerminationWaitInSeconds: wait, MaximumExecutionTimeoutInSeconds: executionTimeout },
    ),
    RollingUpdatePolicy: structure(
      { MaximumBatchSize: capacity, WaitIntervalInSeconds: wait },
      { MaximumExecutionTimeoutInSeconds: executionTimeout, RollbackMaximumBatchSize: capacity },
    ),
    AutoRollbackConfiguration: structure(
      {},
      { Alarms: list(structure({}, { AlarmName: text({ min: 1, max: 255 }) }), { min: 1, max: 10 }) },
    ),
  },
);
export type DeploymentConfig = Of<typeof deploymentConfig>;

export const createEndpointShape = structure(
  { EndpointName: endpointName, EndpointConfigName: endpointName },
  { DeploymentConfig: deploymentConfig, Tags: tags },
);
export const updateEndpointShape = structure(
  { EndpointName: endpointName, EndpointConfigName: endpointName },
  {
    RetainAllVariantProperties: flag(),
    ExcludeRetainedVariantProperties: list(
      structure({ VariantPropertyType: oneOf('DesiredInstanceCount', 'DesiredWeight', 'DataCaptureConfig') }),
      { max: 3 },
    ),
    DeploymentConfig: deploymentConfig,
    RetainDeploymentConfig: flag(),
  },
);
export type UpdateEndpoint = Of<typeof updateEndpointShape>;

export const updateWeightsShape = structure({
  EndpointName: endpointName,
  DesiredWeightsAndCapacities: list(
    structure(
      { VariantName: entityName },
      { DesiredWeight: real({ min: 0 }), DesiredInstanceCount: integer({ min: 0 }) },
    ),
    { min: 1 },
  ),
});

export const endpointNameShape = structure({ EndpointName: endpointName });
export const endpointConfigNameShape = structure({ EndpointConfigName: endpointName });
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
