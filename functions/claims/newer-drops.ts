import * as z from 'zod';
import type { NewerDrop } from '#domain/drift/actions/drift-action';
import { dropName } from '#domain/runs/drop-name';
import { arrivedDrops } from '#domain/runs/drop-window';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { belowDrop, newestDrop } from '#domain/runs/locate-drop';
import { isOutcomesKey } from '#domain/runs/outcomes-folder';
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
      return { prefix, arrivedAt: arrivedAt || newest, bytes: own.reduce((sum, { size }) => sum + size, 0) };
    })
    .toReversed();
}

/** What became of a drop. A run whose data or settings were others says nothing about a run now. */
async function stateOf(
  store: StateStore,
  pipeline: Pipeline,
  { prefix, arrivedAt }: Arrived,
): Promise<Pick<NewerDrop, 'state' | 'runId'>> {
  const { name } = pipeline;
  const runId = await formerRun(store, { pipeline: name, runId: '' }, prefix);
  const record = runId === undefined ? undefined : await store.get(name, `run#${runId}`);
  if (runId === undefined || !record || arrivedAt > String(record['startedAt'])) return { state: 'new' };
  if (hasRefused(record)) return { state: 'refused', runId };
  const identity = `${record['datasetVersion']}#${sha256Hex(JSON.stringify(trainingSettings(pipeline)))}`;
  return (await store.get(name, `trained#${identity}`)) ? { state: 'trained', runId } : { state: 'new', runId };
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
  const listed = (await raw.list(`${name}/`)).filter(({ key }) => !isOutcomesKey(key));
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
