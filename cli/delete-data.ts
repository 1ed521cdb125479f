import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { DeleteModelPackageCommand, DeleteModelPackageGroupCommand } from '@aws-sdk/client-sagemaker';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { batchItems } from '#domain/batch/layout';
import { captureCountKey } from '#domain/drift/windows/layout';
import { endpointName, modelPackageGroupName } from '#domain/naming';
import { counted } from '#domain/text/numbers';
import { lastGoodKey } from '#functions/claims/last-good';
import { listItems, listPackages } from './model-versions.ts';
import { CliError } from './output.ts';
import { type DataBucket, dataBuckets, listVersions } from './pipeline-inventory.ts';
import type { Target } from './target.ts';

async function deleteObjects(target: Target, bucket: DataBucket, pipeline: string): Promise<number> {
  let deleted = 0;
  let batch: { Key: string; VersionId: string }[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const request = { Bucket: target.outputs[bucket], Delete: { Objects: batch, Quiet: true } };
    const { Errors = [] } = await target.s3.send(new DeleteObjectsCommand(request));
    const [first] = Errors;
    if (first) {
      throw new CliError(
        `${target.outputs[bucket]} keeps ${counted(Errors.length, 'object')} that could not be deleted: ${first.Code}: ${first.Message}. The command can be repeated.`,
      );
    }
    deleted += batch.length;
    batch = [];
  };
  for await (const { Key, VersionId } of listVersions(target, bucket, pipeline)) {
    batch.push({ Key, VersionId });
    // DeleteObjects takes at most 1,000 keys
    if (batch.length === 1000) await flush();
  }
  await flush();
  return deleted;
}

async function deletePackages(target: Target, pipeline: string): Promise<number> {
  const packages = await listPackages(target, pipeline);
  for (const ModelPackageName of packages) {
    await target.sageMaker.send(new DeleteModelPackageCommand({ ModelPackageName }));
  }
  if (packages.length > 0) {
    const ModelPackageGroupName = modelPackageGroupName(target.stage, pipeline);
    await target.sageMaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName }));
  }
  return packages.length;
}

/** Deletes the endpoint's tests, and what says that a data set was trained or scored. Runs and decisions stay: they are the history. */
async function deleteItems(target: Target, pipeline: string): Promise<number> {
  const { db, outputs, stage } = target;
  const { StateTableName, EndpointTestsTableName } = outputs;
  const partitions = [
    [StateTableName, pipeline, 'trained#'],
    [StateTableName, pipeline, 'folder#'],
    // the scores are deleted, so the same files may be scored again
    [StateTableName, pipeline, batchItems.claims],
    // the facts of the last good run are deleted, so nothing can be compared with them
    [StateTableName, pipeline, lastGoodKey],
    // what was counted of captured requests is deleted, and so are they
    [StateTableName, pipeline, captureCountKey],
    [EndpointTestsTableName, endpointName(stage, pipeline), ''],
  ] as const;
  let deleted = 0;
  for (const [TableName, partition, prefix] of partitions) {
    for (const { pk, sk } of await listItems(target, TableName, partition, prefix)) {
      await db.send(new DeleteCommand({ TableName, Key: { pk, sk } }));
      deleted += 1;
    }
  }
  return deleted;
}

/**
 * Deletes what a retirement leaves: model packages, all versions of the pipeline's objects, and endpoint tests, with the caller's
 * own permissions. It can be repeated.
 *
 * @returns how many of each were deleted
 */
export async function deleteData(target: Target, pipeline: string): Promise<Record<string, number>> {
  const deleted: Record<string, number> = {
    'model packages': await deletePackages(target, pipeline),
    'endpoint tests and records of trained data': await deleteItems(target, pipeline),
  };
  for (const [bucket, what] of Object.entries(dataBuckets)) {
    deleted[what] = await deleteObjects(target, bucket as DataBucket, pipeline);
  }
  return deleted;
}
