import { CreateModelCommand, DescribeModelCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { runResourceName } from '#domain/naming';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { modelDataUrl } from '#domain/training/plan';
import { artifactStore } from '#functions/aws/buckets';
import { createUnlessThere } from '#functions/aws/create-unless-there';
import { trainingRecordSchema } from '#schemas/records/run';

/** What a model needs besides its run. */
export interface ModelEnvironment {
  readonly STAGE: string;
  readonly ARTIFACTS_BUCKET: string;
  readonly SERVING_ROLE_ARN: string;
}

/**
 * Creates the SageMaker model from a run's training artifact and training image, or finds the existing one. Batch transform
 * scores with it, and the endpoint serves it.
 *
 * @returns the model's name
 */
export async function ensureModel(client: SageMakerClient, run: RunPointer, env: ModelEnvironment): Promise<string> {
  const modelName = runResourceName(env.STAGE, run);
  await createUnlessThere(
    () => client.send(new DescribeModelCommand({ ModelName: modelName })),
    async () => {
      const training = await artifactStore(env).readJson(artifactKeys(run).training, trainingRecordSchema);
      return client.send(
        new CreateModelCommand({
          ModelName: modelName,
          ExecutionRoleArn: env.SERVING_ROLE_ARN,
          PrimaryContainer: {
            Image: training.image,
            ModelDataUrl: modelDataUrl(run, training, { stage: env.STAGE, artifactsBucket: env.ARTIFACTS_BUCKET }),
          },
          Tags: [
            { Key: 'tidegate:stage', Value: env.STAGE },
            { Key: 'tidegate:pipeline', Value: run.pipeline },
            { Key: 'tidegate:run', Value: run.runId },
          ],
        }),
      );
    },
  );
  return modelName;
}
