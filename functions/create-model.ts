import { z } from 'zod';
import { sageMakerClient } from '#functions/common/clients';
import { readConfig } from '#functions/common/config';
import { ensureModel } from '#functions/common/ensure-model';
import { withMiddleware } from '#functions/common/middleware';
import { runPointerSchema } from '#schemas/run';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET', 'XGBOOST_IMAGE', 'SERVING_ROLE_ARN']);

/** Makes the SageMaker model of a run's training artifact, or finds the one an earlier attempt made. */
export const handler = withMiddleware(z.object({ run: runPointerSchema }), async ({ run }) => ({
  modelName: await ensureModel(sageMakerClient(), run, config),
}));
