import type * as z from 'zod';
import type { EndpointView } from '#domain/deployment/endpoint';
import { deploymentKeys, runOfConfig } from '#domain/deployment/target';
import { readTests, testedKey, testPrefix } from '#domain/endpoint-tests/suite';
import { NotFoundError } from '#domain/errors';
import { pipelineOfGroup } from '#domain/naming';
import { artifactKeys } from '#domain/runs/layout';
import { unreachable } from '#domain/unreachable';
import type { Endpoints } from '#functions/ports/endpoints';
import { ifAbsent, type StateStore } from '#functions/ports/state-store';
import type { Suite } from '#schemas/endpoint-test';
import type { loadEndpointTestsSchema } from '#schemas/events/endpoint-tests';

/** The dependencies of loading tests. */
export interface TestLoadingPorts {
  readonly stage: string;
  readonly artifactsBucket: string;
  readonly store: StateStore;
  readonly tests: StateStore;
  readonly endpoints: Pick<Endpoints, 'read'>;
}

type Decision = Suite | { readonly decision: 'skip'; readonly reason: string };
const skip = (reason: string): Decision => ({ decision: 'skip', reason });
const absent = (endpointName: string): NotFoundError =>
  new NotFoundError(`There is no endpoint ${endpointName} to test; was it deleted in the meantime?`);

/** Why an update is not tested. Otherwise undefined: this execution has claimed it, so duplicate events test it once. */
async function claimUpdate(
  { store, tests }: TestLoadingPorts,
  pipeline: string,
  endpointName: string,
  endpoint: EndpointView,
  executionArn: string,
): Promise<string | undefined> {
  const lock = await store.get(pipeline, deploymentKeys.lock);
  if (lock) return `a deployment of ${endpointName} is under way and tests it`;
  const key = testedKey(endpoint.modifiedAt, endpoint.config);
  if (await tests.put(endpointName, key, { executionArn }, ifAbsent)) return undefined;
  const claim = await tests.get(endpointName, key);
  return claim?.['executionArn'] === executionArn ? undefined : `this update of ${endpointName} was tested already`;
}

/**
 * Finds the tests to run on an endpoint. A deployment tests at once and claims the state it tested, so the later event of its
 * own update does not start the tests again.
 *
 * @throws NotFoundError when the endpoint does not exist, except for an update event
 */
export async function loadEndpointTests(
  ports: TestLoadingPorts,
  { endpointName, trigger, executionArn }: z.output<typeof loadEndpointTestsSchema>,
): Promise<Decision> {
  const { stage, tests } = ports;
  const pipeline = pipelineOfGroup(stage, endpointName);
  if (!pipeline) return skip(`${endpointName} belongs to no pipeline of stage ${stage}`);
  const endpoint = await ports.endpoints.read(endpointName);
  switch (trigger) {
    case 'update': {
      if (endpoint?.status !== 'InService') return skip(`${endpointName} is ${endpoint?.status ?? 'gone'} by now`);
      const reason = await claimUpdate(ports, pipeline, endpointName, endpoint, executionArn);
      if (reason !== undefined) return skip(reason);
      break;
    }
    case 'deploy':
      if (!endpoint) throw absent(endpointName);
      await tests.put(endpointName, testedKey(endpoint.modifiedAt, endpoint.config), { executionArn });
      break;
    case 'manual':
      if (!endpoint) throw absent(endpointName);
      break;
    default:
      return unreachable(trigger, 'reason to test an endpoint');
  }
  const run = runOfConfig(stage, pipeline, endpoint.config);
  const goldenUri = run ? `s3://${ports.artifactsBucket}/${artifactKeys(run).golden}` : undefined;
  return {
    decision: 'test',
    endpointName,
    endpointConfigName: endpoint.config,
    trigger,
    tests: readTests(await tests.list(endpointName, testPrefix), goldenUri),
  };
}
