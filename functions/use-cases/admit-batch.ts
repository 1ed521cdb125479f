import { formatOfFiles } from '#domain/batch/form';
import { batchIdentity, batchItems, batchKeys } from '#domain/batch/layout';
import { locateBatch } from '#domain/batch/locate';
import { deploymentKeys } from '#domain/deployment/target';
import { DropVanishedError, NotFoundError } from '#domain/errors';
import { makeRunId } from '#domain/naming';
import {
  describeContent,
  isHidden,
  isMarker,
  listFiles,
  needsLocating,
  planShards,
  recordObjects,
  refuseLargeArchives,
  selectDropObjects,
} from '#domain/runs/drop';
import { dropName } from '#domain/runs/drop-name';
import { artifactKeys, type RunPointer, rawKeys } from '#domain/runs/layout';
import { laterObject } from '#domain/runs/locate-drop';
import { planBatchJob, type ScoringEnvironment } from '#domain/training/plan';
import { type ClaimingPorts, claimBatchFiles, type TakenBatch } from '#functions/claims/batch-files';
import type { ObjectStore } from '#functions/ports/object-store';
import type { RawListing } from '#functions/ports/raw-listing';
import { sha256Hex } from '#functions/runtime/hash';
import type { AdmitBatchEvent, ScoredBatch } from '#schemas/events/batch';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import type { BatchRecord } from '#schemas/records/batch';
import { championSchema, type DropRecord } from '#schemas/records/run';

/** The dependencies of admitting a batch. */
export interface BatchAdmissionPorts extends ClaimingPorts {
  readonly raw: RawListing;
  /** Writes to the raw bucket below `_tidegate/`. */
  readonly rawRecords: Pick<ObjectStore, 'writeJson'>;
  readonly artifacts: ObjectStore;
  /** The pipeline's definition as deployed. */
  readonly readPipeline: (name: string) => { readonly pipeline: Pipeline };
  readonly environment: ScoringEnvironment;
  readonly gitCommit: string;
}

type SkippedBatch = Extract<ScoredBatch, { decision: 'skipped' }>;

/** The result of AdmitBatch. */
export type BatchAdmission =
  | { readonly decision: 'settling'; readonly waitSeconds: number }
  | SkippedBatch
  | {
      readonly decision: 'admitted';
      /** The batch: its records lie where those of a run would. */
      readonly run: RunPointer;
      readonly model: RunPointer;
      readonly shards: number;
      readonly shardsKey: string;
      readonly step: 'locate' | 'desensitize';
      /** CreateTransformJob's request. */
      readonly job: ReturnType<typeof planBatchJob>;
    };

const describeTaken = ({ batchId, isScored }: TakenBatch): string =>
  isScored
    ? `these files were scored by this model before, as batch ${batchId}. To score them again, put them into another folder`
    : `batch ${batchId} is scoring these files`;

/** @throws NotFoundError when the pipeline has no model in service */
async function readModel({ store, artifacts }: BatchAdmissionPorts, name: string) {
  const item = await store.get(name, deploymentKeys.champion);
  if (!item) {
    throw new NotFoundError(
      `Pipeline ${name} has no model in service, so there is nothing to score with. Drop data and approve the model first, then drop these files again.`,
    );
  }
  const { runId, modelPackageArn, modelPackageVersion } = championSchema.parse(item);
  const pinned = await artifacts.readJson(artifactKeys({ pipeline: name, runId }).config, pipelineSchema);
  return { model: { runId, modelPackageArn, modelPackageVersion }, pinned };
}

/** The objects of a batch with rows, and their format. @throws DropVanishedError, EmptyDropError, SchemaMismatchError, DataEngineError */
function selectObjects(
  prefix: string,
  listed: Awaited<ReturnType<RawListing['list']>>,
  { name, dataset: { trigger } }: Pipeline,
  pinned: Pipeline,
) {
  if (listed.length === 0) {
    throw new DropVanishedError(
      `There are no objects left below ${dropName(name, prefix)} in the raw bucket. Drop the files again.`,
    );
  }
  const data = listed.map(({ key }) => key).filter((key) => !isHidden(key, prefix) && !isMarker(key, trigger));
  const reads = formatOfFiles(data, pinned.dataset.format);
  const objects = selectDropObjects(prefix, listed, { format: reads, trigger });
  refuseLargeArchives(objects);
  return { objects, reads };
}

/**
 * Admits files to be scored: finds their batch, pins the model in service with the settings that it was trained with and the versions of
 * the objects, skips what this model scored before, and writes the batch's first records. A retry of an admitted execution is admitted
 * again under the same id.
 *
 * @throws UnknownPipelineError, NotFoundError, EmptyDropError, DropVanishedError, SchemaMismatchError, DataEngineError
 */
export async function admitBatch(
  ports: BatchAdmissionPorts,
  { key, execution, settled }: AdmitBatchEvent,
): Promise<BatchAdmission> {
  const { raw, artifacts, store } = ports;
  const name = key.slice(0, key.indexOf('/'));
  const skip = (cause: SkippedBatch['cause'], reason: string, batchId?: string): BatchAdmission => ({
    decision: 'skipped',
    pipeline: name,
    cause,
    reason,
    ...(batchId === undefined ? {} : { batchId }),
  });
  const { pipeline } = ports.readPipeline(name);
  const { trigger } = pipeline.dataset;
  const located = locateBatch(key, pipeline);
  if ('unfit' in located) return skip('not-data', located.unfit);
  const { prefix } = located;
  const retired = await store.get(name, deploymentKeys.retired);
  if (retired) return skip('retired', `the pipeline was retired on ${String(retired['at']).slice(0, 10)}`);
  const eachObject = 'eachObject' in trigger ? trigger : undefined;
  if (eachObject && !settled && eachObject.quietPeriodSeconds > 0) {
    return { decision: 'settling', waitSeconds: eachObject.quietPeriodSeconds };
  }
  const listed = await raw.list(prefix);
  const run = { pipeline: name, runId: makeRunId(execution.startedAt, sha256Hex(execution.arn)) };
  const admittedBefore = (await store.get(name, batchItems.one(run.runId))) !== undefined;
  const later = eachObject && !admittedBefore ? laterObject(listed, prefix, key) : undefined;
  if (later) return skip('later-object', 'a later object of the same batch starts the scoring');

  const { model, pinned } = await readModel(ports, name);
  const { objects, reads } = selectObjects(prefix, listed, pipeline, pinned);
  const content = describeContent(prefix, objects);
  const taken = await claimBatchFiles(ports, name, batchIdentity(prefix, content, model.runId), {
    batchId: run.runId,
    executionArn: execution.arn,
  });
  if (taken) return skip(taken.isScored ? 'scored' : 'scoring', describeTaken(taken), taken.batchId);

  const shards = planShards(objects);
  const format = pipeline.batch?.format ?? reads;
  const drop = dropName(name, prefix);
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const record: DropRecord = {
    bucket: raw.bucket,
    prefix: drop,
    datasetVersion: sha256Hex(content),
    bytes,
    configHash: sha256Hex(JSON.stringify(pinned)),
    reason: 'drop',
    objects: recordObjects(objects),
    gitCommit: ports.gitCommit,
    startedAt: execution.startedAt,
    executionArn: execution.arn,
    scoring: { ...model, reads, format },
  };
  const batch: BatchRecord = {
    batchId: run.runId,
    pipeline: name,
    status: 'running',
    drop,
    startedAt: execution.startedAt,
    executionArn: execution.arn,
    objects: objects.length,
    bytes,
    model,
    format,
    bucket: ports.environment.cleanBucket,
    prefix: batchKeys(run).prefix,
  };
  const keys = artifactKeys(run);
  await ports.rawRecords.writeJson(rawKeys(run).files, listFiles(objects));
  await Promise.all([
    artifacts.writeJson(keys.config, pinned),
    artifacts.writeJson(keys.drop, record),
    artifacts.writeJson(keys.shards, shards),
    store.put(name, batchItems.one(run.runId), batch),
  ]);
  const modelRun = { pipeline: name, runId: model.runId };
  return {
    decision: 'admitted',
    run,
    model: modelRun,
    shards: shards.length,
    shardsKey: keys.shards,
    step: needsLocating(objects, shards) ? 'locate' : 'desensitize',
    job: planBatchJob(run, modelRun, pinned, ports.environment),
  };
}
