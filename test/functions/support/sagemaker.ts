import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  SageMakerClient,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { mockClient } from 'aws-sdk-client-mock';

interface Endpoint {
  status: string;
  config: string;
  pending?: string;
  failure?: string;
  modifiedAt: string;
}
interface Package {
  status: string;
  approvedAt: string;
  runId?: string;
  modifiedBy?: string;
  reason?: string;
}

export const refusal = (message: string, name = 'ValidationException'): Error =>
  Object.assign(new Error(message), { name });

/**
 * SageMaker's control plane behind the SDK's client, as far as a deployment sees it. Changes of an endpoint stay under way
 * until `settle` is called. Every call that changes something is in `changes`, as `UpdateEndpoint tidegate-…`.
 */
export function fakeSageMaker() {
  const mock = mockClient(SageMakerClient);
  const models = new Set<string>();
  const configs = new Map<string, unknown>();
  const endpoints = new Map<string, Endpoint>();
  const packages = new Map<string, Package>();
  const changes: string[] = [];
  const missing = (what: string) => refusal(`Could not find ${what}.`);
  const need = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw missing(what);
    return found;
  };
  const atRest = (endpoint: Endpoint) => {
    if (!['InService', 'Failed', 'OutOfService', 'UpdateRollbackFailed'].includes(endpoint.status)) {
      throw refusal('Cannot update in-progress endpoint "arn".');
    }
  };
  const note = (operation: string, name = '') => {
    changes.push(`${operation} ${name}`);
  };

  mock.on(DescribeModelPackageCommand).callsFake(({ ModelPackageName }) => {
    const found = packages.get(ModelPackageName);
    if (!found) throw refusal(`ModelPackage ${ModelPackageName} does not exist.`);
    return {
      ...(found.modifiedBy ? { LastModifiedBy: { IamIdentity: { Arn: found.modifiedBy } } } : {}),
      ...(found.reason ? { ApprovalDescription: found.reason } : {}),
      ModelApprovalStatus: found.status,
      LastModifiedTime: new Date(found.approvedAt),
      CustomerMetadataProperties: found.runId === undefined ? {} : { run_id: found.runId },
    };
  });
  mock.on(DescribeModelCommand).callsFake(({ ModelName }) => {
    if (!models.has(ModelName)) throw missing('model');
    return { ModelName };
  });
  mock.on(CreateModelCommand).callsFake(({ ModelName }) => {
    note('CreateModel', ModelName);
    models.add(ModelName);
    return {};
  });
  mock.on(DescribeEndpointConfigCommand).callsFake(({ EndpointConfigName }) => {
    need(configs.get(EndpointConfigName), 'endpoint configuration');
    return {};
  });
  mock.on(CreateEndpointConfigCommand).callsFake((input) => {
    note('CreateEndpointConfig', input.EndpointConfigName);
    configs.set(input.EndpointConfigName, input);
    return {};
  });
  mock.on(DeleteEndpointConfigCommand).callsFake(({ EndpointConfigName }) => {
    if (!configs.delete(EndpointConfigName)) throw missing('endpoint configuration');
    note('DeleteEndpointConfig', EndpointConfigName);
    return {};
  });
  mock.on(DescribeEndpointCommand).callsFake(({ EndpointName }) => {
    const { status, config, pending, failure, modifiedAt } = need(endpoints.get(EndpointName), 'endpoint "arn"');
    return {
      EndpointStatus: status,
      EndpointConfigName: config,
      FailureReason: failure,
      LastModifiedTime: new Date(modifiedAt),
      ...(pending ? { PendingDeploymentSummary: { EndpointConfigName: pending } } : {}),
    };
  });
  mock.on(CreateEndpointCommand).callsFake(({ EndpointName, EndpointConfigName }) => {
    if (endpoints.has(EndpointName)) throw refusal('Cannot create already existing endpoint "arn".');
    note('CreateEndpoint', EndpointConfigName);
    endpoints.set(EndpointName, { status: 'Creating', config: EndpointConfigName, modifiedAt: '2026-01-02T00:00:00Z' });
    return {};
  });
  mock.on(UpdateEndpointCommand).callsFake(({ EndpointName, EndpointConfigName }) => {
    const endpoint = need(endpoints.get(EndpointName), 'endpoint "arn"');
    atRest(endpoint);
    need(configs.get(EndpointConfigName), 'endpoint configuration');
    note('UpdateEndpoint', EndpointConfigName);
    Object.assign(endpoint, { status: 'Updating', pending: EndpointConfigName });
    return {};
  });
  mock.on(DeleteEndpointCommand).callsFake(({ EndpointName }) => {
    atRest(need(endpoints.get(EndpointName), 'endpoint "arn"'));
    note('DeleteEndpoint', EndpointName);
    endpoints.delete(EndpointName);
    return {};
  });
  return {
    mock,
    models,
    configs,
    endpoints,
    packages,
    changes,
    /** An endpoint in service on a config that exists. */
    serve(name: string, config: string): void {
      configs.set(config, {});
      endpoints.set(name, { status: 'InService', config, modifiedAt: '2026-01-01T12:00:00Z' });
    },
    /** Ends the change under way: the endpoint is in service on the config it was headed for. */
    settle(name: string): void {
      const endpoint = need(endpoints.get(name), 'endpoint');
      endpoints.set(name, {
        status: 'InService',
        config: endpoint.pending ?? endpoint.config,
        modifiedAt: '2026-01-02T00:10:00Z',
      });
    },
  };
}
export type FakeSageMaker = ReturnType<typeof fakeSageMaker>;
