import type { EndpointView } from '#domain/deployment/endpoint';
import { deploymentKeys, runOfConfig } from '#domain/deployment/target';
import { readTests, testedKey, testPrefix } from '#domain/endpoint-tests/suite';
import { NotFoundError } from '#domain/errors';
import { pipelineOfGroup } from '#domain/naming';
import { artifactKeys } from '#domain/runs/layout';
import { documentClient } from '#functions/aws/clients/dynamodb';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { readEndpoint } from '#functions/aws/endpoint';
import { ifAbsent, type StateStore, stateStore } from '#functions/aws/state-store';
import { runStore } from '#functions/aws/stores';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import type { Suite } from '#schemas/endpoint-test';
import { loadEndpointTestsSchema } from '#schemas/events/endpoint-tests';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET', 'STATE_TABLE', 'ENDPOINT_TESTS_TABLE']);

type Decision = Suite | { readonly decision: 'skip'; readonly reason: string };
const skip = (reason: string): Decision => ({ decision: 'skip', reason });

/** Why an update is not to be tested, if so; else it is claimed for this execution, so that duplicate events test it once. */
async function claimUpdate(
  tests: StateStore,
  pipeline: string,
  endpointName: string,
  endpoint: EndpointView,
  executionArn: string,
): Promise<string | undefined> {
  const lock = await runStore(config).get(pipeline, deploymentKeys.lock);
  if (lock) return `a deployment of ${endpointName} is under way and tests it`;
  const key = testedKey(endpoint.modifiedAt, endpoint.config);
  if (await tests.put(endpointName, key, { executionArn }, ifAbsent)) return undefined;
  const claim = await tests.get(endpointName, key);
  return claim?.['executionArn'] === executionArn ? undefined : `this update of ${endpointName} was tested already`;
}

/**
 * Finds the tests to run on an endpoint as it stands. A deployment tests at once and claims the state it tested, so that the event
 * of its own update, which comes later, is not tested again.
 */
export const handler = withMiddleware(
  loadEndpointTestsSchema,
  async ({ endpointName, trigger, executionArn }): Promise<Decision> => {
    const pipeline = pipelineOfGroup(config.STAGE, endpointName);
    if (!pipeline) return skip(`${endpointName} belongs to no pipeline of stage ${config.STAGE}`);
    const tests = stateStore(documentClient(), config.ENDPOINT_TESTS_TABLE);
    const endpoint = await readEndpoint(sageMakerClient(), endpointName);
    if (trigger === 'update') {
      if (endpoint?.status !== 'InService') return skip(`${endpointName} is ${endpoint?.status ?? 'gone'} by now`);
      const reason = await claimUpdate(tests, pipeline, endpointName, endpoint, executionArn);
      if (reason !== undefined) return skip(reason);
    } else {
      if (!endpoint) throw new NotFoundError(`There is no endpoint ${endpointName} to test; was it deleted meanwhile?`);
      if (trigger === 'deploy') {
        await tests.put(endpointName, testedKey(endpoint.modifiedAt, endpoint.config), { executionArn });
      }
    }
    const run = runOfConfig(config.STAGE, pipeline, endpoint.config);
    const goldenUri = run ? `s3://${config.ARTIFACTS_BUCKET}/${artifactKeys(run).golden}` : undefined;
    return {
      decision: 'test',
      endpointName,
      endpointConfigName: endpoint.config,
      trigger,
      tests: readTests(await tests.list(endpointName, testPrefix), goldenUri),
    };
  },
);
