import { alarms } from '#functions/aws/alarms';
import { autoScalingClient } from '#functions/aws/clients/auto-scaling';
import { cloudWatchClient } from '#functions/aws/clients/cloudwatch';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { endpoints } from '#functions/aws/endpoints';
import { scaling } from '#functions/aws/scaling';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { promoteModel } from '#functions/use-cases/promote-model';
import { promoteModelSchema } from '#schemas/events/deployment';

const config = readConfig(['STAGE', 'STATE_TABLE']);

/** Records that the tested model is the champion, and ends its deployment. */
export const handler = withMiddleware(promoteModelSchema, (event) =>
  promoteModel(
    {
      store: runStore(config),
      endpoints: endpoints(sageMakerClient()),
      alarms: alarms(cloudWatchClient()),
      scaling: scaling(autoScalingClient(), cloudWatchClient()),
    },
    event,
  ),
);
