import { gunzipSync } from 'node:zlib';
import { isObject, type Json, type JsonObject, type ReaderConfig } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import { parseCsv } from './csv.ts';
import { readParquet } from './parquet.ts';

const delimiters = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' } as const;

export const readerFailed = (message: string): ExecutionError =>
  new ExecutionError(errorNames.itemReaderFailed, message);

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/^\uFEFF/, '');

/** Undoes gzip, where bytes are so compressed. */
export const plainBytes = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;

export function parseJson(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw readerFailed(`Attempting to parse ${what} as JSON failed: it is not valid JSON.`);
  }
}

/** One thing to work on. */
export interface Item {
  readonly value: Json;
  /** Its name, where it was the member of an object: `$states.context.Map.Item.Key`. */
  readonly key?: string;
}

/** The members of a JSON object as items. */
export const objectItems = (object: JsonObject): Item[] =>
  Object.entries(object).map(([Key, Value]) => ({ value: { Key, Value }, key: Key }));

export const itemsOf = (values: readonly Json[]): Item[] => values.map((value) => ({ value }));

/** The member of a document that a JSON pointer (RFC 6901) names. */
function follow(document: Json, pointer: string): Json {
  let value: Json | undefined = document;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Array.isArray(value) ? value[Number(key)] : isObject(value) ? value[key] : undefined;
    if (value === undefined) {
      throw readerFailed('The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.');
    }
  }
  return value;
}

function readJson(bytes: Uint8Array, config: ReaderConfig, what: string): Item[] {
  const document = parseJson(textOf(bytes), what);
  const value = config.ItemsPointer === undefined ? document : follow(document, config.ItemsPointer);
  if (Array.isArray(value)) return itemsOf(value);
  if (isObject(value)) return objectItems(value);
  throw readerFailed(`Attempting to map over non-iterable node in ${what}.`);
}

const readJsonLines = (bytes: Uint8Array, what: string): Json[] =>
  textOf(bytes)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => parseJson(line, `line ${index + 1} of ${what}`));

/** Rows as objects by column name; all values are strings. */
export function readCsv(bytes: Uint8Array, config: ReaderConfig, what: string): Json[] {
  const rows = parseCsv(textOf(bytes), delimiters[config.CSVDelimiter ?? 'COMMA']);
  const given = config.CSVHeaderLocation === 'GIVEN';
  const headers = given ? config.CSVHeaders : rows[0];
  if (!headers || headers.length === 0)
    throw readerFailed(`${what} has no header row and ReaderConfig gives no CSVHeaders.`);
  return (given ? rows : rows.slice(1)).map((row) =>
    Object.fromEntries(headers.map((header, index) => [header, row[index] ?? ''])),
  );
}

/**
 * Reads the items of one object in the format of ReaderConfig.
 * @throws ExecutionError States.ItemReaderFailed
 */
export async function readItemsOf(bytes: Uint8Array, config: ReaderConfig, what: string): Promise<Item[]> {
  switch (config.InputType) {
    case 'JSON':
      return readJson(bytes, config, what);
    case 'JSONL':
      return itemsOf(readJsonLines(bytes, what));
    case 'CSV':
      return itemsOf(readCsv(bytes, config, what));
    case 'PARQUET':
      try {
        return itemsOf(await readParquet(bytes));
      } catch (error) {
        throw readerFailed(`Attempting to parse ${what} as Parquet failed: ${(error as Error).message}`);
      }
    default:
      throw readerFailed(
        `ReaderConfig.InputType must be JSON, JSONL, CSV, PARQUET or MANIFEST, but is ${config.InputType ?? 'missing'}.`,
      );
  }
}
