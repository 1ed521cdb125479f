import type { DatasetSettings } from '#domain/data/settings';
import { bounded, shownList } from '#domain/data/shown';
import { EmptyDropError, SchemaMismatchError } from '#domain/errors';

/** One raw object of a drop, pinned to a version. */
export interface DropObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly versionId?: string;
}

/** One shard: the item that the Distributed Map passes to DesensitizeShard. */
export interface Shard {
  readonly index: number;
  readonly key: string;
  readonly size: number;
  readonly versionId?: string;
}

const suffixes: Record<DatasetSettings['format'], readonly string[]> = {
  csv: ['.csv', '.csv.gz', '.data', '.data.gz', '.txt', '.txt.gz', '.tsv', '.tsv.gz'],
  jsonl: ['.jsonl', '.jsonl.gz', '.ndjson', '.ndjson.gz'],
  parquet: ['.parquet'],
};

/**
 * Whether a key, below a prefix, has a hidden name on its path: one that starts with `_` or `.`, such as `_SUCCESS`, `.DS_Store`,
 * `_temporary/…` and `.ipynb_checkpoints/…`. A folder `_key=value` is a Hive partition and is kept, as in Spark.
 */
export function isHidden(key: string, prefix: string): boolean {
  const names = key.slice(prefix.length).split('/');
  return names.some((name, i) => {
    const isPartition = i < names.length - 1 && name.startsWith('_') && name.includes('=');
    return /^[_.]/.test(name) && !isPartition;
  });
}

/**
 * The objects of a drop with rows, without markers and hidden objects in any folder.
 *
 * @throws EmptyDropError when nothing is left or an object is empty; SchemaMismatchError when an object has another format.
 */
export function selectDropObjects(
  prefix: string,
  objects: readonly DropObject[],
  dataset: Pick<DatasetSettings, 'format'>,
): DropObject[] {
  const rows = objects.filter((o) => !o.key.endsWith('/') && !isHidden(o.key, prefix));
  const keys = (some: readonly DropObject[]) => shownList(some.map((o) => bounded(o.key, 200)));
  if (rows.length === 0) {
    throw new EmptyDropError(
      `The drop ${prefix} holds no data file, only markers (names that start with _ or .). Put the files there first, the marker last.`,
    );
  }
  const empty = rows.filter((o) => o.size === 0);
  if (empty.length > 0) {
    throw new EmptyDropError(`Empty file in the drop: ${keys(empty)}. Write it again, or leave it out.`);
  }
  const other = rows.filter((o) => !suffixes[dataset.format].some((s) => o.key.toLowerCase().endsWith(s)));
  if (other.length > 0) {
    throw new SchemaMismatchError(
      `${keys(other)}: the pipeline reads ${dataset.format} (${suffixes[dataset.format].join(', ')}). ` +
        'Rename or convert the file, or change dataset.format.',
    );
  }
  return rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** One shard per object, in key order. */
export const planShards = (objects: readonly DropObject[]): Shard[] =>
  objects.map(({ key, size, versionId }, index) => ({
    index,
    key,
    size,
    ...(versionId === undefined ? {} : { versionId }),
  }));

/**
 * Identifies a drop's content independently of its folder: one line per object, with name within the drop, size and ETag, in order.
 * Hash it to get the data-set version.
 */
export const describeContent = (prefix: string, objects: readonly DropObject[]): string =>
  objects
    .map((o) => `${o.key.slice(prefix.length)}\t${o.size}\t${o.etag}`)
    .toSorted()
    .join('\n');
