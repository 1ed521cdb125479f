import { availableParallelism } from 'node:os';
import { type DuckDBConnection, DuckDBInstance, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import type { SqlEngine, SqlRow, SqlValue } from '#domain/data/engine';
import { bounded } from '#domain/data/shown';
import { DataEngineError } from '#domain/errors';
import { type TokenKeys, tokenKeyStatements } from '#domain/privacy/tokenize';
import { text } from '#domain/sql/literals';
import { keepStatements } from '#functions/shards/kept-statements';

/** An engine over an in-memory DuckDB; `close` frees it. */
export interface OpenEngine extends SqlEngine {
  close(): void;
}

/** The engine's resource limits. */
export interface EngineOptions {
  /** The function's memory in MB; DuckDB gets 70 % of it. */
  readonly memoryMb: number;
  /** Directory for spilling to disk. */
  readonly temporaryDirectory?: string;
  /** Threads of the engine; the machine's processors without a number. */
  readonly threads?: number;
  /** Statements whose plans are kept for the next time; none without a number. */
  readonly keptStatements?: number;
  /** The keys for HMAC tokens. */
  readonly tokenKeys?: TokenKeys;
  /** Functions over a text that statements may call, by their name in SQL. A missing text stays missing. */
  readonly textFunctions?: Readonly<Record<string, TextFunction>>;
}

/** A function of JavaScript over a text. */
export interface TextFunction {
  change(text: string): string;
  /** What each text has that the function changes, as an expression of RE2: the others need not leave the engine. */
  readonly needs?: string | undefined;
}

/** A function of JavaScript as a scalar function of the engine. */
const scalarFunction = (name: string, change: TextFunction['change']): DuckDBScalarFunction =>
  DuckDBScalarFunction.create({
    name,
    parameterTypes: [VARCHAR],
    returnType: VARCHAR,
    mainFunction(_, rows, output) {
      const texts = rows.getColumnVector(0);
      for (let i = 0; i < rows.rowCount; i++) {
        const value = texts.getItem(i);
        output.setItem(i, typeof value === 'string' ? change(value) : null);
      }
      output.flush();
    },
  });

const duckdbShare = 0.7;

/**
 * The most memory, in MB, for an engine whose tables grow with the rows of a drop. More makes it no faster: what has no room there goes to the
 * temporary directory, which may take nine tenths of its disk (DuckDB documentation, `max_temp_directory_size`): the function's ephemeral
 * storage.
 */
export const spillingMemoryMb = 1000;

/**
 * DuckDB's optimizers that take time or memory with the square of the columns. The first turns each IN list of more than a few values
 * into a join through which all columns pass: 200 columns of categories took 2 GB, and a join does not keep the order of the rows
 * (DuckDB documentation, "Order Preservation"). The second compares the expressions of all columns.
 */
const quadraticOptimizers = ['in_clause', 'common_subexpressions'];

/** The fix for each of DuckDB's own errors, by the class at the start of its text. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/^Out of Memory/i, 'out of memory. Give the function more memory, or drop smaller files.'],
  [
    /^IO Error: (Could not|Cannot|Failed to) write/i,
    'the temporary disk is full. Give the function more ephemeral storage, or drop smaller files.',
  ],
  [
    /^IO Error/i,
    'the file cannot be read. Check that it is whole and of the format the pipeline names, write it again, and drop it again.',
  ],
  [/^Invalid Input Error: .*(gzip|GZIP)/s, 'the file is not gzip, though its name ends in .gz. Write it again.'],
  [
    /state machine reached an invalid state/,
    'its quotes or line ends are not consistent. Write it as RFC 4180 says, with one kind of line end.',
  ],
  [/^Invalid Input Error: .*(unicode|UTF-?8)/is, 'the file is not UTF-8. Write it as UTF-8.'],
  [
    /^Invalid (Input )?Error/i,
    'the file is not of the format the pipeline names, or damaged. Write it again, and drop it again.',
  ],
];

/**
 * A DuckDB error without any row content: the task, the class and, for a CSV, the line.
 * The cause is left out on purpose because loggers print causes.
 */
export function scrubbed(task: string, error: unknown): DataEngineError {
  const message = error instanceof Error ? error.message : '';
  // these quote only the statement, which has the pipeline's names and settings but no row; the part about the file
  // ("Candidate bindings") is left out
  const aboutStatement = /^(Binder|Catalog|Parser) Error/.test(message);
  const kind = /^([A-Z][A-Za-z ]{2,40} Error)/.exec(message)?.[1] ?? 'an error';
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const known = advice.find(([pattern]) => pattern.test(message))?.[1];
  const detail = aboutStatement
    ? bounded(message.split(/\n|Candidate/, 1)[0] ?? '', 200)
    : (known ?? `DuckDB reported ${kind}.`);
  return new DataEngineError(`Cannot ${task}${line ? `, near line ${line}` : ''}: ${detail}`);
}

/** Plain values: exact whole numbers as numbers, times in ISO 8601, any other non-scalar as text. */
function plain(value: unknown): SqlValue {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return value instanceof Date ? value.toISOString() : String(value);
}

/** Opens an engine. Close it when done. */
export async function openEngine({
  memoryMb,
  temporaryDirectory,
  threads = availableParallelism(),
  keptStatements = 0,
  tokenKeys,
  textFunctions = {},
}: EngineOptions): Promise<OpenEngine> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${Math.max(64, Math.floor(memoryMb * duckdbShare))}MiB`,
    temp_directory: temporaryDirectory ?? '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection: DuckDBConnection = await instance.connect();
  const statements = keepStatements(connection, keptStatements);
  const rerun = (sql: string, parameters: readonly string[]) =>
    statements.run(sql, (statement) => {
      statement.bind([...parameters]);
      return statement.runAndReadAll();
    });
  const query = async (task: string, sql: string, parameters: readonly string[] = []): Promise<readonly SqlRow[]> => {
    try {
      const reader =
        keptStatements === 0 ? await connection.runAndReadAll(sql, [...parameters]) : await rerun(sql, parameters);
      const names = reader.deduplicatedColumnNames();
      return reader.getRowsJS().map((row) => Object.fromEntries(names.map((name, i) => [name, plain(row[i])])));
    } catch (error) {
      throw scrubbed(task, error);
    }
  };
  await query('set the time zone', "SET TimeZone = 'UTC'");
  await query('set the optimizers', `SET disabled_optimizers = '${quadraticOptimizers.join(',')}'`);
  for (const { sql, parameter } of tokenKeys ? tokenKeyStatements(tokenKeys) : []) {
    await query('set the token key', sql, [parameter]);
  }
  for (const [name, { change, needs }] of Object.entries(textFunctions)) {
    const own = needs === undefined ? name : `${name}_where_needed`;
    connection.registerScalarFunction(scalarFunction(own, change));
    if (needs === undefined) continue;
    const sql = `CREATE TEMP MACRO ${name}(t) AS CASE WHEN regexp_matches(t, ${text(needs)}) THEN ${own}(t) ELSE t END`;
    await query('define a function', sql);
  }
  return {
    query,
    close() {
      statements.close();
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** This function's memory in MB: from Lambda's environment, or a default elsewhere. */
export const functionMemoryMb = (env: Readonly<Record<string, string | undefined>> = process.env): number =>
  Number(env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? 2048);
