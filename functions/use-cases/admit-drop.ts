import type * as z from 'zod';
import { DropVanishedError, EmptyDropError, InvalidInputError } from '#domain/errors';
import { makeRunId } from '#domain/naming';
import { describeContent, isHidden, locateDrop, planShards, type Shard, selectDropObjects } from '#domain/runs/drop';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { acquireLease, type LeaseResult } from '#functions/claims/lease';
import type { ObjectStore } from '#functions/ports/object-store';
import type { RawListing, RawObject } from '#functions/ports/raw-listing';
import type { StateStore } from '#functions/ports/state-store';
import { sha256Hex } from '#functions/runtime/hash';
import type { admitDropSchema, RetrainInput } from '#schemas/events/admit-drop';
import type { Pipeline } from '#schemas/pipeline';
import { championSchema, type DropRecord } from '#schemas/records/run';

/** The dependencies of admission. */
export interface AdmissionPorts {
  readonly raw: RawListing;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly isRunning: (executionArn: string) => Promise<boolean>;
  /** The pipeline's definition as deployed, with the text of its file. */
  readonly readPipeline: (name: string) => { readonly text: string; readonly pipeline: Pipeline };
  readonly gitCommit: string;
}

type AdmitDropEvent = z.output<typeof admitDropSchema>;

/** The result of AdmitDrop. */
export type Admission =
  | { readonly decision: 'settling'; readonly waitSeconds: number }
  | { readonly decision: 'skipped'; readonly pipeline: string; readonly drop: string; readonly reason: string }
  | {
      readonly decision: 'admitted';
      readonly run: RunPointer;
      readonly shards: number;
      readonly shardsKey: string;
      readonly champion?: RunPointer;
    };

/** The request: pipeline, folder and reason. */
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

/** The reason for not training on a drop now, as text. */
function explainSkip(lease: Exclude<LeaseResult, { kind: 'held' }>): string {
  switch (lease.kind) {
    case 'trained':
      return `this data set was trained before, by run ${lease.runId}`;
    case 'duplicate':
      return `run ${lease.runId} is already training on this data set`;
    case 'queued':
      return `it waits for run ${lease.behind} to end and starts then`;
  }
}

/** Whether an object belongs to a drop, and not to a folder of another tool. The marker belongs to the drop. */
function isDropObject(pipeline: string, key: string): boolean {
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  return key.split('/').length > 2 && !isHidden(folder, `${pipeline}/`);
}

/** The folder with the newest object. */
function newestDrop(pipeline: string, objects: readonly RawObject[]): string {
  const inFolders = objects.filter((o) => isDropObject(pipeline, o.key));
  const newest = inFolders.toSorted((a, b) => b.lastModified.localeCompare(a.lastModified))[0];
  if (!newest)
    throw new EmptyDropError(
      `Pipeline ${pipeline} has no drop yet: there are no objects below ${pipeline}/ in the raw bucket.`,
    );
  return locateDrop(newest.key).prefix;
}

/** An object written after the one in the event, if any. The event of the later object starts the run. */
function laterObject(listed: readonly RawObject[], prefix: string, objectKey: string): RawObject | undefined {
  const own = listed.find((o) => o.key === objectKey);
  return listed.find((o) => own && o.lastModified > own.lastModified && !isHidden(o.key, prefix));
}

/** Writes the run's first records: configuration, drop, shards, and the run itself. */
async function writeRecords(
  { artifacts, store }: AdmissionPorts,
  run: RunPointer,
  definition: { readonly text: string; readonly pipeline: Pipeline },
  drop: DropRecord,
  shards: readonly Shard[],
): Promise<void> {
  const keys = artifactKeys(run);
  const { datasetVersion, configHash, reason, startedAt, executionArn, bytes } = drop;
  await Promise.all([
    artifacts.writeJson(keys.config, definition.pipeline),
    artifacts.writeText(keys.config.replace(/\.json$/, '.yml'), definition.text, 'application/yaml'),
    artifacts.writeJson(keys.drop, drop),
    artifacts.writeJson(keys.shards, shards),
    store.set(run.pipeline, `run#${run.runId}`, {
      runId: run.runId,
      status: 'running',
      drop: drop.prefix,
      datasetVersion,
      configHash,
      reason,
      startedAt,
      executionArn,
      objects: drop.objects.length,
      bytes,
    }),
  ]);
}

/**
 * Admits a drop: finds the pipeline, pins the objects' versions, skips data that was trained on before, takes the lease (or
 * queues behind the run that holds it) and writes the run's first records. A retry of an admitted execution is admitted
 * again under the same run id.
 *
 * @throws InvalidInputError, UnknownPipelineError, EmptyDropError, DropVanishedError, SchemaMismatchError
 */
export async function admitDrop(
  ports: AdmissionPorts,
  { input, execution, settled }: AdmitDropEvent,
): Promise<Admission> {
  const { raw, store } = ports;
  const request = readRequest(input);
  const { pipeline: name, objectKey, reason, force } = request;
  const definition = ports.readPipeline(name);
  const { dataset } = definition.pipeline;
  const eachObject = objectKey !== undefined && 'eachObject' in dataset.trigger ? dataset.trigger : undefined;
  if (objectKey !== undefined) {
    const isData = eachObject === undefined || !isHidden(objectKey, `${name}/`);
    if (!isData || !isDropObject(name, objectKey)) {
      return {
        decision: 'skipped',
        pipeline: name,
        drop: locateDrop(objectKey).prefix,
        reason: `the object ${objectKey} is not data: a folder or file name on its path starts with _ or .`,
      };
    }
  }
  if (eachObject && !settled && eachObject.quietPeriodSeconds > 0) {
    return { decision: 'settling', waitSeconds: eachObject.quietPeriodSeconds };
  }
  const admittedBefore = (await store.get(name, 'lease'))?.['holder'] === execution.arn;
  const prefix = request.prefix ?? newestDrop(name, await raw.list(`${name}/`));
  const skip = (why: string): Admission => ({ decision: 'skipped', pipeline: name, drop: prefix, reason: why });
  const listed = await raw.list(prefix);
  if (listed.length === 0) {
    throw new DropVanishedError(`There are no objects left below ${prefix} in the raw bucket. Drop the files again.`);
  }
  const later = eachObject && !admittedBefore ? laterObject(listed, prefix, objectKey ?? '') : undefined;
  if (later) return skip(`a later object of the same drop (${later.key}) starts the run`);

  const objects = selectDropObjects(prefix, listed, dataset);
  const datasetVersion = sha256Hex(describeContent(prefix, objects));
  const configHash = sha256Hex(JSON.stringify(definition.pipeline));
  const identity = `${datasetVersion}#${configHash}`;
  const runId = makeRunId(execution.startedAt, sha256Hex(execution.arn));
  const pending = { pipeline: name, drop: prefix, reason, force };
  const lease = await acquireLease(
    store,
    name,
    { holder: execution.arn, runId, identity, force, pending },
    ports.isRunning,
  );
  if (lease.kind !== 'held') return skip(explainSkip(lease));

  const run = { pipeline: name, runId };
  const shards = planShards(objects);
  const record: DropRecord = {
    bucket: raw.bucket,
    prefix,
    datasetVersion,
    bytes: objects.reduce((sum, o) => sum + o.size, 0),
    configHash,
    reason,
    objects: objects.map(({ key, size, etag, versionId }) => ({
      key,
      size,
      etag,
      ...(versionId ? { versionId } : {}),
    })),
    gitCommit: ports.gitCommit,
    startedAt: execution.startedAt,
    executionArn: execution.arn,
  };
  await writeRecords(ports, run, definition, record, shards);
  const champion = await store.get(name, 'champion');
  return {
    decision: 'admitted',
    run,
    shards: shards.length,
    shardsKey: artifactKeys(run).shards,
    ...(champion ? { champion: { pipeline: name, runId: championSchema.parse(champion).runId } } : {}),
  };
}
