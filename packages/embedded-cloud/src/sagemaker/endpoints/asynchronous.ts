import type { CreateEndpointConfig } from '#src/sagemaker/endpoints/request';
import { invalid } from '#src/sagemaker/names';

/** How many requests an instance works on where the config does not say: SageMaker "chooses an optimal value", which is not published. */
const USUAL_CONCURRENCY = 4;

/** What an asynchronous endpoint needs of its config. */
export interface AsynchronousSpec {
  readonly outputPath: string;
  readonly failurePath?: string;
  readonly kmsKeyId?: string;
  /** Requests that each instance works on at once. */
  readonly concurrency: number;
}

/**
 * What a config with a queue may not have, or lacks (SageMaker API Reference, AsyncInferenceConfig). Data capture is documented for
 * real-time endpoints and batch transform alone, so it is refused here.
 * @throws AwsError ValidationException that names the member
 */
export const checkAsynchronous = ({
  AsyncInferenceConfig: config,
  ProductionVariants,
  DataCaptureConfig,
}: CreateEndpointConfig): void => {
  if (!config) return;
  if (config.OutputConfig.S3OutputPath === undefined) {
    throw invalid('The embedded cloud needs AsyncInferenceConfig.OutputConfig.S3OutputPath.');
  }
  if (ProductionVariants.some((variant) => variant.ServerlessConfig)) {
    throw invalid('AsyncInferenceConfig is not supported for serverless endpoints.');
  }
  if (ProductionVariants.length > 1) throw invalid('The embedded cloud queues requests for one variant only.');
  if (DataCaptureConfig) throw invalid('DataCaptureConfig is not supported for asynchronous endpoints.');
};

/** The queue of a config; undefined for a real-time endpoint. */
export const asynchronousSpec = ({
  AsyncInferenceConfig: config,
}: CreateEndpointConfig): AsynchronousSpec | undefined => {
  if (!config) return undefined;
  const { S3OutputPath: outputPath = '', S3FailurePath, KmsKeyId } = config.OutputConfig;
  return {
    outputPath,
    ...(S3FailurePath === undefined ? {} : { failurePath: S3FailurePath }),
    ...(KmsKeyId === undefined ? {} : { kmsKeyId: KmsKeyId }),
    concurrency: config.ClientConfig?.MaxConcurrentInvocationsPerInstance ?? USUAL_CONCURRENCY,
  };
};
