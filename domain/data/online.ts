import { nearestName } from 'located-yaml/nearest-name';
import type { ModelInput } from '#domain/algorithms/algorithm';
import { cleanFeatureSelect, type RawRelation } from '#domain/data/clean';
import { sourceName } from '#domain/data/column-source';
import { expectedColumns, type FeatureColumn, featureColumns } from '#domain/data/columns';
import type { SqlEngine, SqlRow } from '#domain/data/engine';
import { isCovered, parsePath, valueAt } from '#domain/data/nested-path';
import type { DataSettings } from '#domain/data/settings';
import { shownList } from '#domain/data/shown';
import { encodeRelation, knownCategories, sourceColumns } from '#domain/data/transform';
import { columnReading } from '#domain/data/value-settings';
import { PredictionError } from '#domain/errors';
import { ident, text, texts } from '#domain/sql/literals';
import { numberText } from '#domain/values/canonical';
import { nativeNumberText } from '#domain/values/numbers';
import type { Reading } from '#domain/values/reading';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** Raw rows of a request: raw values by column name, as in a drop. */
export type RawRow = Readonly<Record<string, unknown>>;

/** The model inputs of some rows. */
export interface EncodedRows {
  readonly rows: number;
  /** Names of the model inputs, in order. */
  readonly features: readonly string[];
  /** Row-major, rows × features; NaN is missing. */
  readonly values: Float64Array;
  /** What the model did not get of each row. */
  readonly gaps: readonly RowGaps[];
}

/** Columns of a row that the model reads and that told it nothing, by name. */
export interface RowGaps {
  /** Columns that are absent or null. */
  readonly missing: readonly string[];
  /** Columns whose category the model does not know by name: it counts as "other", or as missing. */
  readonly unknown: readonly string[];
}

/** The text of a JSON value, as the batch path has it of JSON lines; undefined for what is no scalar. */
const scalarText = (value: unknown, { kind }: FeatureColumn, { numbers }: Reading): string | null | undefined => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return kind === 'number' ? nativeNumberText(numberText(value), numbers) : numberText(value);
};

/** The longest name of a column (`domain/data/column-schema.ts`). */
const longestName = 128;

/** A key may be a misplaced value, so it is never shown: its position is, and the name of the pipeline that is most like it. */
function unknownColumn(row: number, position: number, name: string, wanted: readonly string[]): string {
  const near = name.length > longestName ? undefined : nearestName(name, wanted);
  const advice = near === undefined ? `The model reads ${shownList(wanted, 50)}.` : `Did you mean "${near}"?`;
  return `Row ${row} has a column that the pipeline does not know: key ${position} of the row. ${advice}`;
}

/** More categories than this are one literal: as many would take longer to read than the whole request. */
const mostLiterals = 100;

const isUnknownSql = (value: string, known: readonly string[]): string =>
  known.length <= mostLiterals
    ? `${value} NOT IN (${texts(known)})`
    : `NOT list_contains(from_json(${text(JSON.stringify(known))}, '["VARCHAR"]'), ${value})`;

/** SQL conditions over the clean columns that say what a row lacks: a position and its column each. */
function gapConditions(fitted: FittedTransform, available: readonly string[]) {
  const missing = sourceColumns(fitted)
    .filter((name) => available.includes(name))
    .map((name) => ({ name, sql: `${ident(name)} IS NULL` }));
  const unknown = [...knownCategories(fitted)]
    .filter(([name]) => available.includes(name))
    .map(([name, known]) => ({ name, sql: isUnknownSql(`CAST(${ident(name)} AS VARCHAR)`, [...known]) }));
  return { missing, unknown };
}

/** What a row has for a column: under its name, under its name in the files, and where its path leads. */
export function valuesOf(row: RawRow, dataset: DataSettings['dataset'], name: string): unknown[] {
  const source = sourceName(dataset, name);
  const flat = [...new Set([name, source])].filter((own) => Object.hasOwn(row, own)).map((own) => row[own]);
  const path = Object.hasOwn(row, source) ? undefined : parsePath(source);
  const nested = path === undefined ? null : valueAt(row, path);
  return nested === null ? flat : [...flat, nested];
}

/**
 * The text of each model input's raw column, row by row: the parameter of `requestRelation`. Personal columns stop here.
 *
 * @throws PredictionError naming row and column
 */
export function requestTexts(pipeline: Pick<DataSettings, 'dataset'>, rows: readonly RawRow[]): (string | null)[][] {
  const { dataset } = pipeline;
  const names = expectedColumns(pipeline);
  const known = new Set([...names, ...names.map((name) => sourceName(dataset, name))]);
  const columns = featureColumns(pipeline).map((c) => [c, columnReading(c.name, pipeline.dataset)] as const);
  const wanted = columns.map(([{ name }]) => name);
  const paths = names.map((name) => parsePath(sourceName(dataset, name))).filter((path) => path !== undefined);
  return rows.map((row, i) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new PredictionError(`Row ${i + 1} is not an object of column names and values.`, { row: i + 1 });
    }
    if (pipeline.dataset.extraColumns === 'reject') {
      const stranger = Object.keys(row)
        .entries()
        .find(([, name]) => !known.has(name) && !isCovered(row[name], [name], paths));
      if (stranger) {
        const message = unknownColumn(i + 1, stranger[0] + 1, stranger[1], wanted);
        throw new PredictionError(message, { row: i + 1 });
      }
    }
    return columns.map(([column, reading]) => {
      const { name } = column;
      const given = valuesOf(row, dataset, name);
      if (given.length > 1) {
        throw new PredictionError(`Row ${i + 1}, column "${name}": given twice, under its two names. Leave one out.`, {
          row: i + 1,
          column: name,
        });
      }
      const value = scalarText(given[0], column, reading);
      if (value === undefined) {
        throw new PredictionError(
          `Row ${i + 1}, column "${name}": the value must be a text, a finite number, true, false or null.`,
          { row: i + 1, column: name },
        );
      }
      return value;
    });
  });
}

/** The rows of a request, over `$1`, the texts of `requestTexts` as JSON. */
export function requestRelation(columns: readonly string[]): RawRelation {
  const fields = columns.map((name, i) => `fields[${i + 1}] AS ${ident(name)}`).join(', ');
  // rows and ordinals are unnested side by side
  const unnested = `SELECT unnest(rows) AS fields, unnest(range(len(rows))) AS _ordinal FROM (SELECT from_json($1::JSON, '[["VARCHAR"]]') AS rows)`;
  return { sql: `(SELECT _ordinal, ${fields} FROM (${unnested}))` };
}

/**
 * Turns raw rows into model inputs with the SQL that prepared the training rows, which prevents training-serving skew.
 * Absent and null features are imputed as fitted. Personal columns, label and id are allowed and ignored.
 *
 * @throws PredictionError naming row (from 1) and column, never the value
 */
export async function encodeRows(
  engine: SqlEngine,
  pipeline: Pick<DataSettings, 'dataset'>,
  fitted: FittedTransform,
  rows: readonly RawRow[],
): Promise<EncodedRows> {
  const features = fitted.features.map((f) => f.name);
  const values = new Float64Array(rows.length * features.length);
  if (rows.length === 0) return { rows: 0, features, values, gaps: [] };
  const columns = featureColumns(pipeline).map((c) => c.name);
  const clean = cleanFeatureSelect(pipeline, requestRelation(columns));
  const encoded = encodeRelation(fitted, `(${clean.sql})`, { available: columns });
  const inputs = encoded.inputs.map((sql, i) => `${sql} AS x${i}`);
  const { missing, unknown } = gapConditions(fitted, columns);
  const gaps = [
    ...missing.map(({ sql }, i) => `${sql} AS m${i}`),
    ...unknown.map(({ sql }, i) => `coalesce(${sql}, false) AS u${i}`),
  ];
  const answer = await engine.query(
    'encode the rows of a request',
    `SELECT _problem, ${[...inputs, ...gaps].join(', ')} FROM ${encoded.from} ORDER BY _ordinal`,
    [JSON.stringify(requestTexts(pipeline, rows))],
  );
  answer.forEach((row, i) => {
    const problem = clean.problems[Number(row['_problem']) - 1];
    if (problem) {
      const { column, reason } = problem;
      throw new PredictionError(`Row ${i + 1}, column "${column}": ${reason}.`, {
        row: i + 1,
        ...(column === null ? {} : { column }),
      });
    }
    features.forEach((_, j) => {
      const value = row[`x${j}`];
      values[i * features.length + j] = value === null || value === undefined ? Number.NaN : Number(value);
    });
  });
  const named = (row: SqlRow, columns: readonly { readonly name: string }[], prefix: string) =>
    columns.flatMap(({ name }, i) => (row[`${prefix}${i}`] === true ? [name] : []));
  return {
    rows: rows.length,
    features,
    values,
    gaps: answer.map((row) => ({ missing: named(row, missing, 'm'), unknown: named(row, unknown, 'u') })),
  };
}

/** The rows as CSV for an endpoint, in the same form as for batch transform: one line per row. */
export function toCsv({ rows, features, values }: Omit<EncodedRows, 'gaps'>, input: ModelInput): string {
  const width = features.length;
  const missing = width > 1 ? (input.missing ?? '') : input.missingAlone;
  const shown = (value: number) => (width > 1 ? String(value) : String(value).replace(/^-?/, `$&${input.zerosAlone}`));
  return Array.from({ length: rows }, (_, i) =>
    Array.from(values.subarray(i * width, (i + 1) * width), (v) => (Number.isNaN(v) ? missing : shown(v))).join(
      input.delimiter,
    ),
  ).join('\n');
}
