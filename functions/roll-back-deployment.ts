import { alarms } from '#functions/aws/alarms';
import { autoScalingClient } from '#functions/aws/clients/auto-scaling';
import { cloudWatchClient } from '#functions/aws/clients/cloudwatch';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { endpoints } from '#functions/aws/endpoints';
import { scaling } from '#functions/aws/scaling';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { rollBackDeployment } from '#functions/use-cases/roll-back-deployment';
import { rollBackDeploymentSchema } from '#schemas/events/deployment';

const config = readConfig(['STAGE', 'STATE_TABLE']);

/** Rolls a failed deployment back to the previous config. */
export const handler = withMiddleware(rollBackDeploymentSchema, (event) =>
  rollBackDeployment(
    {
      stage: config.STAGE,
      store: runStore(config),
      endpoints: endpoints(sageMakerClient()),
      alarms: alarms(cloudWatchClient()),
      scaling: scaling(autoScalingClient(), cloudWatchClient()),
    },
    event,
  ),
);
