import type { DatasetSettings } from '#domain/data/settings';
import { text, texts } from '#domain/sql/literals';
import type { CleanKind } from '#schemas/records/profile';

/**
 * SQL that normalizes a raw text: trims blanks and turns the pipeline's null values into NULL (CSV only; JSON and Parquet have
 * their own nulls).
 *
 * @param nullsRead whether the reader has already turned the null values into NULL
 */
export function normalizedSql(raw: string, { format, csv }: DatasetSettings, nullsRead = false): string {
  if (format !== 'csv' || nullsRead) return raw;
  const value = csv.trim ? `trim(${raw}, ${text(' \t\r\n')})` : raw;
  return csv.nullValues.length === 0
    ? value
    : `CASE WHEN ${value} IN (${texts(csv.nullValues)}) THEN NULL ELSE ${value} END`;
}

/**
 * SQL of the canonical text of a category: `2.0` becomes `2`. The same code may arrive in both forms, because some tools
 * (pandas) write a column with missing values as floats.
 */
export const categorySql = (value: string): string =>
  `CASE WHEN ${value} LIKE '%.0' THEN regexp_replace(${value}, '^(-?[0-9]+)\\.0$', '\\1') ELSE ${value} END`;

/** The expected form of each kind of value, for messages. */
const forms = { number: 'a finite number', datetime: 'a date or time in ISO 8601', boolean: 'true or false' } as const;

/**
 * SQL of a time in UTC. A plain TIMESTAMP cast would silently drop an offset, so a text that may have one is cast to TIMESTAMPTZ
 * (the session's zone is UTC). A date, or a time that ends in Z, uses the plain cast, which is twice as fast.
 */
const timeSql = (value: string): string =>
  `CASE WHEN length(${value}) <= 10 OR ${value} LIKE '%Z' THEN TRY_CAST(${value} AS TIMESTAMP) ` +
  `ELSE TRY_CAST(${value} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END`;

/** SQL that types a normalized text; NULL when it cannot be read. Times without an offset are UTC. */
export function typedSql(kind: CleanKind, value: string): string {
  switch (kind) {
    case 'number':
      return `TRY_CAST(${value} AS DOUBLE)`;
    case 'datetime':
      return timeSql(value);
    case 'boolean':
      return `TRY_CAST(${categorySql(value)} AS BOOLEAN)`;
    case 'category':
      return categorySql(value);
    case 'text':
      return value;
  }
}

/** A check of one value of a row. */
export interface Problem {
  /** null: the whole row. */
  readonly column: string | null;
  readonly reason: string;
}

/** SQL condition. If true, the row is malformed. */
export interface Check extends Problem {
  readonly condition: string;
}

/** The checks of one typed value, given the SQL of its normalized text and of its typed value. */
export function kindChecks(column: string, kind: CleanKind, raw: string, typed: string): Check[] {
  if (kind === 'category' || kind === 'text') return [];
  const unreadable = kind === 'boolean' ? `${typed} IS NULL` : `(${typed} IS NULL OR NOT isfinite(${typed}))`;
  return [{ column, reason: `not ${forms[kind]}`, condition: `${raw} IS NOT NULL AND ${unreadable}` }];
}
