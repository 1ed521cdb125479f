import { alarms } from '#functions/aws/alarms';
import { artifactStore } from '#functions/aws/buckets';
import { autoScalingClient } from '#functions/aws/clients/auto-scaling';
import { cloudWatchClient } from '#functions/aws/clients/cloudwatch';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { endpoints } from '#functions/aws/endpoints';
import { ensureModel } from '#functions/aws/ensure-model';
import { scaling } from '#functions/aws/scaling';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { deployEndpoint } from '#functions/use-cases/deploy-endpoint';
import { deployEndpointSchema } from '#schemas/events/deployment';

const config = readConfig(['STAGE', 'CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'SERVING_ROLE_ARN', 'CLEAN_KEY_ARN']);

/** Starts the create or update of an endpoint with a new model. */
export const handler = withMiddleware(deployEndpointSchema, (event) =>
  deployEndpoint(
    {
      environment: { stage: config.STAGE, cleanBucket: config.CLEAN_BUCKET, cleanKeyArn: config.CLEAN_KEY_ARN },
      artifacts: artifactStore(config),
      endpoints: endpoints(sageMakerClient()),
      alarms: alarms(cloudWatchClient()),
      scaling: scaling(autoScalingClient(), cloudWatchClient()),
      ensureModel: (run) => ensureModel(sageMakerClient(), run, config),
    },
    event,
  ),
);
