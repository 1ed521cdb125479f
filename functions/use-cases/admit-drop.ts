import type * as z from 'zod';
import { deploymentKeys } from '#domain/deployment/target';
import { DropVanishedError, EmptyDropError, InvalidInputError } from '#domain/errors';
import { makeRunId } from '#domain/naming';
import {
  type DropObject,
  describeContent,
  isHidden,
  isMarker,
  listFiles,
  needsLocating,
  planDrops,
  recordObjects,
  refuseLargeArchives,
  type Shard,
  selectDropObjects,
} from '#domain/runs/drop';
import { dropName, isHiddenDrop } from '#domain/runs/drop-name';
import { artifactKeys, type RunPointer, rawKeys } from '#domain/runs/layout';
import { belowDrop, isDropObject, laterObject, locateDrop, locateMarked, newestDrop } from '#domain/runs/locate-drop';
import { isOutcomesKey, outcomesFolder } from '#domain/runs/outcomes-folder';
import { batchFolder, isBatchKey, isReservedKey } from '#domain/runs/reserved-folders';
import { trainingSettings } from '#domain/runs/training-settings';
import { claimFolder, compareWithFormer, formerRun } from '#functions/claims/drop-folder';
import { type EarlierDropObjects, findEarlierDrops } from '#functions/claims/earlier-drops';
import { lastGoodKey } from '#functions/claims/last-good';
import { acquireLease, type LeaseResult } from '#functions/claims/lease';
import type { ObjectStore } from '#functions/ports/object-store';
import type { RawListing } from '#functions/ports/raw-listing';
import type { StateStore } from '#functions/ports/state-store';
import { sha256Hex } from '#functions/runtime/hash';
import type { AdmittedRun } from '#functions/use-cases/run-costs';
import type { admitDropSchema, RetrainInput } from '#schemas/events/admit-drop';
import type { Pipeline } from '#schemas/pipeline';
import { championSchema, type DropRecord, type SkipCause } from '#schemas/records/run';

/** The dependencies of admission. */
export interface AdmissionPorts {
  readonly raw: RawListing;
  /** Writes to the raw bucket below `_tidegate/`. */
  readonly rawRecords: Pick<ObjectStore, 'writeJson'>;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly isRunning: (executionArn: string) => Promise<boolean>;
  /** The pipeline's definition as deployed, with the text of its file. */
  readonly readPipeline: (name: string) => { readonly text: string; readonly pipeline: Pipeline };
  readonly gitCommit: string;
}

/** The dependencies of admitting a drop, which costs money. */
export interface DropAdmissionPorts extends AdmissionPorts {
  /** Estimates the run and writes that to its record. @throws BudgetExceededError when the run may not begin */
  readonly checkCosts: (admitted: AdmittedRun) => Promise<void>;
}

type AdmitDropEvent = z.output<typeof admitDropSchema>;

/** Why a drop starts no run of its own: as text for people, and as a word for programs. */
interface Skip {
  readonly cause: SkipCause;
  readonly reason: string;
  /** The run that trained, trains or is waited for. */
  readonly runId?: string;
}

/** The result of AdmitDrop. */
export type Admission =
  | { readonly decision: 'settling'; readonly waitSeconds: number }
  | ({ readonly decision: 'skipped'; readonly pipeline: string; readonly drop: string } & Skip)
  | {
      readonly decision: 'admitted';
      readonly run: RunPointer;
      readonly shards: number;
      readonly shardsKey: string;
      /** The first step over all shards, where it is not the usual one. */
      readonly step?: 'locate';
      readonly champion?: RunPointer;
    };

/** Why a retired pipeline trains nothing; undefined for one that is not retired. */
async function explainRetirement(store: StateStore, name: string): Promise<Skip | undefined> {
  const retired = await store.get(name, deploymentKeys.retired);
  if (!retired) return undefined;
  const day = String(retired['at']).slice(0, 10);
  const reason = `the pipeline was retired on ${day}. To take that back: npx tidegate retire ${name} --undo`;
  return { cause: 'retired', reason };
}

/** The request: the pipeline's definition, the drop's folder if it is known, and the reason. */
function readRequest(input: RetrainInput, readPipeline: AdmissionPorts['readPipeline']) {
  if ('detail' in input) {
    const { key } = input.detail.object;
    const definition = readPipeline(locateMarked(key).pipeline);
    return { definition, ...locateObject(key, definition.pipeline), reason: 'drop' as const, force: false };
  }
  const { pipeline, drop, reason, force } = input;
  const prefix = drop === undefined || drop.endsWith('/') ? drop : `${drop}/`;
  if (prefix !== undefined && !prefix.startsWith(`${pipeline}/`)) {
    throw new InvalidInputError(`The drop is not one of pipeline ${pipeline}: name a folder below ${pipeline}/.`);
  }
  return { definition: readPipeline(pipeline), prefix, objectKey: undefined, unfit: undefined, reason, force };
}

const amongOutcomes = 'holds outcomes and no rows to train on: the machine record-outcomes takes it';
const hiddenName = 'is not data: a folder or file name on its path starts with _ or .';

const amongBatches = 'holds rows to score and none to train on: the machine batch-score takes it';

/** The drop of the object in an event, and why the object starts no run, if it does not. */
function locateObject(objectKey: string, { name, dataset: { trigger } }: Pipeline) {
  if (isOutcomesKey(objectKey)) return { objectKey, prefix: locateMarked(objectKey).prefix, unfit: amongOutcomes };
  if (isBatchKey(objectKey)) return { objectKey, prefix: locateMarked(objectKey).prefix, unfit: amongBatches };
  if ('marker' in trigger) {
    const { prefix } = locateMarked(objectKey);
    if (prefix !== `${name}/` && !isDropObject(name, objectKey)) return { objectKey, prefix, unfit: hiddenName };
    // EventBridge sends the markers of every pipeline.
    const unfit = isMarker(objectKey, trigger) ? undefined : `is not the marker of the pipeline, ${trigger.marker}`;
    return { objectKey, prefix, unfit };
  }
  // Spark's marker at the root of a table is in no drop folder, and no reason to fail.
  const hidden = isHidden(objectKey, `${name}/`);
  const { prefix } = hidden ? locateMarked(objectKey) : locateDrop(objectKey);
  return { objectKey, prefix, unfit: hidden ? hiddenName : undefined };
}

const causeOf = (objectKey: string): SkipCause => {
  if (isOutcomesKey(objectKey)) return 'outcomes';
  return isBatchKey(objectKey) ? 'batch' : 'not-data';
};

/** The reason for not training on a drop now. */
function explainSkip(lease: Exclude<LeaseResult, { kind: 'held' }>): Skip {
  switch (lease.kind) {
    case 'trained': {
      const { runId } = lease;
      return { cause: 'trained', runId, reason: `this data set was trained before, by run ${runId}` };
    }
    case 'duplicate': {
      const { runId } = lease;
      return { cause: 'training', runId, reason: `run ${runId} is already training on this data set` };
    }
    case 'queued': {
      const { behind: runId } = lease;
      return { cause: 'queued', runId, reason: `it waits for run ${runId} to end and starts then` };
    }
  }
}

/**
 * The folder of a drop: the one that is asked for, by its path or by its name (a hash where the path may be personal), or the newest.
 *
 * @throws DropVanishedError when no folder has that name; EmptyDropError when the pipeline has no drop
 */
async function findFolder(ports: AdmissionPorts, pipeline: Pipeline, wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return findNewestDrop(ports, pipeline);
  if (!isHiddenDrop(wanted)) return wanted;
  const { name } = pipeline;
  const folders = new Set((await ports.raw.list(`${name}/`)).flatMap(({ key }) => foldersOf(key)));
  const found = [...folders].find((folder) => folder.startsWith(`${name}/`) && dropName(name, folder) === wanted);
  if (found !== undefined) return found;
  throw new DropVanishedError(`There are no objects left below ${wanted} in the raw bucket. Drop the files again.`);
}

/** Every folder on the path of a key, each with its whole path. */
const foldersOf = (key: string): string[] => [...key.matchAll(/\//g)].map(({ index }) => key.slice(0, index + 1));

/** @throws EmptyDropError when the pipeline has none */
async function findNewestDrop({ raw }: AdmissionPorts, { name, dataset }: Pipeline): Promise<string> {
  const newest = newestDrop(name, await raw.list(`${name}/`), dataset.trigger);
  if (!newest) {
    throw new EmptyDropError(
      `Pipeline ${name} has no drop yet: there are no objects below ${name}/ in the raw bucket.`,
    );
  }
  return newest.prefix;
}

const bytesOf = (objects: readonly DropObject[]): number => objects.reduce((sum, o) => sum + o.size, 0);

/** One of several drops of a run, as the run's record names it. */
const describeDrop = (
  pipeline: string,
  { prefix, arrivedAt, objects }: Omit<EarlierDropObjects, 'arrivedAt'> & { readonly arrivedAt: string | undefined },
  shards: readonly Shard[],
): NonNullable<DropRecord['drops']>[number] => ({
  drop: dropName(pipeline, prefix),
  ...(arrivedAt === undefined ? {} : { arrivedAt }),
  objects: objects.length,
  bytes: bytesOf(objects),
  shards: shards.length,
});

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
 * @throws InvalidInputError, UnknownPipelineError, EmptyDropError, DropVanishedError, SchemaMismatchError, DataEngineError, BudgetExceededError
 */
export async function admitDrop(
  ports: DropAdmissionPorts,
  { input, execution, settled }: AdmitDropEvent,
): Promise<Admission> {
  const { raw, store } = ports;
  const { definition, objectKey, unfit, reason, force, ...request } = readRequest(input, ports.readPipeline);
  const { name, dataset } = definition.pipeline;
  const eachObject = objectKey !== undefined && 'eachObject' in dataset.trigger ? dataset.trigger : undefined;
  if (unfit !== undefined && request.prefix !== undefined) {
    return {
      decision: 'skipped',
      pipeline: name,
      drop: dropName(name, request.prefix),
      cause: causeOf(objectKey ?? ''),
      reason: `the object ${unfit}`,
    };
  }
  const admittedBefore = (await store.get(name, 'lease'))?.['holder'] === execution.arn;
  const retirement = admittedBefore ? undefined : await explainRetirement(store, name);
  if (retirement) {
    return { decision: 'skipped', pipeline: name, drop: dropName(name, request.prefix ?? `${name}/`), ...retirement };
  }
  if (eachObject && !settled && eachObject.quietPeriodSeconds > 0) {
    return { decision: 'settling', waitSeconds: eachObject.quietPeriodSeconds };
  }
  const prefix = await findFolder(ports, definition.pipeline, request.prefix);
  if (isReservedKey(prefix)) {
    const folder = isOutcomesKey(prefix) ? outcomesFolder : batchFolder;
    throw new InvalidInputError(`The folder ${name}/${folder}/ holds no drop. Name another folder below ${name}/.`);
  }
  const drop = dropName(name, prefix);
  const skip = (why: Skip): Admission => ({ decision: 'skipped', pipeline: name, drop, ...why });
  const listed = belowDrop({ pipeline: name, prefix }, await raw.list(prefix));
  if (listed.length === 0) {
    throw new DropVanishedError(`There are no objects left below ${drop} in the raw bucket. Drop the files again.`);
  }
  const later = eachObject && !admittedBefore ? laterObject(listed, prefix, objectKey ?? '') : undefined;
  if (later) {
    return skip({ cause: 'later-object', reason: 'a later object of the same drop starts the run' });
  }

  const own = selectDropObjects(prefix, listed, dataset);
  refuseLargeArchives(own);
  const configHash = sha256Hex(JSON.stringify(definition.pipeline));
  const runId = makeRunId(execution.startedAt, sha256Hex(execution.arn));
  const run = { pipeline: name, runId };
  const { drops, refused } = await findEarlierDrops(ports, run, definition.pipeline, prefix);
  const all = [...drops, { prefix, objects: own, arrivedAt: undefined }];
  const objects = all.flatMap((one) => one.objects);
  const datasetVersion = sha256Hex(all.map((one) => describeContent(one.prefix, one.objects)).join('\n\n'));
  const identity = `${datasetVersion}#${sha256Hex(JSON.stringify(trainingSettings(definition.pipeline)))}`;
  const pending = { pipeline: name, drop, reason, force };
  const lease = await acquireLease(
    store,
    name,
    { holder: execution.arn, runId, identity, force, pending },
    ports.isRunning,
  );
  if (lease.kind !== 'held') return skip(explainSkip(lease));

  const planned = planDrops(all.map((one) => one.objects));
  const shards = planned.flat();
  const former = await formerRun(store, run, prefix);
  const earlier = former && (await compareWithFormer(ports.artifacts, { pipeline: name, runId: former }, own));
  const lastGood = (await store.get(name, lastGoodKey))?.['runId'];
  const record: DropRecord = {
    bucket: raw.bucket,
    prefix: drop,
    datasetVersion,
    bytes: bytesOf(objects),
    configHash,
    reason,
    objects: recordObjects(objects),
    gitCommit: ports.gitCommit,
    startedAt: execution.startedAt,
    executionArn: execution.arn,
    ...(drops.length > 0 ? { drops: all.map((one, i) => describeDrop(name, one, planned[i] ?? [])) } : {}),
    ...(refused > 0 ? { refusedDrops: refused } : {}),
    ...(earlier ? { earlier } : {}),
    ...(typeof lastGood === 'string' ? { lastGood } : {}),
  };
  await ports.rawRecords.writeJson(rawKeys(run).files, listFiles(objects));
  await writeRecords(ports, run, definition, record, shards);
  const champion = await store.get(name, 'champion');
  const locating = needsLocating(objects, shards);
  await ports.checkCosts({
    run,
    definition,
    bytes: record.bytes,
    shards: shards.length,
    locating,
    champion: champion !== undefined,
    startedAt: execution.startedAt,
    forced: force && reason === 'manual',
  });
  await claimFolder(store, run, prefix, former);
  return {
    decision: 'admitted',
    run,
    shards: shards.length,
    shardsKey: artifactKeys(run).shards,
    ...(locating ? { step: 'locate' } : {}),
    ...(champion ? { champion: { pipeline: name, runId: championSchema.parse(champion).runId } } : {}),
  };
}
