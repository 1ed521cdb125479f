import type { DatasetSettings } from '#domain/data/settings';
import { DataEngineError, EmptyDropError, SchemaMismatchError } from '#domain/errors';
import type { DropRecord } from '#schemas/records/run';
import { dropName, fileNames, fileRange, objectId } from './drop-name.ts';

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
  /** In bytes. */
  readonly size: number;
  /** Position of its first file in the list of the drop's files, from 0. */
  readonly first: number;
  /** How many files it has: that one and those after it. */
  readonly files: number;
  /** Where it is a part of its only file. */
  readonly part?: FilePart;
}

/** A part of a large file. */
export interface FilePart {
  /** Its number, from 0. */
  readonly index: number;
  /** Number of parts of the file. */
  readonly count: number;
  /** Bytes of the whole file. */
  readonly size: number;
}

/** The files of a shard. A plan of an earlier version of Tidegate has one file for each shard, and does not say so. */
export const filesOf = ({
  index,
  first = index,
  files = 1,
}: {
  readonly index: number;
  readonly first?: number | undefined;
  readonly files?: number | undefined;
}): Pick<Shard, 'first' | 'files'> => ({ first, files });

/** How messages name the files of a shard. */
export function shardName(shard: Parameters<typeof filesOf>[0]): string {
  const { first, files } = filesOf(shard);
  return fileRange(first, files);
}

/** A file of a drop as the raw bucket names it: an entry of the list that lies there. */
export type DropFile = Pick<DropObject, 'key' | 'versionId'>;

const compressible = (...endings: readonly string[]): string[] =>
  endings.flatMap((ending) => [ending, `${ending}.gz`, `${ending}.zst`]);

const suffixes: Record<DatasetSettings['format'], readonly string[]> = {
  csv: compressible('.csv', '.data', '.txt', '.tsv'),
  jsonl: compressible('.jsonl', '.ndjson'),
  parquet: ['.parquet'],
};

/** Endings of the names of data files, without those of compressed ones. */
export const dataEndings: readonly string[] = Object.values(suffixes)
  .flat()
  .filter((ending) => !/\.(gz|zst)$/.test(ending));

/** The format of a data file by the ending of its name; undefined for another file. */
export const formatOfName = (name: string): DatasetSettings['format'] | undefined =>
  (Object.keys(suffixes) as DatasetSettings['format'][]).find((format) =>
    suffixes[format].some((ending) => name.toLowerCase().endsWith(ending)),
  );

/**
 * Whether a key, below a prefix, has a hidden name on its path: one that starts with `_` or `.`, such as `_SUCCESS`, `.DS_Store`,
 * `_temporary/…` and `.ipynb_checkpoints/…`, or ends in `_$folder$`, with which Hadoop marks folders. A folder `_key=value` is a
 * Hive partition and is kept, as in Spark.
 */
export function isHidden(key: string, prefix: string): boolean {
  const names = key.slice(prefix.length).split('/');
  return names.some((name, i) => {
    const isPartition = i < names.length - 1 && name.startsWith('_') && name.includes('=');
    return (/^[_.]/.test(name) && !isPartition) || name.endsWith('_$folder$');
  });
}

type Trigger = DatasetSettings['trigger'];

/** Whether an object of a drop is the pipeline's marker. The marker lies in the drop's own folder. */
export const isMarker = (key: string, trigger: Trigger): boolean =>
  'marker' in trigger && key.endsWith(`/${trigger.marker}`);

/**
 * The objects of a drop with rows: without hidden objects in any folder, and without the marker, unless it is a data file that
 * is also the marker.
 *
 * @throws EmptyDropError when nothing is left, or only empty objects, or an empty one that is no data file; SchemaMismatchError when an object has another format.
 */
export function selectDropObjects(
  prefix: string,
  objects: readonly DropObject[],
  { format, trigger }: Pick<DatasetSettings, 'format' | 'trigger'>,
): DropObject[] {
  const isDataName = (key: string) => suffixes[format].some((s) => key.toLowerCase().endsWith(s));
  const isOnlyMarker = ({ key, size }: DropObject) => isMarker(key, trigger) && (size === 0 || !isDataName(key));
  const rows = objects
    .filter((o) => !o.key.endsWith('/') && !isHidden(o.key, prefix) && !isOnlyMarker(o))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const named = (some: readonly DropObject[]) => fileNames(some.map((o) => rows.indexOf(o)));
  if (rows.length === 0) {
    throw new EmptyDropError(
      `The drop ${dropName(prefix.split('/', 1)[0] ?? '', prefix)} holds no data file, only markers and names that start with _ or .. Put the files there first, the marker last.`,
    );
  }
  // an empty data file is a part without rows; an empty file of another name is perhaps a marker that the pipeline does not name
  const isUnread = rows.every((o) => o.size === 0) ? () => true : (o: DropObject) => o.size === 0 && !isDataName(o.key);
  const empty = rows.filter(isUnread);
  if (empty.length > 0) {
    throw new EmptyDropError(
      `Empty: ${named(empty)}, in the order of their names. Write what is empty again, or leave it out.`,
    );
  }
  const other = rows.filter((o) => !isDataName(o.key));
  if (other.length > 0) {
    throw new SchemaMismatchError(
      `Another format, by the ending of its name: ${named(other)}, in the order of their names. The pipeline reads ${format} (${suffixes[format].join(', ')}). ` +
        'Rename or convert the file, or change dataset.format.',
    );
  }
  return rows;
}

/**
 * A shard of several files has about this many bytes of text at most: about a second of work, beside which a call of a function and
 * the start of an engine do not matter.
 */
export const packedBytes = 64e6;
/** A shard has at most this many files: small ones take more time for each file than for their bytes. */
export const packedFiles = 200;
/** Files are packed only so far that a drop still has this many shards: they work at the same time, and each one starts quickly. */
export const parallelShards = 8;

/** How much larger the text of a file is than the file, as a rule. */
const growth: readonly (readonly [ending: string, times: number])[] = [
  ['.gz', 8],
  ['.zst', 8],
  ['.parquet', 4],
];

/** The bytes of a file's text, as estimated. */
export const textBytes = ({ key, size }: Pick<DropObject, 'key' | 'size'>): number =>
  size * (growth.find(([ending]) => key.toLowerCase().endsWith(ending))?.[1] ?? 1);

/**
 * A larger file is cut into parts of about this many bytes. A part takes a function less than a minute of its 15, a tenth of its disk, and
 * less than 1.5 GB of its memory (bench/README.md); smaller ones would be more calls for the same work.
 */
export const partBytes = 224e6;

/**
 * A larger archive is refused when it arrives. It cannot be cut, and with its text and the rows that are made of it, it has no room on
 * the 10 GB of disk that a function has at most (AWS Lambda Developer Guide, "Lambda quotas").
 */
export const mostArchiveBytes = 4e9;

/** How a file can be cut: by lines, by row groups, or not at all. */
export function partsBy({ key }: Pick<DropObject, 'key'>): 'lines' | 'row groups' | 'nothing' {
  const name = key.toLowerCase();
  if (name.endsWith('.parquet')) return 'row groups';
  return name.endsWith('.gz') || name.endsWith('.zst') ? 'nothing' : 'lines';
}

/** @throws DataEngineError when an archive can never be read */
export function refuseLargeArchives(objects: readonly DropObject[]): void {
  const large = objects.flatMap((o, i) => (o.size > mostArchiveBytes && partsBy(o) === 'nothing' ? [i] : []));
  if (large.length === 0) return;
  throw new DataEngineError(
    `Cannot read ${fileNames(large)}: an archive of more than ${mostArchiveBytes / 1e9} GB has no room on the disk when it is unpacked. ` +
      'Drop it unpacked, or as smaller archives.',
  );
}

/** The parts of a file; undefined when it has only one. */
function cutFile(object: DropObject, most: number): FilePart[] | undefined {
  const { size } = object;
  const count = Math.ceil(size / most);
  if (count < 2 || partsBy(object) === 'nothing') return undefined;
  return Array.from({ length: count }, (_, index) => ({ index, count, size }));
}

const positionOf = ({ index, count, size }: FilePart): number => Math.floor((index * size) / count);

/** Whether the parts of a shard are found by reading its whole file first. */
export const needsLocating = (objects: readonly DropObject[], shards: readonly Shard[]): boolean =>
  shards.some(({ first, part }) => {
    const object = objects[first];
    return part !== undefined && object !== undefined && partsBy(object) === 'lines';
  });

/**
 * The shards of a drop: consecutive files are packed into one until it is large enough, and a large file is cut into parts. They have no
 * keys: the list travels through histories.
 *
 * @param objects in key order
 * @param largestPart bytes of a part at most
 */
export function planShards(objects: readonly DropObject[], largestPart = partBytes): Shard[] {
  const mostFiles = Math.min(packedFiles, Math.ceil(objects.length / parallelShards));
  const shards: Shard[] = [];
  let packed = 0;
  for (const [first, object] of objects.entries()) {
    const bytes = textBytes(object);
    const last = shards.at(-1);
    const parts = cutFile(object, largestPart);
    if (parts !== undefined) {
      for (const part of parts) {
        const size = positionOf({ ...part, index: part.index + 1 }) - positionOf(part);
        shards.push({ index: shards.length, size, first, files: 1, part });
      }
      packed = Number.POSITIVE_INFINITY;
    } else if (last !== undefined && last.files < mostFiles && packed + bytes <= packedBytes) {
      shards[shards.length - 1] = { ...last, size: last.size + object.size, files: last.files + 1 };
      packed += bytes;
    } else {
      shards.push({ index: shards.length, size: object.size, first, files: 1 });
      packed = bytes;
    }
  }
  return shards;
}

/**
 * The shards of several drops, which are read as one: each shard has files of one drop. Positions of files count on from drop to drop.
 *
 * @param drops the objects of each drop, in key order
 * @returns the shards of each drop
 */
export function planDrops(drops: readonly (readonly DropObject[])[]): Shard[][] {
  let [index, first] = [0, 0];
  return drops.map((objects) => {
    const shards = planShards(objects).map((shard) => ({
      ...shard,
      index: shard.index + index,
      first: shard.first + first,
    }));
    index += shards.length;
    first += objects.length;
    return shards;
  });
}

/** The files of a drop, in the order of their names. */
export const listFiles = (objects: readonly DropObject[]): DropFile[] =>
  objects.map(({ key, versionId }) => ({ key, ...(versionId === undefined ? {} : { versionId }) }));

/** The objects of a drop as its record has them: without their names. */
export const recordObjects = (objects: readonly DropObject[]): DropRecord['objects'] =>
  objects.map(({ key, size, etag, versionId }) => ({
    id: objectId(key),
    size,
    etag,
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
