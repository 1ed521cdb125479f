import {
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  DescribeModelPackageGroupCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import * as z from 'zod';
import { modelPackageGroupName } from '#domain/naming';
import { modelPackageRequest } from '#domain/registry/model-package';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { createUnlessThere } from '#functions/aws/create-unless-there';
import { artifactStore, runStore } from '#functions/aws/stores';
import { readConfig } from '#functions/runtime/config';
import { sha256Hex } from '#functions/runtime/hash';
import { withMiddleware } from '#functions/runtime/middleware';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { evaluationSchema } from '#schemas/records/evaluation';
import { dropRecordSchema, runPointerSchema, trainingRecordSchema } from '#schemas/records/run';

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

/** Registers the package. The client token is the run's, so asking again registers nothing twice. */
async function registerPackage(run: RunPointer, pipeline: Pipeline): Promise<string> {
  const artifacts = artifactStore(config);
  const keys = artifactKeys(run);
  const evaluationText = await artifacts.readText(keys.evaluation);
  const evaluation = evaluationSchema.parse(JSON.parse(evaluationText));
  const training = await artifacts.readJson(keys.training, trainingRecordSchema);
  await ensureGroup(modelPackageGroupName(config.STAGE, run.pipeline), run.pipeline, pipeline.description);
  const request = modelPackageRequest({
    run,
    pipeline,
    drop: await artifacts.readJson(keys.drop, dropRecordSchema),
    metrics: Object.fromEntries(Object.entries(evaluation.metrics).map(([name, { value }]) => [name, value])),
    training,
    evaluationDigest: sha256Hex(evaluationText),
    environment: { stage: config.STAGE, artifactsBucket: config.ARTIFACTS_BUCKET, image: config.XGBOOST_IMAGE },
  });
  const { ModelPackageArn = '' } = await sageMakerClient().send(
    new CreateModelPackageCommand(request as CreateModelPackageCommandInput),
  );
  return ModelPackageArn;
}

/**
 * Registers a candidate that passed its gates, with metrics and lineage, and approves it where the pipeline says so. The run's
 * record remembers the package before it is approved, so that no deployment begins of which the run knows nothing.
 */
export const handler = withMiddleware(z.object({ run: runPointerSchema }), async ({ run }) => {
  const store = runStore(config);
  const record = await store.get(run.pipeline, `run#${run.runId}`);
  const known = record?.['modelPackageArn'];
  const pipeline = await artifactStore(config).readJson(artifactKeys(run).config, pipelineSchema);
  const modelPackageArn = typeof known === 'string' ? known : await registerPackage(run, pipeline);
  if (known === undefined) {
    await store.set(run.pipeline, `run#${run.runId}`, {
      modelPackageArn,
      modelPackageVersion: Number(modelPackageArn.slice(modelPackageArn.lastIndexOf('/') + 1)),
      approval: 'PendingManualApproval',
    });
  }
  if (pipeline.registry.approval === 'auto' && record?.['approval'] !== 'Approved') {
    await sageMakerClient().send(
      new UpdateModelPackageCommand({ ModelPackageArn: modelPackageArn, ModelApprovalStatus: 'Approved' }),
    );
    await store.set(run.pipeline, `run#${run.runId}`, { approval: 'Approved' });
  }
  return { modelPackageArn };
});
