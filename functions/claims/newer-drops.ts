import * as z from 'zod';
import type { NewerDrop } from '#domain/drift/actions/drift-action';
import { TidegateError } from '#domain/errors';
import { describeContent, selectDropObjects } from '#domain/runs/drop';
import { dropName } from '#domain/runs/drop-name';
import { arrivedDrops } from '#domain/runs/drop-window';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { belowDrop, newestDrop } from '#domain/runs/locate-drop';
import { isReservedKey } from '#domain/runs/reserved-folders';
import { trainingSettings } from '#domain/runs/training-settings';
import { formerRun } from '#functions/claims/drop-folder';
import { hasRefused } from '#functions/claims/earlier-drops';
import type { ObjectStore } from '#functions/ports/object-store';
import type { RawListing, RawObject } from '#functions/ports/raw-listing';
import type { StateStore } from '#functions/ports/state-store';
import { sha256Hex } from '#functions/runtime/hash';
import type { Pipeline } from '#schemas/pipeline';
import { dropRecordSchema } from '#schemas/records/run';

/** The dependencies of looking for newer drops. */
export interface NewerDropPorts {
  readonly raw: Pick<RawListing, 'list'>;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
}

interface Arrived {
  readonly prefix: string;
  readonly arrivedAt: string;
  readonly bytes: number;
  readonly objects: readonly RawObject[];
}

/** The complete drops of a pipeline, the newest first. A table that lies in the pipeline's folder is one drop. */
function arrivals({ name, dataset }: Pipeline, listed: readonly RawObject[]): Arrived[] {
  const drops = arrivedDrops(name, listed, dataset.trigger);
  const table = drops.length === 0 ? newestDrop(name, listed, dataset.trigger) : undefined;
  const found = table?.prefix === `${name}/` ? [{ prefix: table.prefix, arrivedAt: '' }] : drops;
  return found
    .map(({ prefix, arrivedAt }) => {
      const own = belowDrop(
        { pipeline: name, prefix },
        listed.filter(({ key }) => key.startsWith(prefix)),
      );
      const newest = own.reduce((latest, { lastModified }) => (lastModified > latest ? lastModified : latest), '');
      return {
        prefix,
        arrivedAt: arrivedAt || newest,
        bytes: own.reduce((sum, { size }) => sum + size, 0),
        objects: own,
      };
    })
    .toReversed();
}

/** The run that trained on some data with the settings of now; undefined when none did. */
async function trainedBy(store: StateStore, pipeline: Pipeline, datasetVersion: unknown): Promise<string | undefined> {
  const identity = `${datasetVersion}#${sha256Hex(JSON.stringify(trainingSettings(pipeline)))}`;
  const trained = await store.get(pipeline.name, `trained#${identity}`);
  return trained && String(trained['runId']);
}

/** The version of the data of a drop that no run had; undefined where other drops belong to it, or it cannot be read. */
function versionOf({ dataset, training }: Pipeline, { prefix, objects }: Arrived): string | undefined {
  if (training.data !== undefined) return undefined;
  try {
    return sha256Hex(describeContent(prefix, selectDropObjects(prefix, objects, dataset)));
  } catch (error) {
    if (error instanceof TidegateError) return undefined;
    throw error;
  }
}

/** What became of a drop. A run whose data or settings were others says nothing about a run now. */
async function stateOf(
  store: StateStore,
  pipeline: Pipeline,
  drop: Arrived,
): Promise<Pick<NewerDrop, 'state' | 'runId'>> {
  const { name } = pipeline;
  const { prefix, arrivedAt } = drop;
  const runId = await formerRun(store, { pipeline: name, runId: '' }, prefix);
  const record = runId === undefined ? undefined : await store.get(name, `run#${runId}`);
  if (runId === undefined || !record || arrivedAt > String(record['startedAt'])) {
    // the same data under another name was skipped when it arrived
    const same = await trainedBy(store, pipeline, versionOf(pipeline, drop));
    return same === undefined ? { state: 'new' } : { state: 'trained', runId: same };
  }
  if (hasRefused(record)) return { state: 'refused', runId };
  const trained = await trainedBy(store, pipeline, record['datasetVersion']);
  return { state: trained === undefined ? 'new' : 'trained', runId };
}

/**
 * The drops that arrived after the one that a model was trained on, the newest first, with what became of them.
 *
 * @param pipeline its definition as deployed: that is what a retrain would use
 */
export async function findNewerDrops(
  { raw, artifacts, store }: NewerDropPorts,
  pipeline: Pipeline,
  champion: RunPointer,
): Promise<NewerDrop[]> {
  const { name } = pipeline;
  const record = await artifacts.readJson(artifactKeys(champion).drop, dropRecordSchema);
  const { rows } = await artifacts.readJson(artifactKeys(champion).profile, z.object({ rows: z.int().min(0) }));
  const listed = (await raw.list(`${name}/`)).filter(({ key }) => !isReservedKey(key));
  const arrived = arrivals(pipeline, listed);
  const own = arrived.find(({ prefix }) => dropName(name, prefix) === record.prefix);
  // files that were added to its own drop since make that a newer one
  const since = own && own.arrivedAt <= record.startedAt ? own.arrivedAt : record.startedAt;
  const newer: NewerDrop[] = [];
  for (const drop of arrived.filter(({ arrivedAt }) => arrivedAt > since)) {
    newer.push({
      drop: dropName(name, drop.prefix),
      rows: record.bytes > 0 ? Math.round((drop.bytes * rows) / record.bytes) : undefined,
      ...(await stateOf(store, pipeline, drop)),
    });
  }
  return newer;
}
