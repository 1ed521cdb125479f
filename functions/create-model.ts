import { CreateModelCommand, DescribeModelCommand } from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import { runResourceName } from '#domain/naming';
import { modelDataUrl } from '#domain/training/plan';
import { sageMakerClient } from '#functions/common/clients';
import { readConfig } from '#functions/common/config';
import { withMiddleware } from '#functions/common/middleware';
import { isSageMakerMissing } from '#functions/common/sagemaker';
import { runPointerSchema } from '#schemas/run';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET', 'XGBOOST_IMAGE', 'SERVING_ROLE_ARN']);

/**
 * Makes the SageMaker model of a run's training artifact, or finds the one an earlier attempt made: batch transform scores
 * with it, and the endpoint serves it.
 */
export const handler = withMiddleware(z.object({ run: runPointerSchema }), async ({ run }) => {
  const client = sageMakerClient();
  const modelName = runResourceName(config.STAGE, run);
  try {
    await client.send(new DescribeModelCommand({ ModelName: modelName }));
    return { modelName };
  } catch (error) {
    if (!isSageMakerMissing(error)) throw error;
  }
  await client.send(
    new CreateModelCommand({
      ModelName: modelName,
      ExecutionRoleArn: config.SERVING_ROLE_ARN,
      PrimaryContainer: {
        Image: config.XGBOOST_IMAGE,
        ModelDataUrl: modelDataUrl(run, { stage: config.STAGE, artifactsBucket: config.ARTIFACTS_BUCKET }),
      },
      Tags: [
        { Key: 'tidegate:stage', Value: config.STAGE },
        { Key: 'tidegate:pipeline', Value: run.pipeline },
        { Key: 'tidegate:run', Value: run.runId },
      ],
    }),
  );
  return { modelName };
});
