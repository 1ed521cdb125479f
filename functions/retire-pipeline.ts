import { autoScalingClient } from '#functions/aws/clients/auto-scaling';
import { cloudWatchClient } from '#functions/aws/clients/cloudwatch';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { endpoints } from '#functions/aws/endpoints';
import { isRunning } from '#functions/aws/executions';
import { scaling } from '#functions/aws/scaling';
import { stageResources } from '#functions/aws/stage-resources';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { retirePipeline } from '#functions/use-cases/retire-pipeline';
import { retirePipelineSchema } from '#schemas/events/retire';

const config = readConfig(['STAGE', 'STATE_TABLE']);

/** Retires a pipeline: deletes what it has in SageMaker, and makes later drops and approvals do nothing. */
export const handler = withMiddleware(retirePipelineSchema, (event) =>
  retirePipeline(
    {
      stage: config.STAGE,
      store: runStore(config),
      endpoints: endpoints(sageMakerClient()),
      scaling: scaling(autoScalingClient(), cloudWatchClient()),
      resources: stageResources(sageMakerClient()),
      isRunning: (executionArn) => isRunning(sfnClient(), executionArn),
    },
    event,
  ),
);
