import {
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DescribeModelPackageGroupCommand,
} from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import { modelPackageGroupName } from '#domain/naming';
import { modelPackageRequest } from '#domain/registry/model-package';
import { artifactKeys } from '#domain/runs/layout';
import { sageMakerClient } from '#functions/common/clients';
import { readConfig } from '#functions/common/config';
import { createUnlessThere } from '#functions/common/create-unless-there';
import { sha256Hex } from '#functions/common/hash';
import { withMiddleware } from '#functions/common/middleware';
import { artifactStore, runStore } from '#functions/common/stores';
import { evaluationSchema } from '#schemas/evaluation';
import { pipelineSchema } from '#schemas/pipeline';
import { dropRecordSchema, runPointerSchema, trainingRecordSchema } from '#schemas/run';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET', 'STATE_TABLE', 'XGBOOST_IMAGE']);

/** Makes the pipeline's model package group if this is its first model. */
async function ensureGroup(name: string, pipeline: string, description: string | undefined): Promise<void> {
  const client = sageMakerClient();
  await createUnlessThere(
    () => client.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: name })),
    () =>
      client.send(
        new CreateModelPackageGroupCommand({
          ModelPackageGroupName: name,
          ModelPackageGroupDescription: description ?? `Models of the pipeline ${pipeline}`,
          Tags: [
            { Key: 'tidegate:stage', Value: config.STAGE },
            { Key: 'tidegate:pipeline', Value: pipeline },
          ],
        }),
      ),
  );
}

/**
 * Registers a candidate that passed its gates, with metrics and lineage. The run's record remembers the package, and
 * the client token is the run's, so asking again registers nothing twice.
 */
export const handler = withMiddleware(z.object({ run: runPointerSchema }), async ({ run }) => {
  const store = runStore(config);
  const known = (await store.get(run.pipeline, `run#${run.runId}`))?.['modelPackageArn'];
  if (typeof known === 'string') return { modelPackageArn: known };
  const artifacts = artifactStore(config);
  const keys = artifactKeys(run);
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const evaluationText = await artifacts.readText(keys.evaluation);
  const evaluation = evaluationSchema.parse(JSON.parse(evaluationText));
  const training = await artifacts.readJson(keys.training, trainingRecordSchema);
  await ensureGroup(modelPackageGroupName(config.STAGE, run.pipeline), run.pipeline, pipeline.description);
  const request = modelPackageRequest({
    run,
    pipeline,
    drop: await artifacts.readJson(keys.drop, dropRecordSchema),
    metrics: Object.fromEntries(Object.entries(evaluation.metrics).map(([name, { value }]) => [name, value])),
    hyperparameters: training.hyperparameters,
    evaluationDigest: sha256Hex(evaluationText),
    environment: { stage: config.STAGE, artifactsBucket: config.ARTIFACTS_BUCKET, image: config.XGBOOST_IMAGE },
  });
  const { ModelPackageArn: modelPackageArn = '' } = await sageMakerClient().send(
    new CreateModelPackageCommand(request as CreateModelPackageCommandInput),
  );
  const version = Number(modelPackageArn.slice(modelPackageArn.lastIndexOf('/') + 1));
  await store.set(run.pipeline, `run#${run.runId}`, {
    modelPackageArn,
    modelPackageVersion: version,
    approval: request.ModelApprovalStatus,
  });
  return { modelPackageArn };
});
