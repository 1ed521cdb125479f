import { type AsynchronousSpec, asynchronousSpec } from '#src/sagemaker/endpoints/asynchronous';
import type { EndpointConfig } from '#src/sagemaker/endpoints/configs';
import type { FleetSpec, VariantSpec } from '#src/sagemaker/endpoints/fleet-spec';
import type { DeploymentConfig } from '#src/sagemaker/endpoints/request';
import { emitEndpointChange } from '#src/sagemaker/events';
import { type Hub, mustFind } from '#src/sagemaker/hub';
import { hostedModel, type Model } from '#src/sagemaker/models/model';
import { arnOf, present, seconds } from '#src/sagemaker/names';
import type { Kept } from '#src/sagemaker/store';

export type EndpointStatus = 'Creating' | 'Updating' | 'RollingBack' | 'InService' | 'Deleting' | 'Failed';

export interface VariantProgress {
  readonly status: 'Creating' | 'ActivatingTraffic' | 'Baking' | 'Deleting';
  readonly message: string;
  readonly start: number;
}

/** A deployment in progress. */
export interface Pending {
  readonly spec: FleetSpec;
  readonly deployment?: DeploymentConfig;
  readonly start: number;
  /** The part of the traffic that the new fleet gets, 0 to 1. */
  readonly share: number;
  readonly progress?: VariantProgress;
}

/** An endpoint, as stored. */
export interface Endpoint extends Kept {
  readonly status: EndpointStatus;
  /** What serves, or served last; that of the first deployment while it is created. */
  readonly spec: FleetSpec;
  readonly pending?: Pending;
  readonly lastDeployment?: DeploymentConfig;
  readonly failureReason?: string;
}

/** Settles what a configuration means now. */
export const fleetSpec = (hub: Hub, configName: string): FleetSpec => {
  const { request } = mustFind<EndpointConfig>(hub, 'endpoint-config', configName);
  const variants = request.ProductionVariants.map((variant) => {
    const model = mustFind<Model>(hub, 'model', variant.ModelName ?? '');
    return {
      name: variant.VariantName,
      model: hostedModel(model),
      image: model.image,
      weight: variant.InitialVariantWeight ?? 1,
      instances: variant.ServerlessConfig ? 0 : (variant.InitialInstanceCount ?? 1),
      instanceType: variant.InstanceType ?? '',
      ...(variant.ServerlessConfig && { serverless: variant.ServerlessConfig }),
    };
  });
  const capture = request.DataCaptureConfig;
  const asynchronous = asynchronousSpec(request);
  return {
    configName: request.EndpointConfigName,
    variants,
    ...(capture === undefined ? {} : { capture }),
    ...(asynchronous === undefined ? {} : { asynchronous }),
  };
};

const images = (variant: VariantSpec) => [{ SpecifiedImage: variant.image }];

const servingVariant = (variant: VariantSpec) => ({
  VariantName: variant.name,
  DeployedImages: images(variant),
  CurrentWeight: variant.weight,
  DesiredWeight: variant.weight,
  ...(variant.serverless
    ? { CurrentServerlessConfig: variant.serverless, DesiredServerlessConfig: variant.serverless }
    : { CurrentInstanceCount: variant.instances, DesiredInstanceCount: variant.instances }),
});

const pendingVariant = (variant: VariantSpec, progress: VariantProgress | undefined) => ({
  ...servingVariant(variant),
  ...(variant.serverless ? {} : { InstanceType: variant.instanceType }),
  VariantStatus: progress
    ? [{ Status: progress.status, StatusMessage: progress.message, StartTime: seconds(progress.start) }]
    : [],
});

const describedQueue = ({ outputPath, failurePath, kmsKeyId, concurrency }: AsynchronousSpec) => ({
  ClientConfig: { MaxConcurrentInvocationsPerInstance: concurrency },
  OutputConfig: present({ S3OutputPath: outputPath, S3FailurePath: failurePath, KmsKeyId: kmsKeyId }),
});

/** The answer of DescribeEndpoint. */
export const describeEndpoint = (hub: Hub, endpoint: Endpoint): Record<string, unknown> => {
  const { spec, pending } = endpoint;
  const capturing = spec.capture;
  return present({
    EndpointName: endpoint.name,
    EndpointArn: arnOf(hub.cloud, 'endpoint', endpoint.name),
    EndpointConfigName: spec.configName,
    ProductionVariants: endpoint.status === 'Creating' ? undefined : spec.variants.map(servingVariant),
    DataCaptureConfig:
      capturing &&
      present({
        EnableCapture: capturing.EnableCapture ?? false,
        CaptureStatus: capturing.EnableCapture ? 'Started' : 'Stopped',
        CurrentSamplingPercentage: capturing.InitialSamplingPercentage,
        DestinationS3Uri: capturing.DestinationS3Uri,
        KmsKeyId: capturing.KmsKeyId ?? '',
      }),
    AsyncInferenceConfig: spec.asynchronous && describedQueue(spec.asynchronous),
    EndpointStatus: endpoint.status,
    FailureReason: endpoint.failureReason,
    CreationTime: seconds(endpoint.created),
    LastModifiedTime: seconds(endpoint.modified),
    LastDeploymentConfig: endpoint.lastDeployment,
    PendingDeploymentSummary: pending && {
      EndpointConfigName: pending.spec.configName,
      StartTime: seconds(pending.start),
      ProductionVariants: pending.spec.variants.map((variant) => pendingVariant(variant, pending.progress)),
    },
  });
};

type Change = { readonly [K in keyof Endpoint]?: Endpoint[K] | undefined };

/**
 * Changes an endpoint, stores it, and sends an event: a State Change when its status changes, a Deployment State Change
 * while a deployment is in progress or has just ended. Members given as undefined are removed.
 */
export const changeEndpoint = (hub: Hub, name: string, change: Change): void => {
  const before = hub.store.get<Endpoint>('endpoint', name);
  if (!before) return;
  const after = present({ ...before, ...change, modified: hub.cloud.clock.now() }) as unknown as Endpoint;
  hub.store.put('endpoint', after);
  announceEndpoint(hub, after, before);
};

/** Sends the event of a new or changed endpoint. */
export const announceEndpoint = (hub: Hub, after: Endpoint, before?: Endpoint): void => {
  const described = describeEndpoint(hub, after);
  if (after.status !== before?.status) emitEndpointChange(hub, 'State', after.name, described);
  if (after.pending || before?.pending) emitEndpointChange(hub, 'Deployment State', after.name, described);
};
