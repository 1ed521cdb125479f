import * as z from 'zod';
import { artifactStore } from '#functions/aws/buckets';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { modelRegistry } from '#functions/aws/model-registry';
import { runStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { registerModel } from '#functions/use-cases/register-model';
import { runPointerSchema } from '#schemas/records/run';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET', 'STATE_TABLE']);

/** Registers a candidate that passed its gates. */
export const handler = withMiddleware(z.object({ run: runPointerSchema }), (event) =>
  registerModel(
    {
      environment: { stage: config.STAGE, artifactsBucket: config.ARTIFACTS_BUCKET },
      artifacts: artifactStore(config),
      store: runStore(config),
      registry: modelRegistry(sageMakerClient(), config.STAGE),
    },
    event,
  ),
);
