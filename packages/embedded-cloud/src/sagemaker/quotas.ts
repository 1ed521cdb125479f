import { AwsError } from '#src/cloud/service';
import type { Endpoint } from '#src/sagemaker/endpoints/endpoint';
import type { FleetSpec } from '#src/sagemaker/endpoints/fleet-spec';
import type { Hub } from '#src/sagemaker/hub';
import type { Kind } from '#src/sagemaker/names';
import type { ProcessingJob } from '#src/sagemaker/processing/job';
import type { CreateProcessingJob } from '#src/sagemaker/processing/request';
import type { Kept } from '#src/sagemaker/store';
import type { TrainingJob } from '#src/sagemaker/training/job';
import type { TransformJob } from '#src/sagemaker/transform/job';

/** What instances are used for, as quotas name it. */
export type Usage = 'training job' | 'spot training job' | 'transform job' | 'processing job' | 'endpoint';

/** Instances of one type. */
export interface Instances {
  readonly type: string;
  readonly count: number;
}

/** Sum of MaxConcurrency over all serverless endpoints of an account and region, as accounts start (service quotas). */
const SERVERLESS_CONCURRENCY = 'Maximum total concurrency that can be allocated across all serverless endpoints';
const DEFAULT_SERVERLESS_CONCURRENCY = 10;

const exceeded = (quota: string, limit: number, used: number, wanted: number, unit: string): AwsError =>
  new AwsError(
    'ResourceLimitExceeded',
    `The account-level service limit '${quota}' is ${limit} ${unit}, with current utilization of ${used} ${unit} and ` +
      `a request delta of ${wanted} ${unit}. Please use AWS Service Quotas to request an increase for this quota. If AWS ` +
      'Service Quotas is not available, contact AWS support to request an increase for this quota.',
  );

/**
 * The account must have the requested instances left.
 * @throws AwsError ResourceLimitExceeded with AWS's message
 */
export const requireInstances = (hub: Hub, usage: Usage, wanted: readonly Instances[]): void => {
  const { quotas = {}, defaultQuota = Number.POSITIVE_INFINITY } = hub.settings;
  for (const type of new Set(wanted.map((instances) => instances.type))) {
    const quota = `${type} for ${usage} usage`;
    const limit = Object.hasOwn(quotas, quota) ? (quotas[quota] ?? defaultQuota) : defaultQuota;
    const used = countOf(inUse(hub, usage), type);
    const delta = countOf(wanted, type);
    if (used + delta > limit) throw exceeded(quota, limit, used, delta, 'Instances');
  }
};

const countOf = (all: readonly Instances[], type: string): number =>
  all.reduce((sum, instances) => (instances.type === type ? sum + instances.count : sum), 0);

/** While an endpoint is updated the fleets of both configurations are there (Developer Guide: blue/green deployments). */
const fleetsOf = (endpoint: Endpoint): readonly FleetSpec[] => {
  if (endpoint.status === 'Failed') return [];
  const next = endpoint.status === 'Creating' ? undefined : endpoint.pending?.spec;
  return next ? [endpoint.spec, next] : [endpoint.spec];
};

const underWay = <T extends Kept>(hub: Hub, kind: Kind): T[] =>
  hub.store.all<T>(kind).filter(({ status }) => status === 'InProgress' || status === 'Stopping');

/** The instances of a processing job. */
export const clusterOf = ({ ProcessingResources: { ClusterConfig: cluster } }: CreateProcessingJob): Instances => ({
  type: cluster.InstanceType,
  count: cluster.InstanceCount,
});

const inUse = (hub: Hub, usage: Usage): Instances[] => {
  if (usage === 'endpoint') return hub.store.all<Endpoint>('endpoint').flatMap(fleetsOf).flatMap(instancesOf);
  if (usage === 'processing job') {
    return underWay<ProcessingJob>(hub, 'processing-job').map(({ request }) => clusterOf(request));
  }
  if (usage === 'transform job') {
    return underWay<TransformJob>(hub, 'transform-job').map(({ request: { TransformResources: resources } }) => ({
      type: resources.InstanceType,
      count: resources.InstanceCount,
    }));
  }
  return underWay<TrainingJob>(hub, 'training-job')
    .filter(({ request }) => usageOf(request.EnableManagedSpotTraining) === usage)
    .map(({ request: { ResourceConfig: resources } }) => ({
      type: resources.InstanceType ?? '',
      count: resources.InstanceCount ?? 0,
    }));
};

/** Spot instances have quotas of their own. */
export const usageOf = (spot: boolean | undefined): Usage => (spot ? 'spot training job' : 'training job');

/** The instances of a fleet; serverless variants have none. */
export const instancesOf = (spec: FleetSpec): Instances[] =>
  spec.variants
    .filter((variant) => variant.serverless === undefined)
    .map((variant) => ({ type: variant.instanceType, count: variant.instances }));

const concurrencyOf = (spec: FleetSpec): number =>
  spec.variants.reduce((sum, { serverless }) => sum + (serverless?.MaxConcurrency ?? 0), 0);

/**
 * What a new or updated endpoint needs must be left in the account.
 * @throws AwsError ResourceLimitExceeded
 */
export const requireFleet = (hub: Hub, spec: FleetSpec): void => {
  requireInstances(hub, 'endpoint', instancesOf(spec));
  const wanted = concurrencyOf(spec);
  const limit = hub.settings.quotas?.[SERVERLESS_CONCURRENCY] ?? DEFAULT_SERVERLESS_CONCURRENCY;
  const used = hub.store
    .all<Endpoint>('endpoint')
    .filter(({ status }) => status !== 'Failed')
    .reduce((sum, endpoint) => sum + concurrencyOf(endpoint.spec), 0);
  if (wanted > 0 && used + wanted > limit) throw exceeded(SERVERLESS_CONCURRENCY, limit, used, wanted, 'Units');
};
