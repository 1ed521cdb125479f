import type { ModelFormat } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import type { DeploymentSettings } from '#domain/deployment/settings';
import { capturePrefix } from '#domain/runs/layout';
import type { Deployment } from '#schemas/records/deployment';

/** The stack's settings for a deployment. */
export interface DeploymentEnvironment {
  readonly stage: string;
  readonly cleanBucket: string;
  readonly cleanKeyArn: string;
}

/** The pipeline's `deployment` section. */
interface Deployed {
  readonly deployment: DeploymentSettings;
  readonly training: { readonly algorithm: string };
}
type Target = Pick<Deployment, 'run' | 'modelName' | 'endpointName' | 'endpointConfigName'>;

const tags = (stage: string, pipeline: string) => [
  { Key: 'tidegate:stage', Value: stage },
  { Key: 'tidegate:pipeline', Value: pipeline },
];

/**
 * CreateEndpointConfig's request: one variant, with data capture of requests and responses (SageMaker API Reference,
 * DataCaptureConfig).
 */
export function endpointConfigRequest(
  target: Target,
  pipeline: Deployed,
  env: DeploymentEnvironment,
  { input, output }: ModelFormat = algorithmOf(pipeline),
) {
  const { instances, capturePercentage } = pipeline.deployment;
  const types = [...new Set([input.contentType, output.contentType])];
  const json = types.filter((type) => type.includes('json'));
  return {
    EndpointConfigName: target.endpointConfigName,
    ProductionVariants: [
      {
        VariantName: 'AllTraffic',
        ModelName: target.modelName,
        InstanceType: instances.type,
        InitialInstanceCount: instances.count,
        InitialVariantWeight: 1,
      },
    ],
    ...(capturePercentage > 0
      ? {
          DataCaptureConfig: {
            EnableCapture: true,
            InitialSamplingPercentage: capturePercentage,
            DestinationS3Uri: `s3://${env.cleanBucket}/${capturePrefix(target.run.pipeline)}`,
            KmsKeyId: env.cleanKeyArn,
            CaptureOptions: [{ CaptureMode: 'Input' as const }, { CaptureMode: 'Output' as const }],
            CaptureContentTypeHeader: {
              CsvContentTypes: types.filter((type) => !json.includes(type)),
              ...(json.length > 0 ? { JsonContentTypes: json } : {}),
            },
          },
        }
      : {}),
    Tags: [...tags(env.stage, target.run.pipeline), { Key: 'tidegate:run', Value: target.run.runId }],
  };
}

/** CreateEndpoint's request. The endpoint outlives its runs, so its tags name no run. */
export const createEndpointRequest = (target: Target, env: Pick<DeploymentEnvironment, 'stage'>) => ({
  EndpointName: target.endpointName,
  EndpointConfigName: target.endpointConfigName,
  Tags: tags(env.stage, target.run.pipeline),
});

/**
 * UpdateEndpoint's request: blue/green, all traffic at once. SageMaker rolls back when the new fleet is not up within the
 * pipeline's time limit (SageMaker API Reference, BlueGreenUpdatePolicy: 600 to 28,800 seconds).
 */
export const updateEndpointRequest = (target: Target, { deployment }: Pick<Deployed, 'deployment'>) => ({
  EndpointName: target.endpointName,
  EndpointConfigName: target.endpointConfigName,
  DeploymentConfig: {
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE' as const, WaitIntervalInSeconds: 0 },
      TerminationWaitInSeconds: 0,
      MaximumExecutionTimeoutInSeconds: Math.min(28_800, Math.max(600, deployment.maxWaitMinutes * 60)),
    },
  },
});
