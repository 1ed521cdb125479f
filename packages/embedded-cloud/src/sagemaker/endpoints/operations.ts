import type { AutoScaling } from '#src/application-autoscaling/scaled-endpoints';
import { findService } from '#src/cloud/find-service';
import type { EndpointConfig } from '#src/sagemaker/endpoints/configs';
import {
  announceEndpoint,
  changeEndpoint,
  describeEndpoint,
  type Endpoint,
  fleetSpec,
  type Pending,
} from '#src/sagemaker/endpoints/endpoint';
import type { FleetSpec } from '#src/sagemaker/endpoints/fleet-spec';
import type { Hosting } from '#src/sagemaker/endpoints/hosting';
import type { Queues } from '#src/sagemaker/endpoints/queue';
import {
  createEndpointShape,
  type DeploymentConfig,
  endpointNameShape,
  listEndpointsShape,
  type UpdateEndpoint,
  updateEndpointShape,
  updateWeightsShape,
} from '#src/sagemaker/endpoints/request';
import { checkConversion, isServerless } from '#src/sagemaker/endpoints/serverless';
import { checkDeployment } from '#src/sagemaker/endpoints/steps';
import { addTags, type Hub, keepTags, mustFind, on, onAny } from '#src/sagemaker/hub';
import { page } from '#src/sagemaker/listing';
import { arnOf, invalid, present, seconds } from '#src/sagemaker/names';
import { type Operations, operation } from '#src/sagemaker/operation';
import { requireFleet } from '#src/sagemaker/quotas';
import type { Of } from '#src/sagemaker/validation/shape';

const pendingOf = (spec: FleetSpec, deployment: DeploymentConfig | undefined, start: number): Pending => ({
  spec,
  start,
  share: 0,
  ...(deployment === undefined ? {} : { deployment }),
});

const mustBeIdle = (hub: Hub, endpoint: Endpoint): void => {
  if (endpoint.status === 'InService' || endpoint.status === 'Failed') return;
  throw invalid(`Cannot update in-progress endpoint "${arnOf(hub.cloud, 'endpoint', endpoint.name)}".`);
};

/** Variants keep their weight and number of instances, and the endpoint its capture, when the update says so. */
const retain = (input: UpdateEndpoint, spec: FleetSpec, serving: FleetSpec): FleetSpec => {
  if (!input.RetainAllVariantProperties) return spec;
  const excluded = new Set(input.ExcludeRetainedVariantProperties?.map((property) => property.VariantPropertyType));
  const variants = spec.variants.map((variant) => {
    const old = serving.variants.find((candidate) => candidate.name === variant.name);
    if (!old) return variant;
    return {
      ...variant,
      weight: excluded.has('DesiredWeight') ? variant.weight : old.weight,
      instances: excluded.has('DesiredInstanceCount') ? variant.instances : old.instances,
    };
  });
  const { capture: newCapture, ...rest } = spec;
  const capture = excluded.has('DataCaptureConfig') ? newCapture : serving.capture;
  return { ...rest, variants, ...(capture === undefined ? {} : { capture }) };
};

const autoScaling = (hub: Hub) => findService<AutoScaling>(hub.cloud, 'application-autoscaling');

/**
 * Application Auto Scaling must not scale a variant that goes or changes its instances (SageMaker Developer Guide, "Update endpoints
 * that use auto scaling"). @throws AwsError ValidationException
 */
const checkScaled = (hub: Hub, { name, spec }: Endpoint, wanted: FleetSpec): void => {
  const scaled = autoScaling(hub)?.scaledVariants(name) ?? [];
  const typeIn = ({ variants }: FleetSpec, variant: string) => variants.find((v) => v.name === variant)?.instanceType;
  const changed = scaled.filter((variant) => typeIn(wanted, variant) !== typeIn(spec, variant));
  if (changed.length === 0) return;
  throw invalid(
    `The variant(s) "${changed.join(', ')}" must be deregistered as scalable target(s) with AWS Auto Scaling before they can be removed or have their instance type updated.`,
  );
};

const update = (hub: Hub, hosting: Hosting, input: UpdateEndpoint): object => {
  const endpoint = mustFind<Endpoint>(hub, 'endpoint', input.EndpointName);
  const arn = arnOf(hub.cloud, 'endpoint', endpoint.name);
  mustBeIdle(hub, endpoint);
  if (endpoint.status === 'Failed') throw invalid(`Cannot update failed endpoint "${arn}": it can only be deleted.`);
  // SageMaker needs the configuration that serves, to be able to roll back to it.
  mustFind<EndpointConfig>(hub, 'endpoint-config', endpoint.spec.configName);
  const spec = retain(input, fleetSpec(hub, input.EndpointConfigName), endpoint.spec);
  const deployment = input.DeploymentConfig ?? (input.RetainDeploymentConfig ? endpoint.lastDeployment : undefined);
  checkDeployment(deployment, spec);
  checkConversion(endpoint.spec, spec);
  checkScaled(hub, endpoint, spec);
  requireFleet(hub, spec);
  const pending = pendingOf(spec, deployment, hub.cloud.clock.now());
  changeEndpoint(hub, endpoint.name, { status: 'Updating', pending, failureReason: undefined });
  hosting.resume(mustFind(hub, 'endpoint', endpoint.name));
  return { EndpointArn: arn };
};

/**
 * Changes weights and numbers of instances of an endpoint in service. Only an asynchronous endpoint may have no instances (Developer
 * Guide: Autoscale an asynchronous endpoint).
 * @throws AwsError ValidationException
 */
export const changeCapacity = async (
  hub: Hub,
  hosting: Hosting,
  name: string,
  desired: Of<typeof updateWeightsShape>['DesiredWeightsAndCapacities'],
): Promise<void> => {
  const endpoint = mustFind<Endpoint>(hub, 'endpoint', name);
  mustBeIdle(hub, endpoint);
  if (isServerless(endpoint.spec)) {
    throw invalid('The embedded cloud changes a serverless endpoint by UpdateEndpoint alone.');
  }
  const wanted = new Map(desired.map((one) => [one.VariantName, one]));
  for (const variant of wanted.keys()) {
    if (!endpoint.spec.variants.some((served) => served.name === variant)) {
      throw invalid(
        `The variant name(s) "${variant}" is/are not present within endpoint configuration "${endpoint.spec.configName}".`,
      );
    }
  }
  if (!endpoint.spec.asynchronous && desired.some(({ DesiredInstanceCount }) => DesiredInstanceCount === 0)) {
    throw invalid('DesiredInstanceCount must be at least 1: only an asynchronous endpoint may have no instances.');
  }
  const variants = endpoint.spec.variants.map((variant) => ({
    ...variant,
    weight: wanted.get(variant.name)?.DesiredWeight ?? variant.weight,
    instances: wanted.get(variant.name)?.DesiredInstanceCount ?? variant.instances,
  }));
  changeEndpoint(hub, endpoint.name, { status: 'Updating' });
  const changed = { ...endpoint, spec: { ...endpoint.spec, variants } };
  await hosting.reweigh(changed);
  changeEndpoint(hub, endpoint.name, { status: 'InService', spec: changed.spec });
  hosting.settled(endpoint.name);
};

export const endpointOperations = (hub: Hub, hosting: Hosting, queues: Queues): Operations => ({
  CreateEndpoint: operation(
    createEndpointShape,
    (input) => [
      on(hub, 'CreateEndpoint', 'endpoint', input.EndpointName),
      on(hub, 'CreateEndpoint', 'endpoint-config', input.EndpointConfigName),
      ...addTags(hub, 'endpoint', input.EndpointName, input.Tags),
    ],
    (input) => {
      const name = input.EndpointName;
      const arn = arnOf(hub.cloud, 'endpoint', name);
      if (hub.store.get('endpoint', name)) throw invalid(`Cannot create already existing endpoint "${arn}".`);
      const spec = fleetSpec(hub, input.EndpointConfigName);
      checkDeployment(input.DeploymentConfig, spec);
      requireFleet(hub, spec);
      const now = hub.cloud.clock.now();
      const endpoint: Endpoint = {
        name,
        created: now,
        modified: now,
        status: 'Creating',
        spec,
        pending: pendingOf(spec, input.DeploymentConfig, now),
      };
      hub.store.put('endpoint', endpoint);
      keepTags(hub, 'endpoint', name, input.Tags);
      announceEndpoint(hub, endpoint);
      hosting.resume(endpoint);
      return { EndpointArn: arn };
    },
  ),

  UpdateEndpoint: operation(
    updateEndpointShape,
    (input) => [
      on(hub, 'UpdateEndpoint', 'endpoint', input.EndpointName),
      on(hub, 'UpdateEndpoint', 'endpoint-config', input.EndpointConfigName),
    ],
    (input) => update(hub, hosting, input),
  ),

  UpdateEndpointWeightsAndCapacities: operation(
    updateWeightsShape,
    (input) => [on(hub, 'UpdateEndpointWeightsAndCapacities', 'endpoint', input.EndpointName)],
    async ({ EndpointName, DesiredWeightsAndCapacities }) => {
      await changeCapacity(hub, hosting, EndpointName, DesiredWeightsAndCapacities);
      return { EndpointArn: arnOf(hub.cloud, 'endpoint', EndpointName) };
    },
  ),

  DescribeEndpoint: operation(
    endpointNameShape,
    (input) => [on(hub, 'DescribeEndpoint', 'endpoint', input.EndpointName)],
    (input) => describeEndpoint(hub, mustFind<Endpoint>(hub, 'endpoint', input.EndpointName)),
  ),

  DeleteEndpoint: operation(
    endpointNameShape,
    (input) => [on(hub, 'DeleteEndpoint', 'endpoint', input.EndpointName)],
    (input) => {
      const endpoint = mustFind<Endpoint>(hub, 'endpoint', input.EndpointName);
      mustBeIdle(hub, endpoint);
      changeEndpoint(hub, endpoint.name, { status: 'Deleting' });
      hosting.delete(endpoint.name);
      queues.forget(endpoint.name);
      autoScaling(hub)?.forget(endpoint.name);
      return {};
    },
  ),

  ListEndpoints: operation(
    listEndpointsShape,
    () => [onAny('ListEndpoints')],
    (input) => {
      const { items, NextToken } = page(hub.store.all<Endpoint>('endpoint'), input);
      return present({
        NextToken,
        Endpoints: items.map((endpoint) => ({
          EndpointName: endpoint.name,
          EndpointArn: arnOf(hub.cloud, 'endpoint', endpoint.name),
          CreationTime: seconds(endpoint.created),
          LastModifiedTime: seconds(endpoint.modified),
          EndpointStatus: endpoint.status,
        })),
      });
    },
  ),
});
