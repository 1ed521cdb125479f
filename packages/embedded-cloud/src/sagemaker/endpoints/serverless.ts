import { AwsError } from '#src/cloud/service';
import type { FleetSpec } from '#src/sagemaker/endpoints/fleet-spec';
import type { CreateEndpointConfig, ProductionVariant, ServerlessConfig } from '#src/sagemaker/endpoints/request';
import type { Model } from '#src/sagemaker/models/model';
import { invalid } from '#src/sagemaker/names';

/** Serverless payloads (Developer Guide: Deploy models with Amazon SageMaker Serverless Inference). */
export const MAX_SERVERLESS_PAYLOAD_BYTES = 4 * 2 ** 20;

export const isServerless = (spec: FleetSpec): boolean => spec.variants.some((variant) => variant.serverless);

/**
 * What serverless variants may not have (one variant only, no data capture; SageMaker Developer Guide, "Feature
 * exclusions": network isolation and VPC). Their memory comes in whole GB; the memory that the model uses is not checked here.
 * @throws AwsError ValidationException that names the member
 */
export const checkServerless = (
  config: CreateEndpointConfig,
  { VariantName, InstanceType, InitialInstanceCount, ServerlessConfig }: ProductionVariant,
  model: Model,
): void => {
  if (!ServerlessConfig) return;
  const refuse = (reason: string) => invalid(`Production variant ${VariantName}: ${reason}`);
  if (InstanceType !== undefined || InitialInstanceCount !== undefined) {
    throw refuse('a serverless variant takes no InstanceType and no InitialInstanceCount.');
  }
  if (config.ProductionVariants.length > 1) throw refuse('a serverless endpoint has one production variant only.');
  if (config.DataCaptureConfig) throw refuse('DataCaptureConfig is not supported for serverless endpoints.');
  if (config.KmsKeyId !== undefined) throw refuse('KmsKeyId is not supported for serverless endpoints.');
  if (model.request['EnableNetworkIsolation'] === true || model.request['VpcConfig'] !== undefined) {
    throw refuse('models with network isolation or a VpcConfig cannot be served serverless.');
  }
  const { MemorySizeInMB: memory, MaxConcurrency: most, ProvisionedConcurrency: provisioned } = ServerlessConfig;
  if (memory % 1024 !== 0) {
    throw refuse(`MemorySizeInMB is ${memory}; it must be one of 1024, 2048, 3072, 4096, 5120 and 6144.`);
  }
  if (provisioned !== undefined && provisioned > most) {
    throw refuse(`ProvisionedConcurrency ${provisioned} must not be greater than MaxConcurrency ${most}.`);
  }
};

/**
 * An endpoint on instances never becomes serverless (Developer Guide: Serverless Inference, "Update"). @throws AwsError
 */
export const checkConversion = (serving: FleetSpec, wanted: FleetSpec): void => {
  if (isServerless(wanted) && !isServerless(serving)) {
    throw invalid('An instance-based endpoint cannot be updated to be serverless: create another endpoint.');
  }
};

/** Condition keys of CreateEndpointConfig (service authorization reference: Amazon SageMaker). */
export const serverlessConditions = (config: ServerlessConfig | undefined): Record<string, string> =>
  config
    ? {
        'sagemaker:ServerlessMaxConcurrency': String(config.MaxConcurrency),
        'sagemaker:ServerlessMemorySize': String(config.MemorySizeInMB),
      }
    : {};

/** An invocation beyond MaxConcurrency. */
export const throttled = (): AwsError => new AwsError('ThrottlingException', 'Rate exceeded', 400);
