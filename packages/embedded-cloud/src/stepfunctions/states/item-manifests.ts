import { isObject, type Json, type ReaderConfig } from '../asl.ts';
import type { ObjectHost } from '../interpreter/environment.ts';
import {
  type Item,
  itemsOf,
  parseJson,
  plainBytes,
  readCsv,
  readerFailed,
  readItemsOf,
  textOf,
} from './item-formats.ts';
import { readParquet } from './parquet.ts';

/** Items and the object they come from. */
export interface ItemSource {
  readonly items: readonly Item[];
  readonly source: string;
}

/** The objects an S3 inventory lists: its manifest names gzipped CSV files and their columns, or Parquet files. */
export async function readInventory(bytes: Uint8Array, objects: ObjectHost, what: string): Promise<Item[]> {
  const manifest = parseJson(textOf(bytes), what);
  const { fileFormat, fileSchema, files, destinationBucket } = isObject(manifest) ? manifest : {};
  const isCsv = fileFormat === 'CSV' && typeof fileSchema === 'string';
  if (!(isCsv || fileFormat === 'Parquet') || !Array.isArray(files)) {
    throw readerFailed(`${what} is not the manifest of an S3 inventory in CSV or Parquet format.`);
  }
  const columns = isCsv ? fileSchema.split(',').map((column) => column.trim()) : [];
  const bucket = String(destinationBucket ?? '').replace(/^arn:[\w-]+:s3:::/, '');
  const items: Json[] = [];
  for (const file of files) {
    if (!isObject(file) || typeof file['key'] !== 'string') continue;
    const content = await objects.read(bucket, file['key']);
    const rows = isCsv
      ? readCsv(plainBytes(content), { CSVHeaderLocation: 'GIVEN', CSVHeaders: columns }, file['key'])
      : await readParquet(content);
    for (const row of rows) items.push(row);
  }
  return itemsOf(items);
}

/** What the files of an Athena result hold: its manifest (of UNLOAD) has one S3 URI a line. */
export async function readAthenaResult(
  bytes: Uint8Array,
  objects: ObjectHost,
  config: ReaderConfig,
  what: string,
): Promise<ItemSource[]> {
  const sources: ItemSource[] = [];
  for (const line of textOf(bytes).split('\n')) {
    const uri = line.trim().replace(/^"(.*)"$/, '$1');
    if (uri === '') continue;
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    if (bucket === undefined || key === undefined)
      throw readerFailed(`${what} is not the manifest of an Athena result: ${uri} is no S3 URI.`);
    const content = plainBytes(await objects.read(bucket, key));
    sources.push({ items: await readItemsOf(content, config, uri), source: uri });
  }
  return sources;
}
