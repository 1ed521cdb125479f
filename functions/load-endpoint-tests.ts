import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { endpoints } from '#functions/aws/endpoints';
import { endpointTestStore, runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { loadEndpointTests } from '#functions/use-cases/load-endpoint-tests';
import { loadEndpointTestsSchema } from '#schemas/events/endpoint-tests';

const config = readConfig(['STAGE', 'STATE_TABLE', 'ENDPOINT_TESTS_TABLE']);

/** Finds the tests to run on an endpoint as it stands. */
export const handler = withMiddleware(loadEndpointTestsSchema, (event) =>
  loadEndpointTests(
    {
      stage: config.STAGE,
      store: runStore(config),
      tests: endpointTestStore(config),
      endpoints: endpoints(sageMakerClient()),
    },
    event,
  ),
);
