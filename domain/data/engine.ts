/** A value returned by the engine. Whole numbers are numbers when exact, else bigints. Times are texts. */
export type SqlValue = string | number | bigint | boolean | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** The DuckDB operations that domain code needs; `functions/shards/duckdb` implements them. */
export interface SqlEngine {
  /**
   * Runs one statement.
   *
   * @param task description of the work, for the error: "read loan-default/2026-01-31/a.csv"
   * @param parameters bound to `$1`, `$2` … ; never part of an error
   * @returns the rows, or `[]` when there are none
   * @throws DataEngineError without any text that could quote a row
   */
  query(task: string, sql: string, parameters?: readonly string[]): Promise<readonly SqlRow[]>;
}

/** A count or another whole number of a result. */
export const asNumber = (value: SqlValue | undefined): number => Number(value ?? 0);
/** A float of a result; null for SQL NULL. */
export const asNumberOrNull = (value: SqlValue | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);
