import { durationMs } from '#domain/constraints/times';
import type { DatasetSettings } from '#domain/data/settings';
import type { TrainingData } from '#domain/runs/training-data';
import { isHidden } from './drop.ts';
import { isDropObject, isPartition, locateDrop, locateMarked } from './locate-drop.ts';

/** A complete drop in the raw bucket. */
export interface ArrivedDrop {
  /** Its folder, ending in `/`. */
  readonly prefix: string;
  /** When its marker was written last, or without markers its newest object (ISO 8601). */
  readonly arrivedAt: string;
}

interface Written {
  readonly key: string;
  readonly lastModified: string;
}

/** The folder that an object completes; undefined for an object that completes none. A table in the pipeline's own folder is no drop among others. */
function completedBy(pipeline: string, key: string, trigger: DatasetSettings['trigger']): string | undefined {
  if (!isDropObject(pipeline, key)) return undefined;
  const isTable = isPartition(key.split('/')[1] ?? '');
  if ('marker' in trigger) {
    return key.endsWith(`/${trigger.marker}`) && !isTable ? locateMarked(key).prefix : undefined;
  }
  return isHidden(key, `${pipeline}/`) || isTable ? undefined : locateDrop(key).prefix;
}

/** The complete drops of a pipeline among its objects, in the order of their arrival. */
export function arrivedDrops(
  pipeline: string,
  objects: readonly Written[],
  trigger: DatasetSettings['trigger'],
): ArrivedDrop[] {
  const arrivals = new Map<string, string>();
  for (const { key, lastModified } of objects) {
    const prefix = completedBy(pipeline, key, trigger);
    if (prefix === undefined) continue;
    const known = arrivals.get(prefix);
    if (known === undefined || known < lastModified) arrivals.set(prefix, lastModified);
  }
  return [...arrivals]
    .map(([prefix, arrivedAt]) => ({ prefix, arrivedAt }))
    .toSorted((a, b) => a.arrivedAt.localeCompare(b.arrivedAt) || (a.prefix < b.prefix ? -1 : 1));
}

/**
 * The drops that a run reads beside its own, in the order of their arrival: none, those of a time before it, or all before it. A later
 * drop is never one of them, so a retry reads the same.
 *
 * @param drops as of `arrivedDrops`
 * @param own the folder of the run's own drop
 */
export function earlierDrops(
  drops: readonly ArrivedDrop[],
  own: string,
  data: TrainingData | undefined,
): ArrivedDrop[] {
  const until = drops.findIndex(({ prefix }) => prefix === own);
  const last = drops[until];
  if (last === undefined || data === undefined || data === 'newest') return [];
  const before = drops.slice(0, until).filter(({ prefix }) => !prefix.startsWith(own) && !own.startsWith(prefix));
  if (data === 'accumulate') return before;
  const since = Date.parse(last.arrivedAt) - durationMs(data.history);
  return before.filter(({ arrivedAt }) => Date.parse(arrivedAt) >= since);
}
