import { compareDrops } from '#domain/runs/earlier-drop';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { sha256Hex } from '#functions/runtime/hash';
import { logger } from '#functions/runtime/logger';
import { isTransient } from '#functions/runtime/transient-errors';
import { type DropRecord, dropRecordSchema, type EarlierDrop } from '#schemas/records/run';

/** The sort key of a folder's item: a hash, since the names of folders may be personal. */
const folderKey = (prefix: string): string => `folder#${sha256Hex(prefix).slice(0, 32)}`;

/** The run that had a folder before this one. A retry of the run that has the folder now gets the same answer. */
export async function formerRun(store: StateStore, run: RunPointer, prefix: string): Promise<string | undefined> {
  const claim = await store.get(run.pipeline, folderKey(prefix));
  const former = claim?.['runId'] === run.runId ? claim['former'] : claim?.['runId'];
  return typeof former === 'string' ? former : undefined;
}

/** Remembers which run has a folder now. Call it when the run's drop record is written: the next run reads it. */
export async function claimFolder(
  store: StateStore,
  run: RunPointer,
  prefix: string,
  former: string | undefined,
): Promise<void> {
  await store.put(run.pipeline, folderKey(prefix), { runId: run.runId, ...(former === undefined ? {} : { former }) });
}

/**
 * Compares a drop with what the run before it found in the same folder. Undefined when that run's record was deleted: no reason to
 * refuse the drop.
 *
 * @throws retryable errors, so that the step is retried
 */
export async function compareWithFormer(
  artifacts: ObjectStore,
  former: RunPointer,
  objects: DropRecord['objects'],
): Promise<EarlierDrop | undefined> {
  try {
    const record = await artifacts.readJson(artifactKeys(former).drop, dropRecordSchema);
    // objects of other drops come first
    const own = record.objects.slice(-(record.drops?.at(-1)?.objects ?? record.objects.length));
    return compareDrops(former.runId, own, objects);
  } catch (error) {
    if (isTransient(error)) throw error;
    logger.warn('the drop record of the former run of this folder is gone', { former: former.runId });
    return undefined;
  }
}
