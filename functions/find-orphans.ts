import * as z from 'zod';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { stageResources } from '#functions/aws/stage-resources';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { pipelineNames } from '#functions/runtime/packaged-pipelines';
import { findOrphans } from '#functions/use-cases/find-orphans';

const config = readConfig(['STAGE', 'LAMBDA_TASK_ROOT']);

/** Finds endpoints that serve although their pipelines are no longer deployed. */
export const handler = withMiddleware(z.object({}), () =>
  findOrphans({
    stage: config.STAGE,
    pipelines: pipelineNames(config.LAMBDA_TASK_ROOT),
    resources: stageResources(sageMakerClient()),
  }),
);
