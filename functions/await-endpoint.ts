import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { endpoints } from '#functions/aws/endpoints';
import { withMiddleware } from '#functions/runtime/middleware';
import { awaitEndpoint } from '#functions/use-cases/await-endpoint';
import { awaitEndpointSchema } from '#schemas/events/deployment';

/** Looks whether an endpoint serves the config of a deployment. The machine waits by retrying it. */
export const handler = withMiddleware(awaitEndpointSchema, (event) =>
  awaitEndpoint(endpoints(sageMakerClient()), event),
);
