import type { DatasetSettings } from '#domain/data/settings';
import { SchemaMismatchError } from '#domain/errors';
import { isHidden } from './drop.ts';
import { isReservedKey } from './reserved-folders.ts';

/** The location of an object: `<pipeline>/<drop folder>/…`. */
export interface DropLocation {
  readonly pipeline: string;
  /** The folder that holds the drop, ending in `/`: `<pipeline>/` itself for a Hive table that lies there. */
  readonly prefix: string;
}

/** An object of the raw bucket with the time it was written (ISO 8601). */
interface Written {
  readonly key: string;
  readonly lastModified: string;
}

/** Whether the name of a folder is a Hive partition, `key=value` (Spark SQL Guide, "Partition Discovery"). */
export const isPartition = (folder: string): boolean => folder.indexOf('=') > 0;

const notInDrop = () =>
  new SchemaMismatchError(
    'The object is not in a drop folder. Put every drop below <pipeline>/<drop>/, as loan-default/2026-01-31/loans.csv.',
  );

/**
 * Parses pipeline and drop folder from the key of a data object in the raw bucket. The drop is the object's folder without its
 * partitions: `sales/2026-01/region=eu/a.parquet` belongs to `sales/2026-01/`. Partitions without a drop folder above them are a
 * table that lies in the pipeline's folder, and the whole table is the drop: `sales/year=2026/month=01/a.parquet` belongs to `sales/`.
 *
 * @throws SchemaMismatchError when the object is not in a drop folder.
 */
export function locateDrop(key: string): DropLocation {
  const parts = key.split('/');
  const [pipeline, folder] = parts;
  if (!pipeline || parts.length < 3 || !folder) throw notInDrop();
  const folders = parts.slice(0, -1);
  const partition = folders.findIndex((name, i) => i > 0 && isPartition(name));
  return { pipeline, prefix: `${folders.slice(0, partition < 0 ? undefined : partition).join('/')}/` };
}

/**
 * The drop that a marker completes: its own folder, a partition too, since the marker says that this folder is complete. Spark
 * writes `_SUCCESS` at the root of a table, which may be the pipeline's folder.
 *
 * @throws SchemaMismatchError when the marker is in no folder.
 */
export function locateMarked(key: string): DropLocation {
  const [pipeline, folder] = key.split('/');
  if (!pipeline || !folder) throw notInDrop();
  return { pipeline, prefix: key.slice(0, key.lastIndexOf('/') + 1) };
}

/**
 * The drop of an object, when the pipeline's trigger is not known: that of a marker or hidden object is its own folder. Undefined for
 * an object outside of every folder.
 */
export function guessDrop(key: string): DropLocation | undefined {
  const [pipeline, folder] = key.split('/');
  if (!pipeline || !folder) return undefined;
  const isData = key.split('/').length > 2 && !isHidden(key, `${pipeline}/`);
  return isData ? locateDrop(key) : locateMarked(key);
}

/** Whether an object belongs to a table that lies in the pipeline's folder. */
function isInTable(pipeline: string, key: string): boolean {
  const [, partition = '', ...below] = key.split('/');
  return key.startsWith(`${pipeline}/`) && below.length > 0 && isPartition(partition);
}

/**
 * The objects of a drop among those listed below its prefix. A table that lies in the pipeline's folder has its partitions only:
 * other folders there are drops of their own.
 *
 * @throws SchemaMismatchError when the prefix is the pipeline's folder and no table lies there.
 */
export function belowDrop<T extends { readonly key: string }>(
  { pipeline, prefix }: DropLocation,
  listed: readonly T[],
): readonly T[] {
  if (prefix !== `${pipeline}/`) return listed;
  const table = listed.filter(({ key }) => isInTable(pipeline, key));
  if (table.length === 0) throw notInDrop();
  return table;
}

/** Whether an object belongs to a drop, and not to outcomes, to files to score or to a folder of another tool. The marker belongs to the drop. */
export function isDropObject(pipeline: string, key: string): boolean {
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  return key.split('/').length > 2 && !isReservedKey(key) && !isHidden(folder, `${pipeline}/`);
}

const newestOf = <T extends Written>(objects: readonly T[]): T | undefined =>
  objects.toSorted((a, b) => b.lastModified.localeCompare(a.lastModified))[0];

/**
 * The newest drop among all objects of a pipeline: the one whose marker was written last, or, without a marker, that of the
 * newest object. Undefined when there is none.
 */
export function newestDrop(
  pipeline: string,
  objects: readonly Written[],
  trigger: DatasetSettings['trigger'],
): DropLocation | undefined {
  if ('marker' in trigger) {
    const hasTable = objects.some(({ key }) => isInTable(pipeline, key));
    const marked = newestOf(
      objects.filter(({ key }) => {
        const atRoot = hasTable && key === `${pipeline}/${trigger.marker}`;
        return key.endsWith(`/${trigger.marker}`) && (atRoot || isDropObject(pipeline, key));
      }),
    );
    if (marked) return locateMarked(marked.key);
  }
  const newest = newestOf(objects.filter(({ key }) => isDropObject(pipeline, key)));
  return newest && locateDrop(newest.key);
}

/** An object written after the one in the event, if any. The event of the later object starts the run. */
export function laterObject<T extends Written>(listed: readonly T[], prefix: string, objectKey: string): T | undefined {
  const own = listed.find((o) => o.key === objectKey);
  return listed.find((o) => own && o.lastModified > own.lastModified && !isHidden(o.key, prefix));
}
