import * as z from 'zod';
import { artifactStore } from '#functions/aws/buckets';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { tuningJobs } from '#functions/aws/tuning-jobs';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { selectBestTrial } from '#functions/use-cases/select-best-trial';
import { runPointerSchema } from '#schemas/records/run';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET']);

/** Selects the best training job of a run's tuning job. */
export const handler = withMiddleware(z.object({ run: runPointerSchema }), (event) =>
  selectBestTrial(
    { stage: config.STAGE, artifacts: artifactStore(config), tuningJobs: tuningJobs(sageMakerClient()) },
    event,
  ),
);
