import { alarms } from '#functions/aws/alarms';
import { cloudWatchClient } from '#functions/aws/clients/cloudwatch';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { endpoints } from '#functions/aws/endpoints';
import { withMiddleware } from '#functions/runtime/middleware';
import { awaitEndpoint } from '#functions/use-cases/await-endpoint';
import { awaitEndpointSchema } from '#schemas/events/deployment';

/** Checks whether an endpoint serves the config of a deployment. The machine waits by retrying this function. */
export const handler = withMiddleware(awaitEndpointSchema, (event) =>
  awaitEndpoint({ endpoints: endpoints(sageMakerClient()), alarms: alarms(cloudWatchClient()) }, event),
);
