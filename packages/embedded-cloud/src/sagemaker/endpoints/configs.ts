import { checkAsynchronous } from '#src/sagemaker/endpoints/asynchronous';
import {
  type CreateEndpointConfig,
  createEndpointConfigShape,
  endpointConfigNameShape,
  listEndpointConfigsShape,
} from '#src/sagemaker/endpoints/request';
import { checkServerless, serverlessConditions } from '#src/sagemaker/endpoints/serverless';
import { addTags, forget, type Hub, keepTags, mustFind, on, onAny, passRole } from '#src/sagemaker/hub';
import { page } from '#src/sagemaker/listing';
import type { Model } from '#src/sagemaker/models/model';
import { arnOf, invalid, present, seconds } from '#src/sagemaker/names';
import { type Operations, operation } from '#src/sagemaker/operation';
import type { Kept } from '#src/sagemaker/store';

/** An endpoint configuration, as stored. */
export interface EndpointConfig extends Kept {
  readonly request: CreateEndpointConfig;
}

const check = (hub: Hub, input: CreateEndpointConfig): void => {
  for (const member of ['ExplainerConfig', 'ShadowProductionVariants'] as const) {
    if (input[member] !== undefined) throw invalid(`${member} is not supported by the embedded cloud.`);
  }
  checkAsynchronous(input);
  const names = input.ProductionVariants.map((variant) => variant.VariantName);
  if (new Set(names).size < names.length) throw invalid('Duplicate variant names found. Variant names must be unique.');
  for (const variant of input.ProductionVariants) {
    const at = `Production variant ${variant.VariantName}`;
    if (variant.ModelName === undefined) throw invalid(`${at} needs a ModelName.`);
    const instances = variant.InstanceType !== undefined && variant.InitialInstanceCount !== undefined;
    if (!variant.ServerlessConfig && !instances) {
      throw invalid(`${at} needs an InstanceType and an InitialInstanceCount, or a ServerlessConfig.`);
    }
    const model = mustFind<Model>(hub, 'model', variant.ModelName);
    if (variant.ServerlessConfig) checkServerless(input, variant, model);
  }
  if (hub.store.get('endpoint-config', input.EndpointConfigName)) {
    const arn = arnOf(hub.cloud, 'endpoint-config', input.EndpointConfigName);
    throw invalid(`Cannot create already existing endpoint configuration "${arn}".`);
  }
};

export const endpointConfigOperations = (hub: Hub): Operations => ({
  CreateEndpointConfig: operation(
    createEndpointConfigShape,
    (input) => [
      {
        ...on(hub, 'CreateEndpointConfig', 'endpoint-config', input.EndpointConfigName),
        context: {
          'sagemaker:ModelArn': input.ProductionVariants.map((v) => arnOf(hub.cloud, 'model', v.ModelName ?? '')),
          'sagemaker:InstanceTypes': input.ProductionVariants.flatMap((v) => v.InstanceType ?? []),
          ...serverlessConditions(input.ProductionVariants[0]?.ServerlessConfig),
        },
      },
      ...addTags(hub, 'endpoint-config', input.EndpointConfigName, input.Tags),
      ...(input.ExecutionRoleArn === undefined ? [] : [passRole(input.ExecutionRoleArn)]),
    ],
    (input) => {
      check(hub, input);
      const now = hub.cloud.clock.now();
      const name = input.EndpointConfigName;
      hub.store.put<EndpointConfig>('endpoint-config', {
        name,
        created: now,
        modified: now,
        status: '',
        request: input,
      });
      keepTags(hub, 'endpoint-config', name, input.Tags);
      return { EndpointConfigArn: arnOf(hub.cloud, 'endpoint-config', name) };
    },
  ),

  DescribeEndpointConfig: operation(
    endpointConfigNameShape,
    (input) => [on(hub, 'DescribeEndpointConfig', 'endpoint-config', input.EndpointConfigName)],
    (input) => {
      const config = mustFind<EndpointConfig>(hub, 'endpoint-config', input.EndpointConfigName);
      const { Tags: _, ...request } = config.request;
      return {
        ...request,
        ProductionVariants: request.ProductionVariants.map((v) => ({ InitialVariantWeight: 1, ...v })),
        EndpointConfigArn: arnOf(hub.cloud, 'endpoint-config', config.name),
        CreationTime: seconds(config.created),
        EnableNetworkIsolation: false,
      };
    },
  ),

  DeleteEndpointConfig: operation(
    endpointConfigNameShape,
    (input) => [on(hub, 'DeleteEndpointConfig', 'endpoint-config', input.EndpointConfigName)],
    (input) => {
      forget(hub, 'endpoint-config', mustFind<EndpointConfig>(hub, 'endpoint-config', input.EndpointConfigName).name);
      return {};
    },
  ),

  ListEndpointConfigs: operation(
    listEndpointConfigsShape,
    () => [onAny('ListEndpointConfigs')],
    (input) => {
      const { items, NextToken } = page(hub.store.all<EndpointConfig>('endpoint-config'), input);
      return present({
        NextToken,
        EndpointConfigs: items.map((config) => ({
          EndpointConfigName: config.name,
          EndpointConfigArn: arnOf(hub.cloud, 'endpoint-config', config.name),
          CreationTime: seconds(config.created),
        })),
      });
    },
  ),
});
