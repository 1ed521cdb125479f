import { gunzipSync } from 'node:zlib';
import { type ItemReader, isObject, type Json, type JsonObject, type MapState, type ReaderConfig } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import type { ObjectHost } from '../interpreter/environment.ts';
import type { StateRun } from '../interpreter/state-run.ts';
import { parseTaskResource } from '../interpreter/task-resource.ts';
import { parseCsv } from './csv.ts';

const delimiters = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' } as const;

const failed = (message: string): ExecutionError => new ExecutionError(errorNames.itemReaderFailed, message);

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/^\uFEFF/, '');

function parseJson(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw failed(`Attempting to parse ${what} as JSON failed: it is not valid JSON.`);
  }
}

/** The member of a document that a JSON pointer (RFC 6901) names. */
function follow(document: Json, pointer: string): Json {
  let value: Json | undefined = document;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Array.isArray(value) ? value[Number(key)] : isObject(value) ? value[key] : undefined;
    if (value === undefined) {
      throw failed('The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.');
    }
  }
  return value;
}

/** The members of a JSON object as items. */
export const objectItems = (object: JsonObject): Json[] =>
  Object.entries(object).map(([Key, Value]) => ({ Key, Value }));

function readJson(bytes: Uint8Array, config: ReaderConfig, what: string): Json[] {
  const document = parseJson(textOf(bytes), what);
  const value = config.ItemsPointer === undefined ? document : follow(document, config.ItemsPointer);
  if (Array.isArray(value)) return value;
  if (isObject(value)) return objectItems(value);
  throw failed(`Attempting to map over non-iterable node in ${what}.`);
}

const readJsonLines = (bytes: Uint8Array, what: string): Json[] =>
  textOf(bytes)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => parseJson(line, `line ${index + 1} of ${what}`));

/** Rows as objects by column name; all values are strings. */
function readCsv(bytes: Uint8Array, config: ReaderConfig, what: string): Json[] {
  const rows = parseCsv(textOf(bytes), delimiters[config.CSVDelimiter ?? 'COMMA']);
  const given = config.CSVHeaderLocation === 'GIVEN';
  const headers = given ? config.CSVHeaders : rows[0];
  if (!headers || headers.length === 0) throw failed(`${what} has no header row and ReaderConfig gives no CSVHeaders.`);
  return (given ? rows : rows.slice(1)).map((row) =>
    Object.fromEntries(headers.map((header, index) => [header, row[index] ?? ''])),
  );
}

/** The objects an S3 inventory lists: its manifest names gzipped CSV files and their columns. */
async function readInventory(bytes: Uint8Array, objects: ObjectHost, what: string): Promise<Json[]> {
  const manifest = parseJson(textOf(bytes), what);
  const { fileFormat, fileSchema, files, destinationBucket } = isObject(manifest) ? manifest : {};
  if (fileFormat !== 'CSV' || typeof fileSchema !== 'string' || !Array.isArray(files)) {
    throw failed(`${what} is not the manifest of an S3 inventory in CSV format.`);
  }
  const columns = fileSchema.split(',').map((column) => column.trim());
  const bucket = String(destinationBucket ?? '').replace(/^arn:[\w-]+:s3:::/, '');
  const items: Json[] = [];
  for (const file of files) {
    if (!isObject(file) || typeof file['key'] !== 'string') continue;
    const content = await objects.read(bucket, file['key']);
    const plain = content[0] === 0x1f && content[1] === 0x8b ? gunzipSync(content) : content;
    items.push(...readCsv(plain, { CSVHeaderLocation: 'GIVEN', CSVHeaders: columns }, file['key']));
  }
  return items;
}

async function readObject(reader: ItemReader, args: JsonObject, objects: ObjectHost): Promise<Json[]> {
  const { Bucket: bucket, Key: key } = args;
  if (typeof bucket !== 'string' || typeof key !== 'string')
    throw failed('ItemReader needs Bucket and Key in its Arguments.');
  const config = reader.ReaderConfig ?? {};
  const what = `s3://${bucket}/${key}`;
  const bytes = await objects.read(bucket, key);
  switch (config.InputType) {
    case 'JSON':
      return readJson(bytes, config, what);
    case 'JSONL':
      return readJsonLines(bytes, what);
    case 'CSV':
      return readCsv(bytes, config, what);
    case 'MANIFEST':
      return readInventory(bytes, objects, what);
    default:
      throw failed(
        `ReaderConfig.InputType must be JSON, JSONL, CSV or MANIFEST, but is ${config.InputType ?? 'missing'}.`,
      );
  }
}

async function listObjects(args: JsonObject, objects: ObjectHost, limit: number): Promise<Json[]> {
  const { Bucket: bucket, Prefix: prefix } = args;
  if (typeof bucket !== 'string') throw failed('ItemReader needs Bucket in its Arguments.');
  const items: Json[] = [];
  for await (const object of objects.list(bucket, typeof prefix === 'string' ? prefix : undefined)) {
    if (items.length >= limit) break;
    items.push(object);
  }
  return items;
}

/**
 * Reads the items of a Distributed Map from S3.
 * @throws ExecutionError States.ItemReaderFailed
 */
export async function readItems(run: StateRun<MapState>, reader: ItemReader): Promise<Json[]> {
  const args = await run.evaluate(reader.Arguments ?? {}, 'ItemReader/Arguments');
  const config = reader.ReaderConfig;
  const limit =
    config?.MaxItems === undefined
      ? Number.POSITIVE_INFINITY
      : await run.evaluateAs('number', config.MaxItems, 'ItemReader/ReaderConfig/MaxItems');
  const resource = parseTaskResource(reader.Resource);
  const action = resource?.kind === 'service' && resource.service === 's3' ? resource.action : undefined;
  if (!isObject(args)) throw failed('ItemReader Arguments must be an object.');
  if (action === 'getObject') return (await readObject(reader, args, run.env.objects)).slice(0, limit);
  if (action === 'listObjectsV2') return listObjects(args, run.env.objects, limit);
  throw failed(
    `ItemReader Resource must be arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2, not ${reader.Resource}.`,
  );
}
