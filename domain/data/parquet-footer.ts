import {
  concatenate,
  listElements,
  readInteger,
  readStruct,
  type ThriftValue,
  writeInteger,
  writeStructs,
} from '#domain/data/thrift';
import { DataEngineError } from '#domain/errors';

/** Positions in a file: the first byte and the byte after the last one. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A row group of a Parquet file. */
export interface RowGroup {
  readonly rows: number;
  /** Number of bytes of its columns. */
  readonly bytes: number;
  /** Where its columns and their Bloom filters lie. */
  readonly ranges: readonly ByteRange[];
}

/** The footer of a Parquet file. */
export interface ParquetFooter {
  readonly groups: readonly RowGroup[];
  /** The same footer with some row groups alone, from `first` on. All that is not about rows stays as it is. */
  keep(first: number, count: number): Uint8Array;
}

/** A Parquet file starts with these bytes and ends with a footer, the footer's length and these bytes. */
export const parquetMagic = 'PAR1';
/** Number of bytes after the footer. */
export const parquetEnd = 8;
/** A Bloom filter whose length is not written is not longer (Parquet's own default for the most bytes of one). */
const longestFilter = 1 << 20;

/** Field numbers of parquet.thrift (Apache Parquet, parquet-format). */
const fileRows = 3;
const fileGroups = 4;
const groupColumns = 1;
const groupRows = 3;
const columnData = 3;
const dataBytes = 7;
const dataPage = 9;
const dictionaryPage = 11;
const filterStart = 14;
const filterLength = 15;

/** @throws DataEngineError when a field is absent */
function needed(fields: ReadonlyMap<number, ThriftValue>, id: number): ThriftValue {
  const value = fields.get(id);
  if (value === undefined) throw new DataEngineError('A field of the footer is absent.');
  return value;
}

/** The bytes of one column in a row group. */
function columnRanges(bytes: Uint8Array, column: ThriftValue): ByteRange[] {
  const data = readStruct(bytes, needed(readStruct(bytes, column.start), columnData).start);
  const number = (id: number): number | undefined => {
    const value = data.get(id);
    return value === undefined ? undefined : readInteger(bytes, value);
  };
  const pages = readInteger(bytes, needed(data, dataPage));
  const dictionary = number(dictionaryPage) ?? 0;
  const start = dictionary > 0 ? Math.min(dictionary, pages) : pages;
  const filter = number(filterStart);
  return [
    { start, end: start + readInteger(bytes, needed(data, dataBytes)) },
    ...(filter === undefined ? [] : [{ start: filter, end: filter + (number(filterLength) ?? longestFilter) }]),
  ];
}

/** Ranges in order, those that touch as one. */
export function mergeRanges(ranges: readonly ByteRange[]): ByteRange[] {
  const merged: ByteRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || range.start > last.end) merged.push(range);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  }
  return merged;
}

function readGroup(bytes: Uint8Array, group: ThriftValue): RowGroup {
  const fields = readStruct(bytes, group.start);
  const columns = listElements(bytes, needed(fields, groupColumns).start).map((column) => columnRanges(bytes, column));
  return {
    rows: readInteger(bytes, needed(fields, groupRows)),
    bytes: columns.reduce((sum, [own]) => sum + (own ? own.end - own.start : 0), 0),
    ranges: mergeRanges(columns.flat()),
  };
}

/** Reads the footer of a Parquet file. @throws DataEngineError when the bytes are none */
export function readParquetFooter(bytes: Uint8Array): ParquetFooter {
  const file = readStruct(bytes);
  const rows = needed(file, fileRows);
  const list = needed(file, fileGroups);
  const elements = listElements(bytes, list.start);
  const groups = elements.map((group) => readGroup(bytes, group));
  return {
    groups,
    keep(first, count) {
      const kept = elements.slice(first, first + count).map(({ start, end }) => bytes.subarray(start, end));
      const keptRows = groups.slice(first, first + count).reduce((sum, group) => sum + group.rows, 0);
      return concatenate([
        bytes.subarray(0, rows.start),
        writeInteger(keptRows),
        bytes.subarray(rows.end, list.start),
        writeStructs(kept),
        bytes.subarray(list.end),
      ]);
    },
  };
}

/** The row groups of a part: whole ones, each in the part in which its middle lies. Parts follow each other and may be empty. */
export function groupsOfPart(
  groups: readonly RowGroup[],
  { index, count }: { readonly index: number; readonly count: number },
): { readonly first: number; readonly count: number; readonly rowsBefore: number } {
  const all = groups.reduce((sum, group) => sum + group.bytes, 0);
  let before = 0;
  const parts = groups.map(({ bytes }) => {
    const middle = before + bytes / 2;
    before += bytes;
    return all === 0 ? 0 : Math.min(count - 1, Math.floor((middle / all) * count));
  });
  const first = parts.filter((part) => part < index).length;
  return {
    first,
    count: parts.filter((part) => part === index).length,
    rowsBefore: groups.slice(0, first).reduce((sum, group) => sum + group.rows, 0),
  };
}
