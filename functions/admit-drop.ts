import { DropVanishedError, EmptyDropError, InvalidInputError } from '#domain/errors';
import { makeRunId } from '#domain/naming';
import { describeContent, isHidden, locateDrop, planShards, selectDropObjects } from '#domain/runs/drop';
import { artifactKeys } from '#domain/runs/layout';
import { documentClient, s3Client, sfnClient } from '#functions/common/clients';
import { readConfig } from '#functions/common/config';
import { sha256Hex } from '#functions/common/hash';
import { acquireLease, isRunning, type LeaseResult } from '#functions/common/lease';
import { withMiddleware } from '#functions/common/middleware';
import { objectStore } from '#functions/common/object-store';
import { readPipeline } from '#functions/common/pipelines';
import { listCurrentVersions, type RawObject } from '#functions/common/raw-listing';
import { stateStore } from '#functions/common/state-store';
import { admitDropSchema, championSchema, type DropRecord, type RetrainInput } from '#schemas/run';

const config = readConfig(['RAW_BUCKET', 'ARTIFACTS_BUCKET', 'STATE_TABLE', 'GIT_COMMIT', 'LAMBDA_TASK_ROOT']);

/** What is asked for: which pipeline, which folder, why. */
function readRequest(input: RetrainInput) {
  if ('detail' in input) {
    const { key } = input.detail.object;
    return { ...locateDrop(key), objectKey: key, reason: 'drop' as const, force: false };
  }
  const { pipeline, drop, reason, force } = input;
  const prefix = drop === undefined || drop.endsWith('/') ? drop : `${drop}/`;
  if (prefix !== undefined && locateDrop(prefix).pipeline !== pipeline) {
    throw new InvalidInputError(
      `The drop ${prefix} is not one of pipeline ${pipeline}: name a folder below ${pipeline}/.`,
    );
  }
  return { pipeline, prefix, objectKey: undefined, reason, force };
}

/** Why a drop is not trained now, in words. */
function explainSkip(lease: Exclude<LeaseResult, { kind: 'held' }>): string {
  switch (lease.kind) {
    case 'trained':
      return `this data set was trained before, by run ${lease.runId}`;
    case 'duplicate':
      return `run ${lease.runId} is training on this very data set`;
    case 'queued':
      return `it waits for run ${lease.behind} to end and starts then`;
  }
}

/** Whether an object lies in a drop, and not in a folder that something else keeps for itself. The marker is one. */
function isDropObject(pipeline: string, key: string): boolean {
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  return key.split('/').length > 2 && !isHidden(folder, `${pipeline}/`);
}

/** The folder whose newest object is the newest of all. */
function newestDrop(pipeline: string, objects: readonly RawObject[]): string {
  const inFolders = objects.filter((o) => isDropObject(pipeline, o.key));
  const newest = inFolders.toSorted((a, b) => b.lastModified.localeCompare(a.lastModified))[0];
  if (!newest)
    throw new EmptyDropError(
      `Pipeline ${pipeline} has no drop yet: nothing lies below ${pipeline}/ in the raw bucket.`,
    );
  return locateDrop(newest.key).prefix;
}

/**
 * Admits a drop: resolves the pipeline, pins the objects' versions, skips what was trained already, takes the lease (or
 * queues behind the run that holds it) and writes the run's first records. An execution that was admitted stays admitted
 * when it asks again, under the same run id.
 */
export const handler = withMiddleware(admitDropSchema, async ({ input, execution, settled }) => {
  const request = readRequest(input);
  const { pipeline: name, reason, force } = request;
  const { text, pipeline } = readPipeline(config.LAMBDA_TASK_ROOT, name);
  const { trigger } = pipeline.dataset;
  if (request.objectKey !== undefined) {
    const isData = 'marker' in trigger || !isHidden(request.objectKey, `${name}/`);
    if (!isData || !isDropObject(name, request.objectKey)) {
      const why = 'a name on its way starts with _ or .';
      return {
        decision: 'skipped' as const,
        pipeline: name,
        drop: request.prefix,
        reason: `the object ${request.objectKey} is no data: ${why}`,
      };
    }
  }
  if (request.objectKey !== undefined && 'eachObject' in trigger && !settled && trigger.quietPeriodSeconds > 0) {
    return { decision: 'settling' as const, waitSeconds: trigger.quietPeriodSeconds };
  }
  const store = stateStore(documentClient(), config.STATE_TABLE);
  const admitted = (await store.get(name, 'lease'))?.['holder'] === execution.arn;
  const s3 = s3Client();
  const prefix = request.prefix ?? newestDrop(name, await listCurrentVersions(s3, config.RAW_BUCKET, `${name}/`));
  const listed = await listCurrentVersions(s3, config.RAW_BUCKET, prefix);
  if (listed.length === 0) {
    throw new DropVanishedError(`Nothing lies below ${prefix} in the raw bucket any more. Drop the files again.`);
  }
  if (request.objectKey !== undefined && 'eachObject' in trigger && !admitted) {
    const own = listed.find((o) => o.key === request.objectKey);
    const later = listed.find((o) => own && o.lastModified > own.lastModified && !isHidden(o.key, prefix));
    if (later)
      return {
        decision: 'skipped' as const,
        pipeline: name,
        drop: prefix,
        reason: `a later object of the same drop (${later.key}) speaks for it`,
      };
  }
  const objects = selectDropObjects(prefix, listed, pipeline.dataset);
  const datasetVersion = sha256Hex(describeContent(prefix, objects));
  const configHash = sha256Hex(JSON.stringify(pipeline));
  const identity = `${datasetVersion}#${configHash}`;
  const runId = makeRunId(execution.startedAt, sha256Hex(execution.arn));
  const lease = await acquireLease(
    store,
    name,
    { holder: execution.arn, runId, identity, force, pending: { pipeline: name, drop: prefix, reason, force } },
    (arn) => isRunning(sfnClient(), arn),
  );
  if (lease.kind !== 'held') {
    return { decision: 'skipped' as const, pipeline: name, drop: prefix, reason: explainSkip(lease) };
  }

  const run = { pipeline: name, runId };
  const keys = artifactKeys(run);
  const artifacts = objectStore(s3, config.ARTIFACTS_BUCKET);
  const shards = planShards(objects);
  const bytes = objects.reduce((sum, o) => sum + o.size, 0);
  const record: DropRecord = {
    bucket: config.RAW_BUCKET,
    prefix,
    datasetVersion,
    bytes,
    configHash,
    reason,
    objects: objects.map(({ key, size, etag, versionId }) => ({
      key,
      size,
      etag,
      ...(versionId ? { versionId } : {}),
    })),
    gitCommit: config.GIT_COMMIT,
    startedAt: execution.startedAt,
    executionArn: execution.arn,
  };
  await Promise.all([
    artifacts.writeJson(keys.config, pipeline),
    artifacts.writeText(keys.config.replace(/\.json$/, '.yml'), text, 'application/yaml'),
    artifacts.writeJson(keys.drop, record),
    artifacts.writeJson(keys.shards, shards),
    store.set(name, `run#${runId}`, {
      runId,
      status: 'running',
      drop: prefix,
      datasetVersion,
      configHash,
      reason,
      startedAt: execution.startedAt,
      executionArn: execution.arn,
      objects: objects.length,
      bytes,
    }),
  ]);
  const champion = await store.get(name, 'champion');
  return {
    decision: 'admitted' as const,
    run,
    shards: shards.length,
    shardsKey: keys.shards,
    ...(champion ? { champion: { pipeline: name, runId: championSchema.parse(champion).runId } } : {}),
  };
});
