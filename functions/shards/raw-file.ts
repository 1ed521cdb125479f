import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expectedColumns } from '#domain/data/columns';
import { csvSigns } from '#domain/data/csv-fields';
import { normalRow } from '#domain/data/csv-normal';
import { asNumber, type SqlEngine } from '#domain/data/engine';
import { locateColumns } from '#domain/data/header';
import { expandColumns, type NestedReader, pathSql, pathsIn } from '#domain/data/nested-path';
import { jsonKeysSql, jsonSeparator, nestedKeysSql, type RawFile } from '#domain/data/raw';
import type { Problem } from '#domain/data/typing';
import { SchemaMismatchError } from '#domain/errors';
import { text } from '#domain/sql/literals';
import { unreachable } from '#domain/unreachable';
import type { Archive } from '#functions/shards/archive';
import { refuseUnlessParquet } from '#functions/shards/parquet-file';
import { readPlainFile } from '#functions/shards/plain-file';
import { splitText } from '#functions/shards/raw-text';
import { openRowWriter } from '#functions/shards/row-writer';
import type { Pipeline } from '#schemas/pipeline';

/** A raw file whose rows the engine can read. */
export interface PreparedFile {
  readonly file: RawFile;
  /** Of a file whose rows are its lines: the line of the first. */
  readonly firstLine?: number;
  /** Number of rows for the engine. */
  readonly rows: number;
  /** Bytes of the rows. */
  readonly bytes: number;
  /** JSON lines with rows: the pipeline's columns that no object has. */
  readonly absent?: readonly string[];
  /** Lines of a text file that are no rows, by reason. */
  readonly broken: readonly (Problem & { readonly count: number })[];
}

const problemKey = ({ column, reason }: Problem): string => JSON.stringify([column, reason]);

/** Adds numbers of malformed rows by column and reason. */
export function createProblemCounts() {
  const counts = new Map<string, Problem & { count: number }>();
  return {
    add({ column, reason, leftOut }: Problem, count: number): void {
      const key = problemKey({ column, reason });
      const problem = { column, reason, ...(leftOut ? { leftOut } : {}) };
      counts.set(key, { ...problem, count: count + (counts.get(key)?.count ?? 0) });
    },
    list: (): readonly (Problem & { readonly count: number })[] => [...counts.values()],
  };
}

/** A line of JSON without the separator, with which it is no JSON; so it is no JSON either. */
const jsonLine = ({ bytes }: { readonly bytes: Uint8Array }): Uint8Array =>
  bytes.includes(jsonSeparator) ? bytes.map((byte) => (byte === jsonSeparator ? otherControl : byte)) : bytes;
const otherControl = 0x1e;

/** Writes the rows of a text file, each after the number of its line, for the reader in `domain/data/raw`. */
async function writeRows(archive: Archive, pipeline: Pipeline, path: string) {
  const { format, csv } = pipeline.dataset;
  const separator = format === 'csv' ? csv.delimiter : String.fromCharCode(jsonSeparator);
  const normal = format === 'csv' ? normalRow(csvSigns(pipeline.dataset)) : jsonLine;
  const counts = createProblemCounts();
  const writer = await openRowWriter(path);
  let [rows, bytes] = [0, 0];
  let spansLines = false;
  try {
    const { header } = await splitText(
      archive,
      pipeline,
      () => ({
        row(row) {
          rows++;
          bytes += row.bytes.length;
          spansLines ||= row.breaks > 0;
          writer.addText(`${row.line}${separator}`);
          writer.add(normal(row));
        },
        broken(found) {
          counts.add(found, found.lines);
        },
      }),
      writer.flush,
    );
    return { header, rows, bytes, spansLines, broken: counts.list() };
  } finally {
    await writer.close();
  }
}

/** What is within the objects of JSON lines. */
const jsonReader = (engine: SqlEngine, name: string, path: string): NestedReader => ({
  keysOf: async (at) =>
    (await engine.query(`read ${name}`, nestedKeysSql(path, at))).map((r) => ({ name: String(r['key']) })),
  typeOf: async () => undefined,
});

/** What is within the structs and lists of Parquet. */
function parquetReader(engine: SqlEngine, name: string, path: string): NestedReader {
  const describe = async (sql: string) =>
    (await engine.query(`read ${name}`, `DESCRIBE SELECT ${sql} FROM read_parquet(${text(path)})`)).map((r) => ({
      name: String(r['column_name']),
      type: String(r['column_type']),
    }));
  return {
    keysOf: async (at, type = '') => (/^STRUCT\b(?!.*\]$)/s.test(type) ? describe(`unnest(${pathSql(at)})`) : []),
    typeOf: async (at) => (await describe(`${pathSql(at)} AS v`))[0]?.type,
  };
}

/**
 * Makes a raw file readable for the engine: it is complete, its columns are the expected ones, and lines that are no rows are left
 * out and counted. A file without rows is no error.
 *
 * @param directory for the rows of a text file
 * @param numbered whether the engine must read the number of each line
 * @throws SchemaMismatchError when the columns differ; DataEngineError when the file cannot be read to its end
 */
export async function prepareRawFile(
  engine: SqlEngine,
  pipeline: Pipeline,
  archive: Archive,
  directory: string,
  numbered = false,
): Promise<PreparedFile> {
  const { name, path } = archive;
  const { format } = pipeline.dataset;
  const rowsPath = join(directory, 'rows');
  switch (format) {
    case 'csv': {
      const plain = numbered ? undefined : await readPlainFile(archive, pipeline);
      if (plain !== undefined) {
        const { columns, skip, firstLine, rows, bytes } = plain;
        return { file: { path, columns, skip }, firstLine, rows, bytes, broken: [] };
      }
      const { header, rows, bytes, spansLines, broken } = await writeRows(archive, pipeline, rowsPath);
      const columns = header?.columns ?? [];
      return { file: { path: rowsPath, columns, spansLines, isBlank: rows === 0 }, rows, bytes, broken };
    }
    case 'jsonl': {
      const { rows, bytes, broken } = await writeRows(archive, pipeline, rowsPath);
      if (rows === 0) return { file: { path: rowsPath, columns: [], isBlank: true }, rows, bytes, broken };
      const keys = await engine.query(`read ${name}`, jsonKeysSql(rowsPath));
      if (keys.length === 0) throw new SchemaMismatchError(`${name} holds no JSON object. Write one object a line.`);
      const top = keys.map((r) => ({ name: String(r['key']) }));
      const paths = pathsIn(
        pipeline.dataset,
        top.map((column) => column.name),
      );
      const found = await expandColumns(top, paths, jsonReader(engine, name, rowsPath));
      const columns = locateColumns(
        pipeline,
        name,
        found.map((column) => column.name),
        true,
      );
      const absent = expectedColumns(pipeline).filter((own) => !columns.includes(own));
      return { file: { path: rowsPath, columns, paths }, rows, bytes, broken, absent };
    }
    case 'parquet': {
      const bytes = (await stat(path)).size;
      if (bytes === 0) return { file: { path, columns: [], isBlank: true }, rows: 0, bytes, broken: [] };
      await refuseUnlessParquet(name, path);
      const described = await engine.query(`read ${name}`, `DESCRIBE SELECT * FROM read_parquet(${text(path)})`);
      const top = described.map((r) => ({ name: String(r['column_name']), type: String(r['column_type']) }));
      const paths = pathsIn(
        pipeline.dataset,
        top.map((column) => column.name),
      );
      const found = await expandColumns(top, paths, parquetReader(engine, name, path));
      const names = found.map((column) => column.name);
      const columns = locateColumns(pipeline, name, names);
      const [footer] = await engine.query(
        `read ${name}`,
        `SELECT num_rows AS rows FROM parquet_file_metadata(${text(path)})`,
      );
      const file = { path, columns, names, types: found.map(({ type }) => type ?? 'VARCHAR'), paths };
      return { file, rows: asNumber(footer?.['rows']), bytes, broken: [] };
    }
    default:
      return unreachable(format, 'format of a drop');
  }
}
