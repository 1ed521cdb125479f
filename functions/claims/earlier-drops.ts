import { TidegateError } from '#domain/errors';

import type { DropObject } from '#domain/runs/drop';
import { refuseLargeArchives, selectDropObjects } from '#domain/runs/drop';
import { type ArrivedDrop, arrivedDrops, earlierDrops } from '#domain/runs/drop-window';
import type { RunPointer } from '#domain/runs/layout';
import { isReservedKey } from '#domain/runs/reserved-folders';
import { formerRun } from '#functions/claims/drop-folder';
import type { RawListing } from '#functions/ports/raw-listing';
import type { StateItem, StateStore } from '#functions/ports/state-store';
import type { Pipeline } from '#schemas/pipeline';

/** A drop that a run reads beside its own. */
export interface EarlierDropObjects extends ArrivedDrop {
  readonly objects: readonly DropObject[];
}

/** Errors of a run whose drop cannot be used, whatever is tried again. */
const refusals = new Set([
  'DataQualityError',
  'EmptyDropError',
  'MalformedDataError',
  'PersonalDataError',
  'SchemaMismatchError',
]);

/** Whether a run refused its drop. @param record of the run in the state table */
export function hasRefused(record: StateItem | undefined): boolean {
  const failure = record?.['failure'] as { readonly error?: unknown } | undefined;
  return record?.['status'] === 'failed' && refusals.has(String(failure?.error));
}

/** Whether the last run of a drop refused it. */
async function wasRefused(store: StateStore, run: RunPointer, prefix: string): Promise<boolean> {
  const former = await formerRun(store, run, prefix);
  return former !== undefined && hasRefused(await store.get(run.pipeline, `run#${former}`));
}

/** The objects of a drop; undefined where a run of its own would refuse them. */
function usable(prefix: string, listed: readonly DropObject[], { dataset }: Pipeline): DropObject[] | undefined {
  try {
    const objects = selectDropObjects(prefix, listed, dataset);
    refuseLargeArchives(objects);
    return objects;
  } catch (error) {
    if (error instanceof TidegateError && !error.retryable) return undefined;
    throw error;
  }
}

/**
 * The drops that a run reads beside its own, by `training.data`, in the order of their arrival. Drops that were refused are left out.
 *
 * @param own the folder of the run's own drop
 */
export async function findEarlierDrops(
  { raw, store }: { readonly raw: RawListing; readonly store: StateStore },
  run: RunPointer,
  pipeline: Pipeline,
  own: string,
): Promise<{ readonly drops: readonly EarlierDropObjects[]; readonly refused: number }> {
  const { data } = pipeline.training;
  if (data === undefined || data === 'newest') return { drops: [], refused: 0 };
  const listed = (await raw.list(`${run.pipeline}/`)).filter(({ key }) => !isReservedKey(key));
  const wanted = earlierDrops(arrivedDrops(run.pipeline, listed, pipeline.dataset.trigger), own, data);
  const drops: EarlierDropObjects[] = [];
  for (const drop of wanted) {
    if (await wasRefused(store, run, drop.prefix)) continue;
    const below = listed.filter(({ key }) => key.startsWith(drop.prefix));
    const objects = usable(drop.prefix, below, pipeline);
    if (objects) drops.push({ ...drop, objects });
  }
  return { drops, refused: wanted.length - drops.length };
}
