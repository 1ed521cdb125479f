import * as z from 'zod';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { ensureModel } from '#functions/aws/ensure-model';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { runPointerSchema } from '#schemas/records/run';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET', 'SERVING_ROLE_ARN']);

/** Creates the SageMaker model of a run's training artifact, or finds the one from an earlier attempt. */
export const handler = withMiddleware(z.object({ run: runPointerSchema }), async ({ run }) => ({
  modelName: await ensureModel(sageMakerClient(), run, config),
}));
