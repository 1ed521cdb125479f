import type { DatasetSettings } from '#domain/data/settings';
import { SchemaMismatchError } from '#domain/errors';
import { isHidden, isMarker } from '#domain/runs/drop';
import { locateDrop, locateMarked } from '#domain/runs/locate-drop';
import { batchPrefix } from './layout.ts';

/** The batch of an object below `<pipeline>/batch/`, or why the object starts nothing. */
export type LocatedBatch = { readonly prefix: string } | { readonly unfit: string };

/**
 * Finds the folder of a batch as that of a drop is found: a marker completes its own folder, an object without one belongs to its folder
 * without partitions.
 *
 * @throws SchemaMismatchError when a marker, or an object that needs none, is in no folder of its own
 */
export function locateBatch(
  key: string,
  { name, dataset: { trigger } }: { readonly name: string; readonly dataset: Pick<DatasetSettings, 'trigger'> },
): LocatedBatch {
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  if (isHidden(folder, `${name}/`)) {
    return { unfit: 'the object is not data: a folder on its path starts with _ or .' };
  }
  if ('marker' in trigger && !isMarker(key, trigger)) {
    return { unfit: `the object is not the marker of the pipeline, ${trigger.marker}` };
  }
  if (!('marker' in trigger) && isHidden(key, `${name}/`)) {
    return { unfit: 'the object is not data: its name starts with _ or .' };
  }
  const { prefix } = 'marker' in trigger ? locateMarked(key) : locateDrop(key);
  if (prefix !== batchPrefix(name)) return { prefix };
  throw new SchemaMismatchError(
    `The object is in no folder of its own. Put files to score below ${batchPrefix(name)}<folder>/, as ${batchPrefix(name)}2026-01-31/rows.csv.`,
  );
}
